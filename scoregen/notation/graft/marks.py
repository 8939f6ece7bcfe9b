"""Marks of findings in the user's own document: coloured notes, short texts above the staff, brackets.

Nothing is removed or moved. Directions are added before their notes, and notes without a colour get one. A
score of another notation is written as a new document first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from lxml import etree

from scoregen.notation.graft.document import musicxml_text
from scoregen.notation.musicxml.insertion import insert
from scoregen.notation.musicxml.tree import parse, serialize
from scoregen.notation.musicxml.write.elements import add
from scoregen.notation.validation.walk import DocumentMeasure, DocumentNote, walk
from scoregen.score.elements import Score
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, measure_onsets
from scoregen.system.numbers import exact_number

LEVELS = 16
"""Bracket numbers that MusicXML distinguishes at one time in a part."""
NEAR = Fraction(1, 8)
"""A tolerance in quarters: files round the onsets of tuplets by less."""
_TEXT_SIZE = "7"


@dataclass(frozen=True, slots=True)
class FindingMark:
    """The mark of some notes: the text is above the first note, and the bracket spans the notes of its voice."""

    notes: tuple[SoundingNote, ...]
    text: str
    colour: str


def with_marks(score: Score, marks: Sequence[FindingMark]) -> Score:
    """The score with a document that has the marks; of several marks on one note the last gives the colour."""
    root = parse(musicxml_text(score), "the given document")
    finder = Finder(score, root)
    texts: dict[etree._Element, list[FindingMark]] = defaultdict(list)
    for mark in marks:
        found = [finder.element(note) for note in mark.notes]
        for element in found:
            if element is not None:
                _colour(element, mark.colour, marks)
        head = found[0] if found else None
        if head is not None:
            texts[_chord_head(head)].append(mark)
    brackets = _Brackets(root)
    for head, own in texts.items():
        _write_over(head, own, finder, brackets)
    return replace(score, document=serialize(root))


def lines_in_file(score: Score, notes: Sequence[SoundingNote]) -> tuple[int | None, ...]:
    """The line (from 1) of each note in the score's document; None if it cannot be determined."""
    if score.document is None:
        return (None,) * len(notes)
    finder = Finder(score, parse(score.document, "the given document"))
    found = [finder.element(note) for note in notes]
    lines = (element.sourceline if element is not None else None for element in found)
    return tuple(int(line) if line is not None else None for line in lines)  # type: ignore[call-overload]  # not typed in the stubs


class Finder:
    """Finds the <note> of each note of a score."""

    def __init__(self, score: Score, root: etree._Element) -> None:
        self._score = score
        self._bodies = {body.get("id", ""): body for body in root.iterfind("part")}
        self._onsets = measure_onsets(score)
        self._measures: dict[str, tuple[DocumentMeasure, ...]] = {}

    def element(self, note: SoundingNote, taken: Collection[etree._Element] = ()) -> etree._Element | None:
        """The note's element, the first of a tie chain and not in `taken`; None if the document has none."""
        part = note.slot.part
        if part not in self._bodies:
            return None
        if part not in self._measures:
            self._measures[part] = walk(self._bodies[part], "")
        if note.measure_index >= len(self._measures[part]):
            return None
        measure = self._measures[part][note.measure_index]
        onset = note.onset - self._onsets[note.measure_index]
        near = [
            other
            for other in measure.notes
            if abs(other.onset - onset) < NEAR and not other.is_grace and other.element not in taken
        ]
        # If a part changes its transposition, a single note at the place is accepted at any pitch.
        fitting = [other for other in near if self._is_pitch(other, note)] or near * (len(near) == 1)
        found = sorted(fitting, key=lambda other: (abs(other.onset - onset), other.staff != str(note.slot.staff)))
        return found[0].element if found else None

    def _is_pitch(self, document_note: DocumentNote, note: SoundingNote) -> bool:
        if not isinstance(note.pitch, Pitch):
            return False
        written = note.pitch.transposed(-self._score.part(note.slot.part).transposition)
        alter = exact_number((document_note.element.findtext("pitch/alter") or "").strip() or "0")
        step, octave = document_note.element.findtext("pitch/step"), document_note.element.findtext("pitch/octave")
        return (
            (step or "").strip() == written.step
            and (octave or "").strip() == str(written.octave)
            and (alter == written.alter)
        )


def _colour(note: etree._Element, colour: str, marks: Sequence[FindingMark]) -> None:
    """Colour a note; the colour of an earlier mark is replaced, the user's is kept."""
    own = note.get("color")
    if own is None or own in {mark.colour for mark in marks}:
        note.set("color", colour)


def _chord_head(note: etree._Element) -> etree._Element:
    """The first note of the chord that a note belongs to."""
    while note.find("chord") is not None:
        earlier = note.getprevious()
        if earlier is None or earlier.tag != "note":
            break
        note = earlier
    return note


def _write_over(head: etree._Element, marks: Sequence[FindingMark], finder: Finder, brackets: _Brackets) -> None:
    """Write a text for each colour of the marks that begin at a note, and a bracket for the longest mark."""
    staff = (head.findtext("staff") or "").strip()
    for colour, own in _by_colour(marks).items():
        _before(head, _words("; ".join(mark.text for mark in own), colour, staff))
    longest = max(marks, key=lambda mark: _end(mark).onset)
    last = finder.element(_end(longest))
    if last is None or _chord_head(last) is head:
        return
    end = _chord_head(last)
    level = brackets.free_level(head, end)
    if level is not None:
        _before(head, _bracket("start", level, longest.colour, staff))
        _before(end, _bracket("stop", level, longest.colour, (end.findtext("staff") or "").strip()))


def _by_colour(marks: Sequence[FindingMark]) -> dict[str, list[FindingMark]]:
    found: dict[str, list[FindingMark]] = {}
    for mark in marks:
        found.setdefault(mark.colour, []).append(mark)
    return found


def _end(mark: FindingMark) -> SoundingNote:
    """The mark's last note in the voice of its first note."""
    first = mark.notes[0]
    own = [note for note in mark.notes if note.slot == first.slot]
    return max(own, key=lambda note: note.onset)


def _before(note: etree._Element, direction: etree._Element) -> None:
    parent = note.getparent()
    assert parent is not None  # a note is inside a measure
    insert(parent, parent.index(note), direction)


def _words(text: str, colour: str, staff: str) -> etree._Element:
    direction = etree.Element("direction", placement="above")
    words = add(add(direction, "direction-type"), "words", text)
    words.set("color", colour)
    words.set("font-size", _TEXT_SIZE)
    if staff:
        add(direction, "staff", staff)
    return direction


def _bracket(kind: str, level: int, colour: str, staff: str) -> etree._Element:
    direction = etree.Element("direction", placement="above")
    bracket = add(add(direction, "direction-type"), "bracket")
    attributes = {"type": kind, "number": str(level), "line-end": "down", "line-type": "solid", "color": colour}
    for name, value in attributes.items():
        bracket.set(name, value)
    if staff:
        add(direction, "staff", staff)
    return direction


class _Brackets:
    """The bracket numbers in use and where, so that no bracket closes another."""

    def __init__(self, root: etree._Element) -> None:
        self._given = {
            part: {int(bracket.get("number") or 1) for bracket in part.iter("bracket", "dashes")}
            for part in root.iterfind("part")
        }
        self._order = {note: index for index, note in enumerate(root.iter("note"))}
        self._taken: dict[tuple[etree._Element, int], list[tuple[int, int]]] = defaultdict(list)

    def free_level(self, start: etree._Element, end: etree._Element) -> int | None:
        """A number that nothing uses from one note to the other; None if all are taken."""
        part = next(start.iterancestors("part"))
        first, last = sorted((self._order[start], self._order[end]))
        if self._order[start] > self._order[end]:
            return None
        for level in range(1, LEVELS + 1):
            taken = self._taken[part, level]
            if level not in self._given[part] and all(last < other or first > stop for other, stop in taken):
                taken.append((first, last))
                return level
        return None
