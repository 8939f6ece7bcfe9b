"""Other notations: all their notes are read, and a damaged file is a one-line error."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.notation.files import read_score
from scoregen.notation.graft.document import musicxml_text
from scoregen.notation.interchange import convert
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.notation.validation.document import check_document
from scoregen.score.directions import Dynamic
from scoregen.score.elements import Lyric, Score
from scoregen.score.spanners import Slur, Wedge
from scoregen.score.timeline import sounding_notes
from scoregen.system.errors import ReadError, RefusedError, ScoregenError, ToolError

CASES = Path(__file__).resolve().parents[2] / "cases" / "interchange"


def sounds(score: Score) -> list[tuple[str, Fraction, Fraction]]:
    return [(str(note.pitch), note.onset, note.duration) for note in sounding_notes(score)]


def q(*numbers: float) -> list[Fraction]:
    return [Fraction(number).limit_denominator(24) for number in numbers]


def test_kern_is_read_with_ties_triplets_and_key() -> None:
    score = read_score(CASES / "two_voices.krn")
    upper = [note for note in sounds(score) if note[0] >= "A" and note[0][-1] in "45"]
    assert [pitch for pitch, _, _ in upper] == ["A4", "G4", "F#4", "G4", "Bb4", "C5", "D5", "A4"]
    assert [onset for _, onset, _ in upper] == q(0, 1, 1.5, 2, 4, 6, 6 + 2 / 3, 7)
    assert [length for _, _, length in upper] == q(1, 0.5, 0.5, 2, 1.5, 2 / 3, 1 / 3, 1)
    assert {row.key.fifths for row in score.measures} == {-1}
    assert [part.name for part in score.parts] == ["Part 1", "Part 2"]
    assert score.notices == ()


def lyrics(score: Score) -> list[Lyric]:
    return [
        lyric
        for row in score.measures
        for voice in row.voices
        for element in voice.elements
        for note in element.notes
        for lyric in note.lyrics
    ]


def values(score: Score, kind: type) -> list[object]:
    return [item.value for row in score.measures for item in row.directions if isinstance(item.value, kind)]


def words(value: object) -> str:
    return getattr(value, "mark", None) or getattr(value, "text", "")


def spanners(score: Score, kind: type) -> list[object]:
    return [spanner for row in score.measures for spanner in row.spanners if isinstance(spanner, kind)]


def test_kern_spines_that_split_twice_keep_all_notes() -> None:
    score = read_score(CASES / "split_again.krn")
    found = Counter((pitch, onset) for pitch, onset, _ in sounds(score))
    assert found.total() == 16 and score.notices == ()
    assert {pitch for pitch, onset in found if onset == 2} == {"G4", "E4", "C4", "E3"}


def test_kern_keeps_words_slurs_dynamics_fermata_and_the_name() -> None:
    score = read_score(CASES / "text_fermata.krn")
    assert [lyric.text for lyric in lyrics(score)] == ["O", "come", "", "sing", "ing", "all", "day", "", "long"]
    assert [lyric.extend for lyric in lyrics(score)] == [False, True, True, False, False, False, True, True, False]
    assert len(spanners(score, Slur)) == 1 and len(spanners(score, Wedge)) == 1
    assert [dynamic.mark for dynamic in values(score, Dynamic)] == ["p", "f"]  # type: ignore[attr-defined]
    assert [part.name for part in score.parts] == ["Soprano"] and score.metadata.title == "Trial tune"
    assert [row.phrase_ends for row in score.measures if row.phrase_ends] == [(Fraction(0),)]
    assert score.measures[0].implicit and score.measures[2].barline.repeat_times == 2
    assert [str(note.pitch) for note in sounding_notes(score, grace=True)][-2:] == ["A4", "B4"]


def test_kern_section_labels_are_no_measures() -> None:
    score = read_score(CASES / "sections.krn")
    assert len(score.measures) == 12 and {row.duration for row in score.measures} == {3}


def test_notes_that_cross_a_barline_without_a_tie_move_nothing(tmp_path: Path) -> None:
    """converter21 lets the measure grow; the own reader takes its place."""
    lines = ["**kern **text **kern", "*M2/2 * *M2/2", "=1 =1 =1", "1.C Ky- 2c", ". . 2d", "=2 =2 =2", ". . 2e"]
    lines += ["2D -rie 2f", "== == ==", "*- *- *-"]
    (tmp_path / "long.krn").write_text(
        "!!!COM-rismID: pe1\n!!!OTL: Long notes\n" + "\n".join(lines).replace(" ", "\t") + "\n"
    )
    score = read_score(tmp_path / "long.krn")
    assert [(pitch, onset) for pitch, onset, _ in sounds(score)] == [
        *[("C3", 0), ("C4", 0), ("D4", 2), ("E4", 4), ("D3", 6), ("F4", 6)]
    ]
    assert [lyric.text for lyric in lyrics(score)] == ["Ky", "rie"] and score.notices == ()
    assert sorted(part.name for part in score.parts) == ["Part 1", "Voice"]
    assert (score.metadata.title, score.metadata.composer) == ("Long notes", None)
    assert [row.duration for row in score.measures] == [4, 4]


def test_written_out_tremolos_keep_their_notes(tmp_path: Path) -> None:
    measured = "=1\n@16@16cLL\n@16@16e\n@16@16c\n@16@16eJJ\n4g"
    repeated = "=2\n*tremolo\n8dL\n8d\n8d\n8dJ\n*Xtremolo"
    (tmp_path / "tremolo.krn").write_text(f"**kern\n*M2/4\n{measured}\n{repeated}\n==\n*-\n")
    score = read_score(tmp_path / "tremolo.krn")
    assert [pitch for pitch, _, _ in sounds(score)] == ["C4", "E4", "C4", "E4", "G4", *["D4"] * 4]
    assert score.notices == ()


def test_what_no_reader_of_kern_supports_is_named_in_one_notice(tmp_path: Path) -> None:
    data = "**kern\t**rhythm\n*M2/4\t*\n=1\t=1\n4c\tta\n4e\tta\n==\t==\n*-\t*-\n"
    (tmp_path / "extra.krn").write_text(data)
    score = read_score(tmp_path / "extra.krn")
    assert len(score.notices) == 1 and "2 **rhythm tokens not kept" in score.notices[0]


def test_kern_with_spines_that_do_not_fit_is_a_one_line_error(tmp_path: Path) -> None:
    (tmp_path / "torn.krn").write_text("**kern\t**kern\n4c\t4e\n4d\n*-\t*-\n")
    with pytest.raises(ReadError, match=r"torn\.krn: the Humdrum file is damaged: line 3 has 1 tokens for 2 spines"):
        read_score(tmp_path / "torn.krn")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_only_at_line_ends(end: str, tmp_path: Path) -> None:
    """A word may contain a character that Unicode calls a line separator."""
    lines = ["**kern\t**text", "*M2/4\t*", "=1\t=1", "4c\tla\u2028la", "4e\tla\x85", "==\t==", "*-\t*-", ""]
    (tmp_path / "ends.krn").write_bytes(end.join(lines).encode())
    score = read_score(tmp_path / "ends.krn")
    assert len(sounds(score)) == 2 and len(lyrics(score)) == 2


def test_equal_files_give_equal_documents() -> None:
    first, second = (read_score(CASES / "text_fermata.krn").document for _ in range(2))
    assert first is not None and first == second


@pytest.mark.parametrize("name", ["key_signature.mei", "natural_holds.mei"])
def test_mei_keeps_its_key_signature(name: str) -> None:
    score = read_score(CASES / name)
    assert {row.key.fifths for row in score.measures} == {2} and score.notices == ()


def test_accidentals_of_the_key_and_of_the_measure_hold_in_mei(tmp_path: Path) -> None:
    assert [pitch for pitch, _, _ in sounds(read_score(CASES / "natural_holds.mei"))][:3] == ["C5", "C5", "F#4"]
    plain = re.sub(r' accid\.ges="s"', "", (CASES / "natural_holds.mei").read_text())
    (tmp_path / "plain.mei").write_text(plain)
    assert [pitch for pitch, _, _ in sounds(read_score(tmp_path / "plain.mei"))] == ["C5", "C5", "F#4", "D5", "C#5"]


def test_mei_keeps_lyrics_without_extra_hyphens() -> None:
    score = read_score(CASES / "verse.mei")
    assert sounds(score) == [("F4", 0, 1), ("Bb4", 1, 1), ("A4", 2, 2), ("C5", 4, 4)]
    found = [(lyric.text, lyric.syllabic) for lyric in lyrics(score)]
    assert found == [("Die", "single"), ("fröh", "begin"), ("lich", "end")]


@pytest.mark.parametrize("name", ["two_voices.krn", "tune.abc", "verse.mei"])
def test_other_notations_can_be_written_as_valid_musicxml(name: str) -> None:
    assert check_document(write_musicxml(read_score(CASES / name)), name) == ()


def test_nothing_is_invented() -> None:
    text = (read_score(CASES / "two_voices.krn").document or b"").decode()
    assert "Music21 Fragment" not in text and "encoding-date" not in text
    assert re.findall(r'<score-part id="([^"]+)"', text) == ["P1", "P2"] == re.findall(r'<part id="([^"]+)"', text)


def test_several_parts_have_names_and_a_bracket() -> None:
    text = (read_score(CASES / "two_voices.krn").document or b"").decode()
    assert re.findall(r"<group-symbol>(.*?)<", text) == ["bracket"]
    assert re.findall(r"<part-name>(.*?)<", text) == ["Part 1", "Part 2"]
    assert "<part-group" not in (read_score(CASES / "text_fermata.krn").document or b"").decode()


def test_a_reading_that_loses_many_notes_is_refused_and_a_few_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a second reader that sees more notes than the file has."""
    counted = convert.kern_contents

    def with_more(text: str, more: int) -> convert.Contents:
        found = counted(text)
        return replace(found, notes=found.notes + Counter({(Fraction(0), 60): more}))

    monkeypatch.setattr(convert, "kern_contents", lambda text: with_more(text, 2))
    (notice,) = read_score(CASES / "split_again.krn").notices
    assert notice == "split_again.krn: 2 notes not kept; export it as MusicXML to keep all"
    monkeypatch.setattr(convert, "kern_contents", lambda text: with_more(text, 20))
    with pytest.raises(RefusedError, match=r"20 of 36 notes cannot be read; export the score as MusicXML"):
        read_score(CASES / "split_again.krn")


def test_a_reader_that_fails_leaves_the_file_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = convert._answer

    def failing(path: Path, shown: Path, library: convert.Library, kind: str) -> str:
        if library == "converter21":
            raise ReadError("converter21 crashed")
        return answer(path, shown, library, kind)

    expected = sounds(read_score(CASES / "two_voices.krn"))
    monkeypatch.setattr(convert, "_answer", failing)
    assert sounds(read_score(CASES / "two_voices.krn")) == expected


def test_mei_tremolos_are_read_in_full(tmp_path: Path) -> None:
    text = (CASES / "verse.mei").read_text()
    tremolo = '<fTrem><note pname="c" oct="5" dur="2"/><note pname="e" oct="5" dur="2"/></fTrem>'
    (tmp_path / "tremolo.mei").write_text(text.replace('<note pname="c" oct="5" dur="1"/>', tremolo))
    assert [pitch for pitch, _, _ in sounds(read_score(tmp_path / "tremolo.mei"))][-2:] == ["C5", "E5"]


def test_rejected_readings_do_not_count_as_lost_notes(tmp_path: Path) -> None:
    text = (CASES / "verse.mei").read_text()
    choice = (
        '<choice><sic><note pname="d" oct="5" dur="1"/></sic><corr><note pname="c" oct="5" dur="1"/></corr></choice>'
    )
    (tmp_path / "choice.mei").write_text(text.replace('<note pname="c" oct="5" dur="1"/>', choice))
    score = read_score(tmp_path / "choice.mei")
    assert [pitch for pitch, _, _ in sounds(score)][-1] == "C5" and len(sounds(score)) == 4 and score.notices == ()


@pytest.mark.parametrize("suffix", [".krn", ".abc", ".mei", ".capx"])
@pytest.mark.parametrize(
    "data", [b"", b"garbage\n", bytes(range(256)) * 20, b"<mei/>"], ids=["empty", "words", "bytes", "xml"]
)
def test_garbage_is_a_one_line_error(suffix: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(data)
    with pytest.raises((ReadError, RefusedError)) as caught:
        read_score(path)
    assert path.name in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("import time; time.sleep(60)", "stopped after 0.5 s"),
        ("import os; os.kill(os.getpid(), 11)", "crashed (SIGSEGV)"),
    ],
)
def test_a_reader_that_hangs_or_crashes_is_a_one_line_error(
    body: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "worker.py"
    script.write_text(body)
    monkeypatch.setattr(convert, "_WORKER", script)
    monkeypatch.setattr(convert, "TIMEOUT_SECONDS", 0.5)
    with pytest.raises(ReadError) as caught:
        read_score(CASES / "verse.mei")
    assert message in str(caught.value) and "verse.mei" in str(caught.value)


def test_without_musescore_its_files_are_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    (tmp_path / "piece.mscz").write_bytes(b"PK")
    with pytest.raises(ToolError, match=r"piece\.mscz.*needs MuseScore"):
        read_score(tmp_path / "piece.mscz")


@pytest.mark.skipif(shutil.which("mscore3") is None, reason="MuseScore 3 (mscore3) is not installed")
def test_musescore_files_are_read_through_musescore(tmp_path: Path) -> None:
    score = read_score(CASES / "two_voices.krn")
    (tmp_path / "piece.musicxml").write_bytes(write_musicxml(score))
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_RUNTIME_DIR": str(tmp_path),
        "HOME": str(tmp_path),
        "PATH": "/usr/bin",
    }
    command = ["mscore3", "-o", str(tmp_path / "piece.mscx"), str(tmp_path / "piece.musicxml")]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60)
    assert sounds(read_score(tmp_path / "piece.mscx")) == sounds(score)
    (tmp_path / "broken.mscx").write_text("<museScore>")
    with pytest.raises(ScoregenError) as caught:
        read_score(tmp_path / "broken.mscx")
    assert "broken.mscx" in str(caught.value)


@pytest.mark.skipif(shutil.which("mscore3") is None, reason="MuseScore 3 (mscore3) is not installed")
def test_a_musescore_file_is_its_own_musicxml() -> None:
    """Chord symbols, dynamics, hairpin, words, slur and lyrics are those of the same score as MusicXML."""
    score, twin = read_score(CASES / "marks.mscz"), read_score(CASES / "marks.musicxml")
    assert sounds(score) == sounds(twin) and lyrics(score) == lyrics(twin)
    for row, other in zip(score.measures, twin.measures, strict=True):
        chords = [[(each.root, each.kind, each.onset) for each in one.chord_symbols] for one in (row, other)]
        assert chords[0] == chords[1]
        assert [words(item.value) for item in row.directions] == [words(item.value) for item in other.directions]
        assert [(type(s), s.onset) for s in row.spanners] == [(type(s), s.onset) for s in other.spanners]
    assert score.document is not None and musicxml_text(score) == score.document
    assert values(score, Dynamic) and spanners(score, Slur) and spanners(score, Wedge)


def test_a_lower_memory_limit_in_force_does_not_damage_a_file(tmp_path: Path) -> None:
    script = "import sys; from scoregen.notation.files import read_score; print(len(read_score(sys.argv[1]).measures))"
    command = f'ulimit -v 4000000; exec "{sys.executable}" -c "{script}" "{CASES / "sections.krn"}"'
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, env=environment)
    assert done.stdout.strip() == "12", done.stderr


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # from the reference reader and its imports
def test_kern_agrees_with_partitura_s_reading() -> None:
    """A reference that shares no code with the reader: every note of three corpus pieces."""
    import music21
    import partitura

    corpus = Path(music21.__file__).parent / "corpus"
    files = [corpus / "bach" / "bwv366.krn", *sorted((corpus / "palestrina").glob("Kyrie_0*.krn"))[:2]]
    for file in files:
        found = Counter((n.pitch.midi_pitch, float(n.onset)) for n in sounding_notes(read_score(file)))  # type: ignore[union-attr]
        notes = partitura.load_kern(str(file)).note_array()
        start = notes["onset_quarter"].min()
        assert found == Counter((int(n["pitch"]), float(n["onset_quarter"] - start)) for n in notes), file.name
