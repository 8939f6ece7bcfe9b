"""Other notations: all their notes are read, and a damaged file is a one-line error."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.notation.files import read_score
from scoregen.notation.interchange import convert
from scoregen.notation.interchange.convert import to_musicxml_text
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.notation.validation.document import check_document
from scoregen.score.elements import Score
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
    assert len(score.parts) == 2 and score.document is None


def test_abc_keeps_anacrusis_repeats_and_late_decorations() -> None:
    score = read_score(CASES / "tune.abc")
    lengths = [row.duration for row in score.measures]
    assert lengths == q(0.5, 3, 3, 3, 2.5, 0.5, 3, 2.5)  # short measures at the repeats are not filled
    dotted = [length for pitch, _, length in sounds(score) if pitch in ("A5", "G5")]
    assert dotted == q(0.75, 0.25)  # a>.g
    assert score.metadata.title == "A Tune"


def test_mei_keeps_lyrics_without_extra_hyphens() -> None:
    score = read_score(CASES / "verse.mei")
    assert sounds(score) == [("F4", 0, 1), ("Bb4", 1, 1), ("A4", 2, 2), ("C5", 4, 4)]
    lyrics = [
        (lyric.text, lyric.syllabic)
        for row in score.measures
        for voice in row.voices
        for element in voice.elements
        for note in element.notes
        for lyric in note.lyrics
    ]
    assert lyrics == [("Die", "single"), ("fröh", "begin"), ("lich", "end")]


@pytest.mark.parametrize("name", ["two_voices.krn", "tune.abc", "verse.mei"])
def test_other_notations_can_be_written_as_valid_musicxml(name: str) -> None:
    assert check_document(write_musicxml(read_score(CASES / name)), name) == ()


def test_nothing_is_invented() -> None:
    text = to_musicxml_text(CASES / "two_voices.krn").decode()
    assert "Music21 Fragment" not in text
    assert re.findall(r'<score-part id="([^"]+)"', text) == ["P1", "P2"] == re.findall(r'<part id="([^"]+)"', text)


def test_mei_that_no_library_reads_in_full_is_refused(tmp_path: Path) -> None:
    text = (CASES / "verse.mei").read_text()
    tremolo = '<fTrem><note pname="c" oct="5" dur="2"/><note pname="e" oct="5" dur="2"/></fTrem>'
    (tmp_path / "tremolo.mei").write_text(text.replace('<note pname="c" oct="5" dur="1"/>', tremolo))
    with pytest.raises(RefusedError, match=r"music21 loses.*partitura.*export it as MusicXML"):
        read_score(tmp_path / "tremolo.mei")


def test_rejected_readings_do_not_count_as_lost_notes(tmp_path: Path) -> None:
    text = (CASES / "verse.mei").read_text()
    choice = (
        '<choice><sic><note pname="d" oct="5" dur="1"/></sic><corr><note pname="c" oct="5" dur="1"/></corr></choice>'
    )
    (tmp_path / "choice.mei").write_text(text.replace('<note pname="c" oct="5" dur="1"/>', choice))
    try:
        assert len(sounds(read_score(tmp_path / "choice.mei"))) == 4
    except (
        RefusedError
    ) as error:  # a library that does not support choices refuses the file, and does not read three notes
        assert "4 notes" in str(error)


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


def test_a_book_of_tunes_is_refused_with_their_number(tmp_path: Path) -> None:
    tune = (CASES / "tune.abc").read_text()
    (tmp_path / "book.abc").write_text(tune + "\n" + tune.replace("X:1", "X:2"))
    with pytest.raises(RefusedError, match="has 2 pieces"):
        read_score(tmp_path / "book.abc")


def test_abc_in_an_old_encoding_is_read(tmp_path: Path) -> None:
    tune = (CASES / "tune.abc").read_text().replace("A Tune", "Für Élise")
    (tmp_path / "old.abc").write_bytes(tune.encode("latin-1"))
    assert read_score(tmp_path / "old.abc").metadata.title == "Für Élise"


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
        read_score(CASES / "two_voices.krn")
    assert message in str(caught.value) and "two_voices.krn" in str(caught.value)


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
