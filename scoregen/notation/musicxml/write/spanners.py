"""Wedges, pedals, slurs and ties in MusicXML. A wedge, pedal or slur has a start and a stop with one number.

Numbers are the lowest that separate the spanners of a part, whether a reader pairs them in the order of time or
in that of the text, where one voice follows another. A tie without a partner is not written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from lxml import etree

from scoregen.notation.musicxml.write.elements import add
from scoregen.score.elements import Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.pitch import Pitch, Unpitched
from scoregen.score.spanners import Pedal, Slur, Wedge
from scoregen.score.timeline import measure_onsets

MOST_NUMBERS = 16

_Place = tuple[int, Fraction, int]
"""Measure index, onset, and minus the number of grace notes before the beat."""
_TextPlace = tuple[int, int, _Place]
"""Measure index, the staff or the order of the voice, and the place in time."""


class LineEnd(NamedTuple):
    """One end of a wedge or pedal as a <direction>."""

    measure: int
    onset: Fraction
    staff: int
    starts: bool
    element: etree._Element


class SlurMark(NamedTuple):
    """One end of a slur on a note."""

    type: str
    number: int
    placement: str | None


class SlurAddress(NamedTuple):
    """Measure index, voice, element in the voice."""

    measure: int
    slot: Slot
    element: int


@dataclass(frozen=True, slots=True)
class _Extent:
    """The start and stop of a spanner, in time and in the text."""

    start: _Place
    stop: _Place
    text_start: _TextPlace
    text_stop: _TextPlace

    def is_before(self, other: _Extent) -> bool:
        return self.stop <= other.start and max(self.text_start, self.text_stop) <= min(
            other.text_start, other.text_stop
        )


def line_ends(score: Score, part: Part) -> list[LineEnd]:
    """Both ends of every wedge and pedal of a part; adjacent pedal lines meet in one `change`."""
    ends: list[LineEnd] = []
    for kind in (Wedge, Pedal):
        placed = list(_placed_lines(score, part, kind))
        numbered = list(zip(placed, _numbers([extent for _, extent in placed]), strict=True))
        junctions = _junctions(numbered)
        for (line, extent), number in numbered:
            staff = min(line.staff, part.staves)
            if (extent.start, line.staff, number) not in junctions:
                ends.append(LineEnd(*extent.start[:2], staff, True, _line(line, "start", number, staff)))
            stop = "change" if (extent.stop, line.staff, number) in junctions else "stop"
            ends.append(LineEnd(*extent.stop[:2], staff, False, _line(line, stop, number, staff)))
    return ends


def _junctions(numbered: Sequence[tuple[tuple[Wedge | Pedal, _Extent], int]]) -> set[tuple[_Place, int, int]]:
    """The places where a pedal line ends and another of its staff and number begins."""
    lines = [(line, extent, number) for (line, extent), number in numbered if isinstance(line, Pedal) and line.line]
    starts = {(extent.start, line.staff, number) for line, extent, number in lines}
    return starts & {(extent.stop, line.staff, number) for line, extent, number in lines}


def _placed_lines(score: Score, part: Part, kind: type[Wedge] | type[Pedal]) -> Iterator[tuple[Wedge | Pedal, _Extent]]:
    for index, measure in enumerate(score.measures):
        for line in measure.spanners:
            if isinstance(line, kind) and line.part == part.id:
                start = (index, line.onset, 0)
                stop = _end_place(score.measures, index + line.end.measures, line.end.onset)
                if start < stop:
                    extent = _Extent(start, stop, (index, line.staff, start), (stop[0], line.staff, stop))
                    yield line, extent


def _end_place(measures: Sequence[Measure], index: int, onset: Fraction) -> _Place:
    """The place of an end, at most the end of the score."""
    if index < len(measures):
        return index, onset, 0
    return len(measures) - 1, measures[-1].duration, 0


def _numbers(extents: Sequence[_Extent]) -> list[int]:
    """For each extent, in order of the first measure, the lowest number that no conflicting one has."""
    numbers: list[int] = []
    near: list[tuple[int, _Extent]] = []
    for extent in extents:
        near = [(number, other) for number, other in near if other.stop[0] >= extent.start[0]]
        taken = {number for number, other in near if not (other.is_before(extent) or extent.is_before(other))}
        numbers.append(next((number for number in range(1, MOST_NUMBERS) if number not in taken), MOST_NUMBERS))
        near.append((numbers[-1], extent))
    return numbers


def _line(line: Wedge | Pedal, end: str, number: int, staff: int) -> etree._Element:
    element = etree.Element("direction")
    element.set("placement", line.placement or "below")
    kind = add(element, "direction-type")
    if isinstance(line, Wedge):
        wedge = add(kind, "wedge", attributes={"type": line.type if end == "start" else end, "number": str(number)})
        if line.niente and (end == "start") == (line.type == "crescendo"):
            wedge.set("niente", "yes")
    else:
        pedal = add(kind, "pedal", attributes={"type": end, "line": "yes" if line.line else "no"})
        if number > 1:
            pedal.set("number", str(number))
        pedal.set("sign", "no" if line.line else "yes")
    add(element, "staff", staff)
    return element


def slur_marks(score: Score, part: Part) -> Mapping[SlurAddress, tuple[SlurMark, ...]]:
    """The slur marks on the notes of a part; a slur with a missing note is left out."""
    placed = [found for index in range(len(score.measures)) for found in _placed_slurs(score.measures, index, part)]
    marks: dict[SlurAddress, list[SlurMark]] = {}
    for (slur, first, last, _), number in zip(placed, _numbers([extent for *_, extent in placed]), strict=True):
        marks.setdefault(first, []).append(SlurMark("start", number, slur.placement))
        marks.setdefault(last, []).insert(0, SlurMark("stop", number, None))
    return {address: tuple(own) for address, own in marks.items()}


def _placed_slurs(
    measures: Sequence[Measure], index: int, part: Part
) -> Iterator[tuple[Slur, SlurAddress, SlurAddress, _Extent]]:
    for slur in measures[index].spanners:
        last_index = index + slur.end.measures
        if isinstance(slur, Slur) and slur.part == part.id and last_index < len(measures):
            first = _address(measures[index], index, slur.slot, slur.onset, slur.grace)
            last = _address(measures[last_index], last_index, slur.last_slot, slur.end.onset, slur.end_grace)
            start, stop = (index, slur.onset, -slur.grace), (last_index, slur.end.onset, -slur.end_grace)
            if first is not None and last is not None and start < stop:
                places = ((index, _order(slur.slot), start), (last_index, _order(slur.last_slot), stop))
                yield slur, first, last, _Extent(start, stop, *places)


def _order(slot: Slot) -> int:
    """The order of a voice in the text of a measure."""
    return slot.staff * 1000 + slot.voice


def _address(measure: Measure, index: int, slot: Slot, onset: Fraction, grace: int) -> SlurAddress | None:
    voice = measure.voice(slot)
    element = _element_at(voice, onset, grace) if voice is not None else None
    return SlurAddress(index, slot, element) if element is not None else None


def _element_at(voice: Voice, onset: Fraction, grace: int) -> int | None:
    """The index of the note or chord at an onset, or of a grace note before it; None if there is none."""
    position = Fraction(0)
    graces: list[int] = []
    for index, element in enumerate(voice.elements):
        if position == onset and element.grace:
            graces.append(index)
        elif position == onset and grace == 0:
            return None if isinstance(element, Rest) else index
        position += element.duration
        if position > onset:
            break
    return graces[-grace] if 0 < grace <= len(graces) else None


class Tie(NamedTuple):
    """The place where one note ends and the next begins, in quarters from the start of the score."""

    place: Fraction
    pitch: Pitch | Unpitched


def paired_ties(score: Score, part_id: str) -> frozenset[Tie]:
    """The ties of a part between a note and another right after it."""
    begun: set[Tie] = set()
    taken: set[Tie] = set()
    for onset, note in _placed_notes(score, part_id):
        if note.tied_to_next:
            begun.add(Tie(onset + note.duration, note.pitch))
        if note.tied_from_previous:
            taken.add(Tie(onset, note.pitch))
    return frozenset(begun & taken)


def _placed_notes(score: Score, part_id: str) -> Iterator[tuple[Fraction, Note]]:
    for measure, start in zip(score.measures, measure_onsets(score), strict=True):
        for voice in measure.voices:
            position = start
            for element in voice.elements if voice.slot.part == part_id else ():
                for note in element.notes:
                    yield position, note
                position += element.duration
