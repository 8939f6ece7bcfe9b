"""A score cut wherever a note begins or ends: what sounds in each cut, and how it is come to and left.

What a note is in its line (held over, left by step, ...) decides whether it can be foreign to a chord,
so that it is looked at once, here.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.score.elements import Score, Slot
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import measure_onsets, metrical_starts, sounding_notes

OFF_BEAT = 3
"""The weakest place that is told apart: 3 stands for all that is weaker than a beat's half."""
_STEP = 2  # semitones


@dataclass(frozen=True, slots=True)
class LineNote:
    """A note in its voice. `before` and `after` are the semitones that lead to it and from it.

    They are None at a rest or an end. Onset and duration are in quarters from the start of the score.
    """

    slot: Slot
    onset: Fraction
    duration: Fraction
    pitch: Pitch
    measure_index: int
    before: int | None
    after: int | None

    @property
    def end(self) -> Fraction:
        return self.onset + self.duration

    @property
    def is_reached_by_step(self) -> bool:
        return self.before is not None and 0 < abs(self.before) <= _STEP

    @property
    def is_left_by_step(self) -> bool:
        return self.after is not None and 0 < abs(self.after) <= _STEP


@dataclass(frozen=True, slots=True)
class Moment:
    """What sounds from one onset to the next change, lowest note first; never empty of notes.

    `strength` is the metrical weight of its onset, 0 the downbeat to `OFF_BEAT`; `beat` is the index of
    the measure and that of the felt beat in it; `ends_phrase` says that a fermata stands on it,
    `begins_phrase` that the moment before it ended a phrase.
    """

    onset: Fraction
    duration: Fraction
    measure_index: int
    strength: int
    beat: tuple[int, int]
    notes: tuple[LineNote, ...]
    ends_phrase: bool = False
    begins_phrase: bool = False

    @property
    def bass(self) -> LineNote:
        return self.notes[0]

    @property
    def end(self) -> Fraction:
        return self.onset + self.duration


def moments(score: Score) -> tuple[Moment, ...]:
    """The moments of a score in order; silence has none, and grace notes and percussion are left out."""
    lines = line_notes(score)
    times = sorted({time for note in lines for time in (note.onset, note.end)})
    starts, places = measure_onsets(score), metrical_starts(score)
    fermatas = {
        start + end for start, measure in zip(starts, score.measures, strict=True) for end in measure.phrase_ends
    }
    found: list[Moment] = []
    sounding: list[LineNote] = []
    coming, begins = 0, True
    for time, following in itertools.pairwise(times):
        sounding = [note for note in sounding if note.end > time]
        while coming < len(lines) and lines[coming].onset == time:
            sounding.append(lines[coming])
            coming += 1
        if not sounding:
            continue
        ends = any(time <= fermata < following for fermata in fermatas)
        index = bisect_right(starts, time) - 1
        time_signature = score.measures[index].time
        place = places[index] + time - starts[index]
        strength = min(OFF_BEAT, time_signature.strength(place))
        beat = (index, _beat(time_signature.groups, place))
        notes = tuple(sorted(sounding, key=lambda note: (note.pitch.chromatic, note.slot)))
        found.append(Moment(time, following - time, index, strength, beat, notes, ends, begins and not ends))
        begins = ends
    return tuple(found)


def highest_line(cuts: Sequence[Moment]) -> tuple[LineNote, ...]:
    """What is highest from moment to moment, each note once."""
    found: list[LineNote] = []
    for moment in cuts:
        if not found or found[-1] != moment.notes[-1]:
            found.append(moment.notes[-1])
    return tuple(found)


def line_notes(score: Score) -> tuple[LineNote, ...]:
    """Every pitched note with its neighbours in its voice, by onset; a chord's notes are paired by rank."""
    by_slot: dict[Slot, list[tuple[Fraction, Fraction, Pitch, int]]] = {}
    for note in sounding_notes(score):
        if isinstance(note.pitch, Pitch) and note.duration > 0:
            line = by_slot.setdefault(note.slot, [])
            line.append((note.onset, note.duration, note.pitch, note.measure_index))
    found = [note for slot, line in by_slot.items() for note in _in_line(slot, line)]
    return tuple(sorted(found, key=lambda note: (note.onset, note.slot, note.pitch.chromatic)))


def _in_line(slot: Slot, line: Sequence[tuple[Fraction, Fraction, Pitch, int]]) -> list[LineNote]:
    groups = [sorted(group, key=lambda note: note[2].chromatic) for _, group in itertools.groupby(line, lambda n: n[0])]
    found = []
    for index, group in enumerate(groups):
        earlier = groups[index - 1] if index else []
        later = groups[index + 1] if index + 1 < len(groups) else []
        for rank, (onset, duration, pitch, measure) in enumerate(group):
            before = _interval(earlier, rank, len(group), pitch, touches=onset, ends=True)
            after = _interval(later, rank, len(group), pitch, touches=onset + duration, ends=False)
            found.append(LineNote(slot, onset, duration, pitch, measure, before, after))
    return found


def _interval(
    others: Sequence[tuple[Fraction, Fraction, Pitch, int]],
    rank: int,
    size: int,
    pitch: Pitch,
    *,
    touches: Fraction,
    ends: bool,
) -> int | None:
    """Semitones between a note and its neighbour of the same rank, None where they do not touch."""
    if not others:
        return None
    onset, duration, other, _ = others[min(rank, len(others) - 1) if len(others) == size else 0 if rank == 0 else -1]
    place = onset + duration if ends else onset
    if place < touches if ends else place > touches:
        return None
    return int(pitch.chromatic - other.chromatic) if ends else int(other.chromatic - pitch.chromatic)


def _beat(groups: Sequence[Fraction], place: Fraction) -> int:
    """The felt beat that a place of a measure falls into."""
    return bisect_right(list(itertools.accumulate(groups)), place)
