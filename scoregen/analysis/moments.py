"""Moments: a score cut wherever a note begins or ends, each note with the intervals before and after it.

How a note moves in its line (held over, left by step, ...) decides which kind of non-chord tone it can be.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.score.elements import Score, Slot
from scoregen.score.ensemble.tablature import linked_tablature
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import (
    SoundingNote,
    changes,
    measure_onsets,
    metrical_starts,
    pitch_of,
    pitched_notes,
)

OFF_BEAT = 3
"""The weakest metrical strength; all weaker positions have it too."""
_STEP = 2  # semitones


@dataclass(frozen=True, slots=True)
class LineNote(SoundingNote):
    """A pitched note in its voice. `before` and `after` are the intervals to it and from it in semitones.

    They are None at a rest or an end.
    """

    pitch: Pitch
    before: int | None
    after: int | None

    @property
    def is_reached_by_step(self) -> bool:
        return self.before is not None and 0 < abs(self.before) <= _STEP

    @property
    def is_left_by_step(self) -> bool:
        return self.after is not None and 0 < abs(self.after) <= _STEP


@dataclass(frozen=True, slots=True)
class Moment:
    """The notes from one onset to the next change, lowest first; there is at least one.

    `strength` is the metrical strength of its onset, from 0 for the downbeat to `OFF_BEAT`; `beat` is the index
    of the measure and that of the beat in it; `ends_phrase` means that it has a fermata, `begins_phrase` that
    the moment before it ended a phrase.
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


def moments(score: Score, notes: Sequence[LineNote] | None = None) -> tuple[Moment, ...]:
    """The moments of a score in order, without silence, grace notes and percussion.

    `notes` are those of the score by default.
    """
    starts, places = measure_onsets(score), metrical_starts(score)
    fermatas = {
        start + end for start, measure in zip(starts, score.measures, strict=True) for end in measure.phrase_ends
    }
    rows: list[Moment] = []
    sounding: list[LineNote] = []
    begins = True
    for change, after in itertools.pairwise(changes(line_notes(score) if notes is None else notes)):
        time, following = change.time, after.time
        sounding = [note for note in sounding if note.end > time] + [*change.starts]
        if not sounding:
            continue
        ends = any(time <= fermata < following for fermata in fermatas)
        index = bisect_right(starts, time) - 1
        time_signature = score.measures[index].time
        place = places[index] + time - starts[index]
        strength = min(OFF_BEAT, time_signature.strength(place))
        beat = (index, _beat(time_signature.groups, place))
        notes = tuple(sorted(sounding, key=lambda note: (note.pitch.chromatic, note.slot)))
        rows.append(Moment(time, following - time, index, strength, beat, notes, ends, begins and not ends))
        begins = ends
    return tuple(rows)


def highest_line(cuts: Sequence[Moment]) -> tuple[LineNote, ...]:
    """The highest note of each moment, each note once."""
    line: list[LineNote] = []
    for moment in cuts:
        if not line or line[-1] != moment.notes[-1]:
            line.append(moment.notes[-1])
    return tuple(line)


def line_notes(score: Score) -> tuple[LineNote, ...]:
    """All pitched notes with their neighbours in the voice, by onset; the notes of chords are paired by rank.

    Tablature that repeats a staff is left out.
    """
    return in_lines(audible_notes(score))


def audible_notes(score: Score) -> tuple[SoundingNote, ...]:
    """The pitched notes of a score without grace notes and without tablature that repeats a staff."""
    repeated = linked_tablature(score)
    return tuple(note for note in pitched_notes(score) if note.duration > 0 and note.slot not in repeated)


def in_lines(sounding: Sequence[SoundingNote]) -> tuple[LineNote, ...]:
    """Notes with their neighbours in the voice, by onset."""
    by_slot: dict[Slot, list[SoundingNote]] = {}
    for note in sounding:
        by_slot.setdefault(note.slot, []).append(note)
    notes = [note for line in by_slot.values() for note in _in_line(line)]
    return tuple(sorted(notes, key=lambda note: (note.onset, note.slot, note.pitch.chromatic)))


def _in_line(line: Sequence[SoundingNote]) -> list[LineNote]:
    groups = [sorted(group, key=_height) for _, group in itertools.groupby(line, lambda note: note.onset)]
    notes = []
    for index, group in enumerate(groups):
        earlier = groups[index - 1] if index else []
        later = groups[index + 1] if index + 1 < len(groups) else []
        for rank, note in enumerate(group):
            before = _neighbour(earlier, rank, len(group))
            after = _neighbour(later, rank, len(group))
            notes.append(
                LineNote(
                    note.slot,
                    note.onset,
                    note.duration,
                    pitch_of(note),
                    note.measure_index,
                    _interval(before, note) if before and before.end >= note.onset else None,
                    _interval(note, after) if after and after.onset <= note.end else None,
                    staff=note.staff,
                )
            )
    return notes


def _neighbour(others: Sequence[SoundingNote], rank: int, size: int) -> SoundingNote | None:
    """The note of an adjacent chord that precedes or follows a note: that of the same rank, or, in a chord of another
    size, the lowest for the lowest and the highest for all others."""
    if not others:
        return None
    return others[rank] if len(others) == size else others[0 if rank == 0 else -1]


def _interval(note: SoundingNote, following: SoundingNote) -> int:
    """Semitones from one note to another."""
    return int(_height(following) - _height(note))


def _height(note: SoundingNote) -> int | Fraction:
    return pitch_of(note).chromatic


def _beat(groups: Sequence[Fraction], place: Fraction) -> int:
    """The index of the beat at a position in the measure."""
    return bisect_right(list(itertools.accumulate(groups)), place)
