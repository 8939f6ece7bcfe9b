"""The notes of a score from the events of an ABC voice: values, ties, chords."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.notation.interchange.abc_marks import FERMATAS, articulations
from scoregen.notation.interchange.abc_tune import AbcVoice, Event
from scoregen.score.elements import Chord, Element, Note, Rest, Slot
from scoregen.score.pitch import Interval, Pitch
from scoregen.score.rhythm import NoteValue

_SHORTEST = Fraction(1, 64)

Ties = dict[Slot, set[Pitch]]
"""The pitches that are tied to the next note of a line."""


@dataclass(frozen=True, slots=True)
class AbcLine:
    """One layer of a voice: its slot, its part, and the interval from its written to its sounding pitch."""

    slot: Slot
    voice: AbcVoice
    layer: int
    interval: Interval


def elements_of(event: Event, line: AbcLine, ties: Ties) -> Iterator[Element]:
    """The values of an event, tied to each other and to its neighbours."""
    values = values_of(event.length, event.ratio)
    before = ties.get(line.slot, set()) & set(event.pitches)
    fermata = any(sign in FERMATAS for sign in event.signs)
    for place, value in enumerate(values):
        first, last = place == 0, place == len(values) - 1
        if not event.pitches:
            yield Rest(value, event.visible, fermata and first)
            continue
        notes = tuple(
            Note(
                value,
                pitch.transposed(line.interval),
                tied_from_previous=not first or pitch in before,
                tied_to_next=not last or pitch in event.tied,
                grace=event.grace,
                fermata=fermata and first and lowest,
                articulations=articulations(event) if first else (),
                lyrics=tuple(event.lyrics) if first and lowest else (),
            )
            for lowest, pitch in _lowest_first(event.pitches)
        )
        yield notes[0] if len(notes) == 1 else Chord(notes)
    if not event.grace:
        ties[line.slot] = set(event.tied)


def _lowest_first(pitches: Sequence[Pitch]) -> Iterator[tuple[bool, Pitch]]:
    """Each pitch once, and whether it is the lowest."""
    for place, pitch in enumerate(sorted(dict.fromkeys(pitches), key=lambda pitch: (pitch.chromatic, pitch.diatonic))):
        yield place == 0, pitch


def values_of(length: Fraction, ratio: tuple[int, int] = (1, 1)) -> list[NoteValue]:
    """The fewest note values that make up a length, the longest first."""
    found: list[NoteValue] = []
    while length >= _SHORTEST and (length / _SHORTEST).denominator == 1:
        longest = max((value for value in _PLAIN if value.duration <= length), key=lambda value: value.duration)
        found.append(replace(longest, actual=ratio[0], normal=ratio[1]))
        length -= longest.duration
    return found + ([NoteValue.of(length * ratio[1] / ratio[0])] if length > 0 else [])


_PLAIN = tuple(
    value
    for power in range(-6, 5)
    for dotted in (Fraction(1), Fraction(3, 2))
    if (value := NoteValue.plain(Fraction(2) ** power * dotted)) is not None
)
