"""Visible accidentals: those that the key signature and the measure so far do not imply.

An accidental holds for its staff position to the end of the measure. A courtesy accidental is a reminder if the
step was altered in the previous measure or in another octave of this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from scoregen.notation.musicxml.write.spanners import Tie, paired_ties
from scoregen.score.elements import Measure, Note, Part, Score, Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import keys_inside
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import measure_onsets

VALUES: dict[int | Fraction, str] = {
    -3: "triple-flat",
    -2: "flat-flat",
    Fraction(-3, 2): "three-quarters-flat",
    -1: "flat",
    Fraction(-1, 2): "quarter-flat",
    0: "natural",
    Fraction(1, 2): "quarter-sharp",
    1: "sharp",
    Fraction(3, 2): "three-quarters-sharp",
    2: "double-sharp",
    3: "triple-sharp",
}


class NoteAddress(NamedTuple):
    """Measure index, voice, element in the voice, note in the chord."""

    measure: int
    slot: Slot
    element: int
    note: int


class Accidental(NamedTuple):
    value: str
    cautionary: bool


_Alters = dict[tuple[str, int], int | Fraction]
"""The alteration in force, by staff position (step, octave)."""


class _PlacedNote(NamedTuple):
    address: NoteAddress
    note: Note
    written: Pitch
    continues: bool  # a tie leads into it
    onset: Fraction


def written_key(measure: Measure, part: Part) -> KeySignature:
    """The key signature of the part's staves in a measure, at written pitch."""
    return written_at(dict(measure.own_keys).get(part.id, measure.key), part)


def last_written_key(measure: Measure, part: Part) -> KeySignature:
    """The key signature of the part's staves at the end of a measure, at written pitch."""
    inside = keys_inside(measure)
    return written_at(inside[-1][1], part) if inside else written_key(measure, part)


def written_at(key: KeySignature, part: Part) -> KeySignature:
    """A sounding key signature at the written pitch of a part."""
    return key.transposed(-part.transposition) if part.transposition.fifths else key


def visible_accidentals(score: Score, part: Part) -> Mapping[NoteAddress, Accidental]:
    """The accidentals of a part, by note."""
    ties = paired_ties(score, part.id)
    found: dict[NoteAddress, Accidental] = {}
    for staff in range(1, part.staves + 1):
        previous: _Alters = {}
        for index, (measure, onset) in enumerate(zip(score.measures, measure_onsets(score), strict=True)):
            notes = sorted(_staff_notes(index, measure, part, staff, onset, ties), key=_by_time)
            key = written_key(measure, part)
            for place, new_key in keys_inside(measure):
                before = [placed for placed in notes if placed.onset < onset + place]
                previous = _mark_measure(before, key, previous, found)
                notes, key = notes[len(before) :], written_at(new_key, part)
            previous = _mark_measure(notes, key, previous, found)
    return found


def _by_time(placed: _PlacedNote) -> tuple[Fraction, int, int]:
    return placed.onset, placed.address.slot.voice, placed.address.element


def _staff_notes(
    index: int, measure: Measure, part: Part, staff: int, onset: Fraction, ties: frozenset[Tie]
) -> Iterator[_PlacedNote]:
    for voice in measure.voices:
        position = onset
        for order, element in enumerate(voice.elements if voice.slot.part == part.id else ()):
            for number, note in enumerate(element.notes):
                if isinstance(note.pitch, Pitch) and (note.staff or voice.slot.staff) == staff:
                    continues = note.tied_from_previous and Tie(position, note.pitch) in ties
                    address = NoteAddress(index, voice.slot, order, number)
                    yield _PlacedNote(address, note, note.pitch.transposed(-part.transposition), continues, position)
            position += element.duration


def _mark_measure(
    notes: list[_PlacedNote], key: KeySignature, previous: _Alters, found: dict[NoteAddress, Accidental]
) -> _Alters:
    """Mark one measure of a staff under one key; return the alterations that what follows may need reminders of."""
    state: _Alters = {}
    held: _Alters = {}  # alterations of notes tied over from the previous measure
    for placed in notes:
        pitch = placed.written
        place = (pitch.step, pitch.octave)
        if placed.continues:
            held.setdefault(place, pitch.alter)
            continue
        reminders = {**previous, **held}
        expected = state.get(place, key.alter(pitch.step))
        if pitch.alter != expected or (place not in state and _misleads(pitch, state, reminders)):
            value = VALUES.get(pitch.alter)
            if value is not None:
                found[placed.address] = Accidental(value, pitch.alter == expected)
        state[place] = pitch.alter
    return {place: alter for place, alter in {**held, **state}.items() if alter != key.alter(place[0])}


def _misleads(pitch: Pitch, state: _Alters, reminders: _Alters) -> bool:
    """Whether an alteration that no longer holds differs from that of the note."""
    if reminders.get((pitch.step, pitch.octave), pitch.alter) != pitch.alter:
        return True
    return any(step == pitch.step and alter != pitch.alter for (step, _), alter in state.items())
