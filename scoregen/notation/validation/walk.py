"""A document's notes with their onsets, by the cursor of a reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from lxml import etree

from scoregen.score.check import Problem
from scoregen.system.errors import Place
from scoregen.system.numbers import exact_number

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class DocumentNote:
    """A <note> at its onset in the measure; chord members have the onset of the first note."""

    element: etree._Element
    place: Place
    onset: Fraction
    duration: Fraction
    voice: str
    staff: str
    in_chord: bool

    @property
    def end(self) -> Fraction:
        return self.onset + self.duration

    @property
    def is_grace(self) -> bool:
        return self.element.find("grace") is not None

    @property
    def rest(self) -> etree._Element | None:
        return self.element.find("rest")


@dataclass(slots=True)
class DocumentMeasure:
    """A part's measure: the furthest position of its cursor, and its problems."""

    element: etree._Element
    place: Place
    length: Fraction = _ZERO
    notes: list[DocumentNote] = field(default_factory=list)
    skipped: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def voices(self) -> dict[str, list[DocumentNote]]:
        """The timed notes of each voice, chord members left out, in order of onset."""
        found: dict[str, list[DocumentNote]] = {}
        for note in sorted(self.notes, key=lambda note: note.onset):
            if not note.in_chord and not note.is_grace:
                found.setdefault(note.voice, []).append(note)
        return found


@dataclass(slots=True)
class _Cursor:
    measure: DocumentMeasure
    divisions: Fraction | None
    assumed: Fraction  # used, with a problem reported, if the part has no divisions
    now: Fraction = _ZERO
    chord: Fraction = _ZERO

    def report(self, message: str, voice: str | None = None) -> None:
        place = self.measure.place
        self.measure.problems.append(Problem(Place(place.file, place.part, place.measure, voice), message))


def walk(part: etree._Element, file: str) -> tuple[DocumentMeasure, ...]:
    """Every measure of a part."""
    walked = []
    divisions: Fraction | None = None
    assumed = optional_fraction(part.getroottree().findtext("part/measure/attributes/divisions")) or Fraction(1)
    for element in part.iterfind("measure"):
        place = Place(file, part.get("id"), element.get("number"))
        cursor = _Cursor(DocumentMeasure(element, place), divisions, assumed)
        for child in element:
            _step(cursor, child)
        divisions = cursor.divisions
        walked.append(cursor.measure)
    return tuple(walked)


def _step(cursor: _Cursor, child: etree._Element) -> None:
    if child.tag == "note":
        _note(cursor, child)
    elif child.tag == "backup":
        _move(cursor, -_length(cursor, child))
    elif child.tag == "forward":
        _forward(cursor, _length(cursor, child))
    elif child.tag == "attributes" and child.find("divisions") is not None:
        cursor.divisions = optional_fraction(child.findtext("divisions")) or None


def _note(cursor: _Cursor, element: etree._Element) -> None:
    in_chord = element.find("chord") is not None
    voice = (element.findtext("voice") or "1").strip()
    is_grace = element.find("grace") is not None
    duration = _ZERO if is_grace else _length(cursor, element, voice)
    onset = cursor.chord if in_chord else cursor.now
    place = Place(cursor.measure.place.file, cursor.measure.place.part, cursor.measure.place.measure, voice)
    staff = (element.findtext("staff") or "1").strip()
    cursor.measure.notes.append(DocumentNote(element, place, onset, duration, voice, staff, in_chord))
    if not in_chord:
        cursor.chord = cursor.now
        _move(cursor, duration)


def _forward(cursor: _Cursor, length: Fraction) -> None:
    cursor.measure.skipped.append((cursor.now, cursor.now + length))
    _move(cursor, length)


def _move(cursor: _Cursor, length: Fraction) -> None:
    cursor.now += length
    if cursor.now < 0:
        cursor.report(f"a <backup> goes {-cursor.now} quarters before the start of the measure")
        cursor.now = _ZERO
    cursor.measure.length = max(cursor.measure.length, cursor.now)


def _length(cursor: _Cursor, element: etree._Element, voice: str | None = None) -> Fraction:
    duration = optional_fraction(element.findtext("duration"))
    if duration is None:
        cursor.report(f"<{element.tag}> has no duration", voice)
    if cursor.divisions is None:
        cursor.report("a duration has no <divisions> before it")
    return (duration or _ZERO) / (cursor.divisions or cursor.assumed)


def optional_fraction(text: str | None) -> Fraction | None:
    """A number in the file; None if there is none."""
    try:
        return exact_number(text or "")
    except ValueError:
        return None


def notes_in_order(measures: tuple[DocumentMeasure, ...]) -> Iterator[tuple[int, DocumentNote]]:
    """Measure index and note, for all notes of a part."""
    for index, measure in enumerate(measures):
        for note in measure.notes:
            yield index, note
