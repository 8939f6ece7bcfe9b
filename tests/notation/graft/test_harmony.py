"""Marks in a document: they are at their music, and nothing else has changed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from lxml import etree

from scoregen.notation.graft.harmony import (
    AnalysisMark,
    Anchor,
    ChordMark,
    NumeralMark,
    WordMark,
    graft_marks,
    has_chord_symbols,
)
from scoregen.notation.musicxml.document import load_document, parse
from scoregen.notation.validation.document import check_document
from scoregen.notation.validation.walk import walk

CASES = sorted((Path(__file__).resolve().parents[2] / "cases").glob("*/*.musicxml"))
OURS = ("harmony", "direction")


def without(root: etree._Element, marks: int) -> bytes:
    """The original document: the marks, recognised by their text, are removed."""
    taken = 0
    for element in list(root.iter(*OURS)):
        if any("†" in (node.text or "") + node.get("text", "") for node in element.iter()):
            element.getparent().remove(element)  # type: ignore[union-attr]  # type: ignore[union-attr]  # it is below the root
            taken += 1
    assert taken == marks
    return etree.canonicalize(root, strip_text=True).encode()


def marks_for(root: etree._Element) -> list[AnalysisMark]:
    """A mark of each kind at several places of every measure of every part."""
    found: list[AnalysisMark] = []
    for part in root.iterfind("part"):
        for index, measure in enumerate(walk(part, "")):
            for position in {Fraction(0), measure.length / 3, measure.length / 2}:
                anchor = Anchor(part.get("id", ""), index, position)
                found.append(ChordMark(anchor, ("F", 1), "half-diminished", "†", ("A", 0)))
                found.append(NumeralMark(anchor, 5, 0, "dominant", 1, "†", -2, "minor"))
                found.append(WordMark(anchor, "†", above=index % 2 == 0, boxed=True))
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_given_music_is_unchanged(path: Path) -> None:
    text = load_document(path)
    marks = marks_for(parse(text, path.name))
    marked = graft_marks(text, marks)
    assert without(parse(marked, path.name), len(marks)) == etree.canonicalize(text.decode(), strip_text=True).encode()
    assert len(check_document(marked, path.name)) <= len(check_document(text, path.name))


def test_a_mark_inside_a_note_gets_an_offset() -> None:
    text = load_document(CASES[0].parent.parent / "writing" / "hymn.musicxml")
    part = parse(text, "f").find("part")
    assert part is not None
    (mark,) = [WordMark(Anchor(part.get("id", ""), 0, Fraction(1, 3)), "†")]
    root = parse(graft_marks(text, [mark]), "f")
    (found,) = [element for element in root.iter("direction") if element.findtext("direction-type/words") == "†"]
    divisions = int(root.findtext("part/measure/attributes/divisions") or 0)
    assert float(found.findtext("offset") or 0) == pytest.approx(divisions / 3, abs=1e-5)


def test_a_mark_in_a_missing_part_is_a_value_error() -> None:
    text = load_document(CASES[0])
    with pytest.raises(ValueError, match="has no part 'P99'"):
        graft_marks(text, [WordMark(Anchor("P99", 0, Fraction(0)), "x")])


def test_chord_symbols_of_a_document_are_found(repository: Path) -> None:
    text = load_document(repository / "tests" / "cases" / "writing" / "hymn.musicxml")
    assert not has_chord_symbols(text)
    part = parse(text, "f").find("part")
    assert part is not None
    anchor = Anchor(part.get("id", ""), 0, Fraction(0))
    assert has_chord_symbols(graft_marks(text, [ChordMark(anchor, ("C", 0), "major", "")]))
