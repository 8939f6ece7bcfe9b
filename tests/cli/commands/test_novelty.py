"""`scoregen novelty`: passages of a corpus are found with their places, and errors are one line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.evaluation.reference_corpus.index_cache import open_works
from scoregen.notation.files import write_score
from scoregen.score.elements import Score
from scoregen.system.errors import InputError
from scoregen.tasks.novelty import ALL_VOICES, novelty_report, sentences
from tests.chorales import chorale, write_chorales
from tests.notation import handmade

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_chorales(tmp_path_factory.mktemp("corpus"), range(24))


def quoting(seed: int, start: int, stop: int) -> Score:
    """A new piece in which measures 3 and on are those of a piece of the corpus, two semitones lower."""
    new, old = chorale(500), chorale(seed, transposed=-2)
    measures = list(new.measures)
    for number, index in enumerate(range(start, stop)):
        measures[2 + number] = replace(old.measures[index], number=str(3 + number))
    return replace(new, measures=tuple(measures))


def test_a_quotation_is_found_with_its_place_and_key(corpus: Path) -> None:
    report = novelty_report(quoting(7, 4, 7), str(corpus))
    everything = report.lines[0]
    assert everything.voice == ALL_VOICES
    found = everything.shared[0]
    assert (found.first_measure, found.last_measure, found.similarity) == ("3", "5", 1.0)
    assert (found.source.work, found.source.measure, found.source.semitones) == ("007.musicxml", "5", -2)
    assert (found.begins, found.ends) == (2.0, 5.0)
    assert everything.longest == found.events
    assert everything.verdict == "borrowed"
    soprano = report.lines[1]
    assert soprano.voice == "Soprano"
    source = soprano.shared[0].source
    assert (source.work, source.voice, source.semitones) == ("007.musicxml", "Soprano", -2)
    assert source.measure in ("4", "5")  # a note before may be the same by chance


def test_a_changed_note_leaves_a_similar_passage(corpus: Path) -> None:
    score = quoting(7, 4, 8)
    measure = score.measures[3]
    voice = measure.voices[1]
    notes = (replace(voice.elements[0], pitch=handmade.Pitch.parse("C#5")), *voice.elements[1:])
    changed = replace(measure, voices=(measure.voices[0], replace(voice, elements=notes), *measure.voices[2:]))
    report = novelty_report(replace(score, measures=(*score.measures[:3], changed, *score.measures[4:])), str(corpus))
    near = max(report.lines[0].similar, key=lambda found: found.similarity)
    assert near.source.work == "007.musicxml"
    assert 0.8 < near.similarity < 1
    assert near.events > report.lines[0].longest


def test_a_work_of_the_corpus_is_all_there_unless_it_is_left_out(corpus: Path) -> None:
    report = novelty_report(chorale(3, transposed=4), str(corpus))
    assert {line.verdict for line in report.lines} == {"copied"}
    assert "all of it" in sentences(report)[0]
    other = novelty_report(chorale(3), str(corpus), without=["003.*"])
    assert other.works == 23
    assert other.lines[0].longest < 4
    with pytest.raises(InputError, match=r"has no work 'nobody'"):
        novelty_report(chorale(3), str(corpus), without=["nobody"])


def test_a_new_piece_is_as_new_as_the_works_are(corpus: Path) -> None:
    report = novelty_report(chorale(501), str(corpus))
    assert report.lines[0].verdict in ("new", "usual")
    assert not report.held_out
    assert len(report.lines[0].reference) == 24


def test_few_works_allow_no_verdict(tmp_path: Path) -> None:
    few = write_chorales(tmp_path / "few", range(3))
    report = novelty_report(chorale(501), str(few))
    assert {line.verdict for line in report.lines} == {"unknown"}
    assert "too few works" in " ".join(sentences(report))


def test_other_numbers_of_voices_are_compared_by_melody(corpus: Path) -> None:
    melody = chorale(5, voices=1)
    report = novelty_report(melody, str(corpus))
    assert [line.voice for line in report.lines] == ["Soprano"]
    assert report.lines[0].shared[0].source.work == "005.musicxml"
    pair = novelty_report(chorale(500, voices=2), str(corpus))
    assert pair.lines[0].longest == 0
    assert pair.lines[0].similar == ()


def test_scores_that_cannot_be_read_are_reported(tmp_path: Path) -> None:
    folder = write_chorales(tmp_path / "mixed", range(3))
    (folder / "broken.musicxml").write_text("no score")
    report = novelty_report(chorale(1), str(folder))
    assert "1 of 4 scores were left out; the first: broken.musicxml" in report.notices[0]


def test_the_index_is_kept_until_the_corpus_changes(tmp_path: Path) -> None:
    folder = write_chorales(tmp_path / "works", range(3))
    first = open_works(str(folder))
    assert first.is_new
    assert first.path is not None
    assert first.path.is_relative_to(tmp_path / "cache")
    assert not open_works(str(folder)).is_new
    write_chorales(folder, range(3, 4))
    again = open_works(str(folder))
    assert again.is_new
    assert len(again.index) == 4


def test_a_damaged_index_in_the_cache_is_rebuilt(tmp_path: Path) -> None:
    folder = write_chorales(tmp_path / "works", range(3))
    path = open_works(str(folder)).path
    assert path is not None
    path.write_bytes(path.read_bytes()[:200])
    assert open_works(str(folder)).is_new


def test_a_named_index_serves_without_its_corpus(tmp_path: Path, corpus: Path) -> None:
    index = tmp_path / "works.passages"
    kept = novelty_report(quoting(7, 4, 7), str(corpus), index=index)
    assert novelty_report(quoting(7, 4, 7), None, index=str(index)).lines == kept.lines
    other = write_chorales(tmp_path / "other", range(3))
    again = novelty_report(chorale(1), str(other), index=index)
    assert "was rebuilt" in again.notices[0]


def test_where_the_cache_cannot_be_written_a_notice_says_so(
    tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    report = novelty_report(chorale(1), str(corpus))
    assert "the index cannot be kept" in report.notices[0]


def test_held_out_works_are_the_measure_where_a_manifest_parts_them(tmp_path: Path) -> None:
    folder = write_chorales(tmp_path / "split", range(30))
    manifest = ['name = "split"', 'source = "here"', 'licence = "CC0"']
    for split, seeds in (("train", range(8)), ("valid", range(8, 20)), ("test", range(20, 30))):
        manifest += [f"[{split}]", *(f'"{seed:03}.musicxml" = ""' for seed in seeds)]
    (folder / "manifest.toml").write_text("\n".join(manifest))
    report = novelty_report(chorale(501), str(folder))
    assert report.held_out
    assert report.corpus == "split"
    assert len(report.lines[0].reference) == 22


def test_the_command_prints_words_tables_and_json(corpus: Path, tmp_path: Path, capsys: Captured) -> None:
    score = write_score(quoting(7, 4, 7), tmp_path / "piece.musicxml").paths[0]
    assert run(["novelty", str(score), "--against", str(corpus), "-o", str(tmp_path / "piece.svg")]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("all voices: no passage longer than ")
    assert "measures 3-5" in shown
    assert "007.musicxml, measure 5" in shown
    assert "2 semitones lower here" in shown
    picture = (tmp_path / "piece.svg").read_text()
    assert "<svg" in picture
    assert run(["novelty", str(score), "--against", str(corpus), "--json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert table["lines"][0]["verdict"] == "borrowed"
    assert table["lines"][0]["shared"][0]["source"]["measure"] == "5"


def test_pictures_are_the_same_each_time(corpus: Path, tmp_path: Path) -> None:
    score = write_score(chorale(1), tmp_path / "piece.musicxml").paths[0]
    names = [f"{name}.{kind}" for kind in ("svg", "png", "pdf") for name in ("one", "two")]
    outputs = [word for name in names for word in ("-o", str(tmp_path / name))]
    assert run(["novelty", str(score), "--against", str(corpus), *outputs]) == 0
    for one, two in zip(names[::2], names[1::2], strict=True):
        assert (tmp_path / one).read_bytes() == (tmp_path / two).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["SCORE"], "nothing to compare with"),
        (["SCORE", "--against", "nowhere"], "found no corpus 'nowhere'; expected a folder of scores"),
        (["SCORE", "--against", "EMPTY"], "found no scores; expected files ending in"),
        (["SCORE", "--against", "BROKEN"], "found no readable score among 2; the first: a.musicxml"),
        (["SCORE", "--index", "missing.passages"], "nothing to compare with"),
        (["SCORE", "--against", "CORPUS", "--index", "SCORE"], "expected an index that scoregen novelty wrote"),
        (["SCORE", "--against", "CORPUS", "-o", "report.doc"], "report.doc: found .doc; expected one of .svg, .png"),
        (["SILENT", "--against", "CORPUS"], "silent.musicxml: found no pitched notes"),
        (["missing.musicxml", "--against", "CORPUS"], "missing.musicxml: "),
    ],
)
def test_a_users_mistake_ends_in_one_line_and_code_2(
    arguments: list[str], expected: str, corpus: Path, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    for name in ("a", "b"):
        (tmp_path / "broken" / f"{name}.musicxml").write_text("no score")
    stand_ins = {
        "SCORE": write_score(chorale(1), tmp_path / "piece.musicxml").paths[0],
        "SILENT": write_score(handmade.melody("w:r"), tmp_path / "silent.musicxml").paths[0],
        "CORPUS": corpus,
        "EMPTY": tmp_path / "empty",
        "BROKEN": tmp_path / "broken",
    }
    assert run(["novelty", *(str(stand_ins.get(word, word)) for word in arguments)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("scoregen: error: ")
    assert expected in captured.err
    assert captured.err.count("\n") == 1
