"""Marks in a document: they are at their music, and nothing else has changed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from lxml import etree

from scoregen.notation.graft.harmony import At, ChordMark, Mark, NumeralMark, WordMark, graft_marks, has_chord_symbols
from scoregen.notation.musicxml.document import load_document, parse
from scoregen.notation.validation.gate import check_document
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


def marks_for(root: etree._Element) -> list[Mark]:
    """A mark of each kind at several places of every measure of every part."""
    found: list[Mark] = []
    for part in root.iterfind("part"):
        for index, measure in enumerate(walk(part, "")):
            for position in {Fraction(0), measure.length / 3, measure.length / 2}:
                at = At(part.get("id", ""), index, position)
                found.append(ChordMark(at, ("F", 1), "half-diminished", "†", ("A", 0)))
                found.append(NumeralMark(at, 5, 0, "dominant", 1, "†", -2, "minor"))
                found.append(WordMark(at, "†", above=index % 2 == 0, boxed=True))
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_was_given_comes_back_untouched(path: Path) -> None:
    text = load_document(path)
    marks = marks_for(parse(text, path.name))
    marked = graft_marks(text, marks)
    assert without(parse(marked, path.name), len(marks)) == etree.canonicalize(text.decode(), strip_text=True).encode()
    assert len(check_document(marked, path.name)) <= len(check_document(text, path.name))


def test_a_mark_inside_a_note_gets_an_offset() -> None:
    text = load_document(CASES[0].parent.parent / "writing" / "hymn.musicxml")
    part = parse(text, "f").find("part")
    assert part is not None
    (mark,) = [WordMark(At(part.get("id", ""), 0, Fraction(1, 3)), "†")]
    root = parse(graft_marks(text, [mark]), "f")
    (found,) = [element for element in root.iter("direction") if element.findtext("direction-type/words") == "†"]
    divisions = int(root.findtext("part/measure/attributes/divisions") or 0)
    assert float(found.findtext("offset") or 0) == pytest.approx(divisions / 3, abs=1e-5)


def test_a_part_that_is_not_there_is_a_mistake_of_the_caller() -> None:
    text = load_document(CASES[0])
    with pytest.raises(ValueError, match="has no part 'P99'"):
        graft_marks(text, [WordMark(At("P99", 0, Fraction(0)), "x")])


def test_chord_symbols_of_a_document_are_seen(repository: Path) -> None:
    text = load_document(repository / "tests" / "cases" / "writing" / "hymn.musicxml")
    assert not has_chord_symbols(text)
    part = parse(text, "f").find("part")
    assert part is not None
    at = At(part.get("id", ""), 0, Fraction(0))
    assert has_chord_symbols(graft_marks(text, [ChordMark(at, ("C", 0), "major", "")]))
