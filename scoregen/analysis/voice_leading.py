"""Parallel fifths and octaves, and voices out of their order.

Parallels as in a two-voice frame from one change of any voice to the next: both voices move and
the interval class, 7 or 0 semitones, stays. A repeated note is no motion; an octave leap of both
voices in the same direction is (its interval class is kept).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.score.elements import Score, Slot
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, sounding_notes

MOST_AT_ONCE = 12
"""Notes of one voice that can sound together."""


@dataclass(frozen=True, slots=True)
class Verticality:
    """What sounds from an onset to the next change: one MIDI pitch a slot, None where it rests."""

    onset: Fraction
    measure_index: int
    pitches: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    """Two voices moving in parallel into an onset; `semitones` is 7 for fifths, 0 for octaves and unisons."""

    onset: Fraction
    measure_index: int
    upper: Slot
    lower: Slot
    semitones: int


def verticalities(score: Score, slots: Sequence[Slot]) -> tuple[Verticality, ...]:
    """The highest sounding pitch of each slot, at every onset at which any of them begins or ends a note."""
    lines = {slot: [note for note in sounding_notes(score) if note.slot == slot] for slot in slots}
    times = sorted(
        {time for line in lines.values() for note in line for time in (note.onset, note.onset + note.duration)}
    )
    columns = [_line_at(line, times) for line in lines.values()]
    measures = _measure_indices(score, times)
    return tuple(
        Verticality(time, measure, tuple(pitches))
        for time, measure, pitches in zip(times, measures, zip(*columns, strict=True), strict=True)
    )


def parallels(score: Score, slots: Sequence[Slot]) -> tuple[Parallel, ...]:
    """Every parallel fifth and octave between two of the slots, in order of onset."""
    found = []
    for before, after in itertools.pairwise(verticalities(score, slots)):
        for upper, lower in itertools.combinations(range(len(slots)), 2):
            old, new = _interval(before, upper, lower), _interval(after, upper, lower)
            moved = before.pitches[upper] != after.pitches[upper] and before.pitches[lower] != after.pitches[lower]
            if moved and old is not None and old == new and old in (0, 7):
                found.append(Parallel(after.onset, after.measure_index, slots[upper], slots[lower], old))
    return tuple(found)


def crossings(score: Score, slots: Sequence[Slot]) -> int:
    """At how many onsets a voice lies below the one that follows it in `slots`."""
    return sum(
        upper is not None and lower is not None and upper < lower
        for moment in verticalities(score, slots)
        for upper, lower in itertools.pairwise(moment.pitches)
    )


def _interval(moment: Verticality, upper: int, lower: int) -> int | None:
    high, low = moment.pitches[upper], moment.pitches[lower]
    return None if high is None or low is None else (high - low) % 12


def _line_at(line: Sequence[SoundingNote], times: Sequence[Fraction]) -> list[int | None]:
    """The highest pitch of one line at each of the times."""
    found: list[int | None] = []
    first = 0
    for time in times:
        while first < len(line) and line[first].onset + line[first].duration <= time:
            first += 1
        found.append(max(_sounding_at(line[first : first + MOST_AT_ONCE], time), default=None))
    return found


def _sounding_at(line: Sequence[SoundingNote], time: Fraction) -> Iterator[int]:
    for note in line:
        if note.onset > time:
            break
        if note.onset + note.duration > time and isinstance(note.pitch, Pitch):
            yield note.pitch.midi_pitch


def _measure_indices(score: Score, times: Sequence[Fraction]) -> list[int]:
    indices, index, end = [], 0, score.measures[0].duration if score.measures else Fraction(0)
    for time in times:
        while time >= end and index < len(score.measures) - 1:
            index += 1
            end += score.measures[index].duration
        indices.append(index)
    return indices
