"""A score and its document move by the same interval, and nothing else changes."""

from pathlib import Path

import pytest
from lxml import etree

from scoregen.notation.files import read_score
from scoregen.notation.graft.transposition import transposed
from scoregen.score.elements import Score
from scoregen.score.pitch import UNISON, Interval, Pitch

NAMES = ("chord_symbols", "transposition", "grace_and_chords", "expression", "lyrics", "percussion_and_groups")
MOVED = {
    "pitch",
    "step",
    "alter",
    "octave",
    "fifths",
    "accidental",
    "root-step",
    "root-alter",
    "bass-step",
    "bass-alter",
}


def read_again(score: Score, folder: Path) -> Score:
    path = folder / "again.musicxml"
    path.write_bytes(score.document or b"")
    return read_score(path)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("interval", ["-m3", "M2", "P4"])
def test_the_document_tells_the_same_as_the_score(repository: Path, tmp_path: Path, name: str, interval: str) -> None:
    given = read_score(repository / f"tests/cases/reading/{name}.musicxml")
    moved = transposed(given, Interval.parse(interval))
    assert read_again(moved, tmp_path).measures == moved.measures
    assert moved.measures != given.measures
    assert transposed(moved, -Interval.parse(interval)).measures == given.measures


def test_everything_else_in_the_document_stays(repository: Path) -> None:
    given = read_score(repository / "tests/cases/reading/chord_symbols.musicxml")
    moved = transposed(given, Interval.parse("M2"))

    def rest(text: bytes | None) -> list[tuple[str, str | None, dict[str, str]]]:
        root = etree.fromstring(text or b"")
        return [(e.tag, e.text, dict(e.attrib)) for e in root.iter() if e.tag not in MOVED]

    assert rest(moved.document) == rest(given.document)


def test_a_printed_accidental_takes_the_name_of_the_new_alteration(tmp_path: Path) -> None:
    text = """<score-partwise version="4.0"><part-list><score-part id="P1"><part-name/></score-part></part-list>
    <part id="P1"><measure number="1"><attributes><divisions>1</divisions><key><fifths>0</fifths></key>
    <time><beats>2</beats><beat-type>4</beat-type></time></attributes>
    <note><pitch><step>F</step><alter>1</alter><octave>4</octave></pitch><duration>1</duration><type>quarter</type>
    <accidental>sharp</accidental></note>
    <note><pitch><step>F</step><octave>4</octave></pitch><duration>1</duration><type>quarter</type>
    <accidental>natural</accidental></note></measure></part></score-partwise>"""
    path = tmp_path / "f.musicxml"
    path.write_text(text)
    root = etree.fromstring(transposed(read_score(path), Interval.parse("-M2")).document or b"")
    assert [each.text for each in root.iter("accidental")] == ["natural", "flat"]
    assert [each.text for each in root.iter("fifths")] == ["-2"]
    assert [each.text for each in root.iter("step")] == ["E", "E"]


def test_an_interval_by_its_name_and_by_semitones() -> None:
    for name in ("M2", "-m3", "P4", "P8", "-P5", "A4", "d5", "M9", "P1"):
        assert str(Interval.parse(name)) == name
    assert Pitch.parse("D6").transposed(Interval.parse("-P4")) == Pitch.parse("A5")
    assert [str(Interval.nearest(number, 0)) for number in (-5, 2, 3, 12, -2)] == ["-P4", "M2", "m3", "P8", "-M2"]
    for wrong in ("M4", "P3", "third", "", "m0"):
        with pytest.raises(ValueError, match="is not an interval"):
            Interval.parse(wrong)


def test_a_unison_changes_nothing(repository: Path) -> None:
    given = read_score(repository / "tests/cases/reading/lyrics.musicxml")
    assert transposed(given, UNISON) is given
