"""The structural notes of a tune: what remains when its ornaments are taken away.

A reduction by metre, harmony and phrases, after the rules of Schenker (1935) and of Lerdahl and Jackendoff (1983) that
need no listener: of each beat the note that begins on it; instead of an appoggiatura or a suspension its resolution;
every note that is as long as a beat; the first and the last note of each phrase; and the highest note.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from itertools import accumulate

from scoregen.score.elements import Score
from scoregen.score.timeline import SoundingNote, measure_onsets, metrical_starts, pitch_of

Members = Callable[[Fraction], frozenset[int]]
"""The members of the chord at a time, on the line of fifths; empty where there is no chord."""


def skeleton(
    score: Score, line: Sequence[SoundingNote], members: Members, closings: Collection[Fraction]
) -> tuple[bool, ...]:
    """For each note of a tune whether it is structural; `closings` are the onsets of the notes that close phrases."""
    places = [_place(score, note) for note in line]
    leaning = [places[index][1] == 0 and _leans(line, index, members) for index in range(len(line))]
    kept = set(_edges(line, closings))
    for index, (beat, _, length) in enumerate(places):
        begins = index == 0 or places[index - 1][0] != beat
        if leaning[index]:
            kept.add(index + 1)
        elif begins or line[index].duration >= length:
            kept.add(index)
    return tuple(index in kept for index in range(len(line)))


def _edges(line: Sequence[SoundingNote], closings: Collection[Fraction]) -> list[int]:
    """The first and the last note of each phrase, and the highest note."""
    if not line:
        return []
    closing = [index for index, note in enumerate(line) if note.onset in closings]
    opening = [index + 1 for index in closing if index + 1 < len(line)]
    highest = max(range(len(line)), key=lambda index: (pitch_of(line[index]).chromatic, line[index].duration))
    return [0, len(line) - 1, highest, *closing, *opening]


def _leans(line: Sequence[SoundingNote], index: int, members: Members) -> bool:
    """Whether a note is foreign to its chord and falls or rises by step to a member of it."""
    own, chord = pitch_of(line[index]), members(line[index].onset)
    if not chord or own.fifths in chord or index + 1 >= len(line):
        return False
    after = line[index + 1]
    goal = pitch_of(after)
    near = abs(goal.diatonic - own.diatonic) == 1 and after.onset == line[index].end
    return near and goal.fifths in members(after.onset)


def _place(score: Score, note: SoundingNote) -> tuple[tuple[int, int], Fraction, Fraction]:
    """The beat in which a note begins (measure and number), its offset there, and the length of that beat."""
    starts, metres = measure_onsets(score), metrical_starts(score)
    index = bisect_right(starts, note.onset) - 1
    measure = score.measures[index]
    place = note.onset - starts[index] + metres[index]
    edges = [Fraction(0), *accumulate(measure.time.groups)]
    number = min(bisect_right(edges, place % measure.time.duration) - 1, len(measure.time.groups) - 1)
    return (index, number), place % measure.time.duration - edges[number], measure.time.groups[number]
