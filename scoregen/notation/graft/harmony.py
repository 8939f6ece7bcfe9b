"""Analysis marks in a MusicXML document: chord symbols, numerals and words.

Nothing in the document is changed or moved. A mark precedes the note that sounds at its place, with an <offset>
if it falls inside the note. Chord symbols are <harmony> elements. Numerals, cadences and section letters are
words, which every program shows, or on request <harmony> elements with a <numeral> of MusicXML 4.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lxml import etree

from scoregen.notation.graft.refill import Step, steps_of
from scoregen.notation.musicxml.insertion import replace_children
from scoregen.notation.musicxml.tree import parse, serialize
from scoregen.notation.musicxml.write.elements import add, decimal
from scoregen.notation.validation.walk import optional_fraction


@dataclass(frozen=True, slots=True)
class Anchor:
    """The place of a mark: part id, measure index, quarters from the start of the measure, staff (from 1)."""

    part: str
    measure_index: int
    position: Fraction
    staff: int = 1


@dataclass(frozen=True, slots=True)
class ChordMark:
    """A chord symbol at written pitch; `root` and `bass` are step and alter."""

    anchor: Anchor
    root: tuple[str, int]
    kind: str
    text: str
    bass: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class NumeralMark:
    """A Roman numeral as a <harmony>: `degree` 1 to 7 with its alteration, in the key of `key_fifths`."""

    anchor: Anchor
    degree: int
    alter: int
    kind: str
    inversion: int
    text: str
    key_fifths: int
    key_mode: str


@dataclass(frozen=True, slots=True)
class WordMark:
    """Words above or below a staff; `boxed` adds a frame."""

    anchor: Anchor
    text: str
    above: bool = False
    boxed: bool = False
    bold: bool = False


AnalysisMark = ChordMark | NumeralMark | WordMark


def has_chord_symbols(text: bytes) -> bool:
    """Whether a document has chord symbols of its own."""
    return next(parse(text, "the given document").iterfind("part/measure/harmony"), None) is not None


def graft_marks(text: bytes, marks: Iterable[AnalysisMark]) -> bytes:
    """The document with the marks. Raises ValueError if it lacks the part or the measure of a mark."""
    root = parse(text, "the given document")
    bodies = {body.get("id"): body for body in root.findall("part")}
    by_part: dict[str, dict[int, list[AnalysisMark]]] = {}
    for mark in marks:
        by_part.setdefault(mark.anchor.part, {}).setdefault(mark.anchor.measure_index, []).append(mark)
    for part, by_measure in by_part.items():
        if part not in bodies:
            raise ValueError(f"the document has no part {part!r}")
        _mark_part(bodies[part], by_measure)
    return serialize(root)


def _mark_part(body: etree._Element, by_measure: dict[int, list[AnalysisMark]]) -> None:
    measures = body.findall("measure")
    if max(by_measure) >= len(measures):
        raise ValueError(f"the part has {len(measures)} measures; a mark is in measure {max(by_measure) + 1}")
    staves = int(optional_fraction(body.findtext("measure/attributes/staves")) or 1)
    divisions = int(optional_fraction(body.findtext("measure/attributes/divisions")) or 1)
    for index, measure in enumerate(measures):
        steps = steps_of(measure, divisions)
        if index in by_measure:
            own = sorted(by_measure[index], key=lambda mark: mark.anchor.position)
            _mark_measure(measure, steps, divisions, own, staves)
        divisions = steps[-1].new_divisions if steps else divisions


def _mark_measure(
    measure: etree._Element, steps: Sequence[Step], divisions: int, marks: Sequence[AnalysisMark], staves: int
) -> None:
    before: dict[int, list[etree._Element]] = {}
    for mark in marks:
        place = _place(steps, mark.anchor.position)
        here = steps[place] if place < len(steps) else None
        onset = here.onset if here is not None else steps[-1].end if steps else Fraction(0)
        own_divisions = here.divisions if here is not None else divisions
        element = _element(mark, (mark.anchor.position - onset) * own_divisions, staves)
        before.setdefault(place, []).append(element)
    children: list[etree._Element] = []
    for index, step in enumerate(steps):
        children += [*before.get(index, ()), step.element]
    replace_children(measure, [*children, *before.get(len(steps), ())])


def _place(steps: Sequence[Step], position: Fraction) -> int:
    """The index of the first note or <forward> that sounds at a position, else of the closing barline or the end."""
    for index, step in enumerate(steps):
        if step.element.tag in ("note", "forward") and step.onset <= position < step.end:
            return index
    last = len(steps)
    while last and steps[last - 1].element.tag == "barline" and steps[last - 1].element.get("location") != "left":
        last -= 1
    return last


def _element(mark: AnalysisMark, offset: Fraction, staves: int) -> etree._Element:
    if isinstance(mark, WordMark):
        element = _words(mark)
    else:
        element = _chord(mark) if isinstance(mark, ChordMark) else _numeral(mark)
    if offset:
        add(element, "offset", decimal(offset))
    if staves > 1:
        add(element, "staff", mark.anchor.staff)
    return element


def _words(mark: WordMark) -> etree._Element:
    element = etree.Element("direction", placement="above" if mark.above else "below")
    style = {"font-style": "normal", **({"font-weight": "bold"} if mark.bold else {})}
    if mark.boxed:
        style["enclosure"] = "rectangle"
    add(add(element, "direction-type"), "words", mark.text, style)
    return element


def _chord(mark: ChordMark) -> etree._Element:
    element = etree.Element("harmony")
    _note(element, "root", mark.root)
    add(element, "kind", mark.kind, {"text": mark.text})
    if mark.bass is not None:
        _note(element, "bass", mark.bass)
    return element


def _note(element: etree._Element, name: str, note: tuple[str, int]) -> None:
    step, alter = note
    inner = add(element, name)
    add(inner, f"{name}-step", step)
    if alter:
        add(inner, f"{name}-alter", alter)


def _numeral(mark: NumeralMark) -> etree._Element:
    element = etree.Element("harmony", placement="below")
    numeral = add(element, "numeral")
    add(numeral, "numeral-root", mark.degree, {"text": mark.text})
    if mark.alter:
        add(numeral, "numeral-alter", mark.alter, {"print-object": "no"})  # the text has its sign
    key = add(numeral, "numeral-key", None, {"print-object": "no"})
    add(key, "numeral-fifths", mark.key_fifths)
    add(key, "numeral-mode", mark.key_mode)
    add(element, "kind", mark.kind, {"text": ""})
    add(element, "inversion", mark.inversion)
    return element
