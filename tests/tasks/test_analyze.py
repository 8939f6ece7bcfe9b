"""A whole analysis: what it says, and what is written of it into the score."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from scoregen.cli.app import run
from scoregen.notation.files import read_score, write_score
from scoregen.notation.musicxml.document import parse
from scoregen.notation.validation.document import check_document
from scoregen.score.elements import Score
from scoregen.score.keys import Key
from scoregen.system.errors import InputError
from scoregen.tasks.analyze import MELODY_ONLY, ScorePositions, analyze, plain
from scoregen.tasks.annotation import SYMBOLS_KEPT, annotated
from tests.analysis.chorale_text import chorale

SONG = "C5 G4 E4 C3 | D5 G4 B3 G3 | E5 G4 C4 C3 | C5 G4 E4 C3 | F5 A4 C4 F3 | D5 G4 B3 G3 | C5 G4 E4 C3 | C5 G4 E4 C3"


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Eight chords in C that end on a fermata, as a file."""
    (path,) = write_score(chorale(SONG, phrase_ends=(6,)), tmp_path / "song.musicxml")
    return path


def test_everything_is_looked_at() -> None:
    found = analyze(chorale(SONG, phrase_ends=(6,)))
    assert found.key == Key(0, "major")
    assert found.cadences[0].kind == "perfect authentic"
    assert found.sections[0].letter == "A"
    assert {texture.kind for texture in found.textures} == {"homorhythmic"}
    assert found.notices == ()


def test_a_melody_alone_gets_a_key_and_phrases_but_no_chords(repository: Path) -> None:
    found = analyze(read_score(repository / "corpora" / "samples" / "nun-danket.musicxml"))
    assert (found.key, found.chords, found.notices) == (Key(1, "major"), (), (MELODY_ONLY,))
    assert len(found.keys) == 1 and len(found.sections) > 1


def test_a_score_without_notes_is_refused() -> None:
    score = chorale(SONG)
    silent = replace(score, measures=tuple(replace(measure, voices=()) for measure in score.measures))
    with pytest.raises(InputError, match="no pitched notes"):
        analyze(silent)


def test_beats_are_counted_as_they_are_felt(repository: Path) -> None:
    six_eight = read_score(repository / "corpora" / "samples" / "morning-song.musicxml")
    assert six_eight.measures[1].time.is_compound
    places = ScorePositions(six_eight)
    start = sum((measure.duration for measure in six_eight.measures[:1]), start=six_eight.measures[0].duration * 0)
    assert [places.beat(1, start + eighth * six_eight.measures[1].time.unit) for eighth in (0, 3, 4)] == [
        "1",
        "2",
        "2.33",
    ]


def given_elements(text: bytes) -> bytes:
    root = parse(text, "f")
    for element in list(root.iter("harmony", "direction")):
        element.getparent().remove(element)  # type: ignore[union-attr]  # it was found below the root
    return etree.canonicalize(root, strip_text=True).encode()


@pytest.mark.parametrize("numerals", ["text", "harmony"])
def test_the_document_is_untouched_but_for_what_is_added(song: Path, numerals: str) -> None:
    score = read_score(song)
    marked, notices = annotated(score, analyze(score), numerals=numerals)  # type: ignore[arg-type]
    assert score.document is not None and marked.document is not None
    assert given_elements(marked.document) == given_elements(score.document)
    assert check_document(marked.document, "f") == () and notices == ()
    root = parse(marked.document, "f")
    assert root.findtext("part[1]/measure/harmony/kind") == "major"
    assert "PAC" in {words.text for words in root.iter("words")}
    shown = "text" if numerals == "text" else "harmony"
    numerals_below = root.findall("part[4]/measure/harmony/numeral/numeral-root")
    assert bool(numerals_below) == (shown == "harmony")


def test_on_pages_numerals_of_a_piano_are_words(repository: Path) -> None:
    score = read_score(repository / "tests" / "cases" / "writing" / "clarinet_and_piano.musicxml")
    marked, _ = annotated(score, analyze(score), numerals="page")
    root = parse(marked.document or b"", "f")
    assert root.find("part/measure/harmony/numeral") is None
    below = [words for words in root.iter("direction") if words.get("placement") == "below"]
    assert below and {direction.findtext("staff") for direction in below} == {"2"}


def test_a_score_that_was_no_musicxml_gets_a_document() -> None:
    score = chorale(SONG)
    marked, _ = annotated(score, analyze(score))
    assert marked.document is not None and b"<harmony" in marked.document


def test_chord_symbols_that_are_there_stay_alone(song: Path) -> None:
    score = read_score(song)
    once, _ = annotated(score, analyze(score))
    twice, notices = annotated(once, analyze(once))
    assert notices == (SYMBOLS_KEPT,)
    assert (twice.document or b"").count(b"<harmony") == (once.document or b"").count(b"<harmony")


def test_a_transposing_part_gets_its_symbols_as_it_reads_them() -> None:
    from scoregen.score.pitch import Interval

    score = chorale(SONG)
    clarinet = replace(score.parts[0], transposition=Interval(-1, -2))
    score = replace(score, parts=(clarinet, *score.parts[1:]))
    marked, _ = annotated(score, analyze(score))
    assert parse(marked.document or b"", "f").findtext("part/measure/harmony/root/root-step") == "D"


def test_plain_values_can_be_read_by_a_program() -> None:
    score: Score = chorale(SONG, phrase_ends=(6,))
    found = json.loads(json.dumps(plain(score, analyze(score))))
    assert found["key"] == "C major"
    assert found["chords"][0]["numeral"] == "I" and found["chords"][0]["measure"] == "1"
    assert found["cadences"][0]["numerals"] == ["V", "I"]


def test_the_command_prints_a_table(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["analyze", str(song)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Key: C major\n")
    assert "perfect authentic" in out


def test_the_command_prints_json_and_writes_files(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = song.with_name("analysed.musicxml")
    assert run(["analyze", str(song), "--json", "-o", str(target)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["key"], found["files"]) == ("C major", [str(target)])
    assert b"<harmony" in target.read_bytes()


def test_the_command_writes_pages(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = song.with_name("page.svg")
    assert run(["analyze", str(song), "-o", str(page)]) == 0
    assert capsys.readouterr().out == f"{page}\n"
    assert "PAC" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (["-o", "new.mid"], "new.mid: found no suffix for an analysis"),
        (["--numerals", "arabic"], "found 'arabic'; expected text or harmony"),
        (["-o", f"{__file__}/new.pdf"], "is a file; expected a folder"),
    ],
)
def test_a_users_mistake_ends_with_code_2(
    more: list[str], expected: str, song: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["analyze", str(song), *more]) == 2
    captured = capsys.readouterr()
    assert expected in captured.err and captured.err.count("\n") == 1 and captured.out == ""


@pytest.mark.parametrize("content", ["", "<a/>", "no XML"])
def test_a_file_that_is_no_score_ends_with_code_2(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.musicxml"
    path.write_text(content)
    assert run(["analyze", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"scoregen: error: {path}: ")


def test_no_heavy_library_is_needed(song: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from scoregen.cli.app import run; run(['analyze', sys.argv[1]]);"
        "print(*({'torch', 'music21', 'partitura', 'numpy', 'verovio'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(song)], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == ""
