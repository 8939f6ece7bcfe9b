"""Parallel fifths and octaves between some voices of a score, from the motions of `rules.perfect`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.analysis.counterpoint.lines import counterpoint_of
from scoregen.analysis.rules.perfect import motions
from scoregen.score.elements import Score, Slot
from scoregen.score.theory.parallel_motion import SEMITONES, parallel_interval


@dataclass(frozen=True, slots=True)
class Parallel:
    """Two voices that move in parallel to an onset; `semitones` is 7 for fifths, 0 for octaves and unisons."""

    onset: Fraction
    measure_index: int
    upper: Slot
    lower: Slot
    semitones: int


def parallels(score: Score, slots: Sequence[Slot]) -> tuple[Parallel, ...]:
    """All parallel fifths, octaves and unisons between two of the voices, in order of onset.

    Motion across a phrase end does not count. Of a chord only the highest note counts, in the last of
    `slots` the lowest.
    """
    music = counterpoint_of(score, slots)
    rows = []
    for motion in motions(music):
        interval = parallel_interval(*motion.pitches)
        upper, lower = music.lines[motion.upper], music.lines[motion.lower]
        if interval is not None and upper.leads and lower.leads:
            semitones = SEMITONES[interval]
            rows.append(Parallel(motion.after.onset, motion.after.measure_index, upper.slot, lower.slot, semitones))
    return tuple(rows)
