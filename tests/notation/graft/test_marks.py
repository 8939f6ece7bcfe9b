"""Marks are added to a document, and nothing in it is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from scoregen.notation.files import read_score
from scoregen.notation.graft.document import musicxml_text
from scoregen.notation.graft.marks import FindingMark, lines_in_file, with_marks
from scoregen.notation.validation.document import check_document
from scoregen.score.elements import Score
from scoregen.score.timeline import SoundingNote, sounding_notes

RED = "#C4161C"
CASES = (
    "corpora/samples/morning-song.musicxml",
    "tests/cases/writing/clarinet_and_piano.musicxml",
    "tests/cases/writing/hymn.musicxml",
    "tests/cases/reading/grace_and_chords.musicxml",
    "tests/cases/reading/rounded_triplets.musicxml",
    "tests/cases/reading/transposition.musicxml",
    "tests/cases/reading/cross_staff.musicxml",
)


def pitched(score: Score) -> tuple[SoundingNote, ...]:
    return tuple(note for note in sounding_notes(score) if hasattr(note.pitch, "alter"))


def unmarked(text: bytes) -> bytes:
    """A marked document without the additions."""
    root = etree.fromstring(text)
    for element in list(root.iter("direction")):
        added = element.find("direction-type/words[@color]"), element.find("direction-type/bracket[@color]")
        if any(item is not None and item.get("color") == RED for item in added):
            element.getparent().remove(element)
    for note in root.iter("note"):
        if note.get("color") == RED:
            del note.attrib["color"]
    return canonical(etree.tostring(root))


def canonical(text: bytes) -> bytes:
    parser = etree.XMLParser(remove_blank_text=True)
    return etree.tostring(etree.fromstring(text, parser), method="c14n")


@pytest.mark.parametrize("name", CASES)
def test_every_note_is_marked_and_nothing_is_lost(name: str, repository: Path) -> None:
    score = read_score(repository / name)
    notes = pitched(score)
    marked = with_marks(score, [FindingMark((note,), str(number), RED) for number, note in enumerate(notes, 1)])
    assert marked.document is not None
    root = etree.fromstring(marked.document)
    assert len(root.findall(".//note[@color]")) == len(set(notes))
    assert unmarked(marked.document) == canonical(musicxml_text(score))
    assert check_document(marked.document, "") == check_document(musicxml_text(score), "")


def test_a_pair_of_notes_gets_a_bracket(repository: Path) -> None:
    score = read_score(repository / CASES[0])
    first, second, third, *_ = pitched(score)
    marked = with_marks(
        score, [FindingMark((first, second), "1 leap", RED), FindingMark((second, third), "2 leap", RED)]
    )
    root = etree.fromstring(marked.document or b"")
    brackets = [(item.get("type"), item.get("number")) for item in root.iter("bracket")]
    assert sorted(brackets) == [("start", "1"), ("start", "2"), ("stop", "1"), ("stop", "2")]
    assert [item.text for item in root.iter("words") if item.get("color")] == ["1 leap", "2 leap"]
    assert check_document(marked.document or b"", "") == ()


def test_the_users_colour_stays(repository: Path) -> None:
    text = (repository / CASES[0]).read_bytes().replace(b"<note", b'<note color="#00FF00"', 1)
    from scoregen.notation.musicxml.read.score import read_musicxml

    score = read_musicxml(text, "")
    marked = with_marks(score, [FindingMark(pitched(score)[:1], "1", RED)])
    assert b"#00FF00" in (marked.document or b"")


def test_lines_in_the_file(repository: Path) -> None:
    path = repository / CASES[0]
    score = read_score(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in lines_in_file(score, pitched(score)):
        assert line is not None
        assert lines[line - 1].strip().startswith("<note")
