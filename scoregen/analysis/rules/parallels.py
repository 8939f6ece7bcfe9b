"""Parallel fifths and octaves between some voices of a score, as `rules.perfect` finds them."""

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
    """Two voices moving in parallel into an onset; `semitones` is 7 for fifths, 0 for octaves and unisons."""

    onset: Fraction
    measure_index: int
    upper: Slot
    lower: Slot
    semitones: int


def parallels(score: Score, slots: Sequence[Slot]) -> tuple[Parallel, ...]:
    """Every parallel fifth, octave and unison between two of the voices, in order of onset.

    A phrase end parts what stands before and after it; a voice that sings chords is led by its highest note,
    the last of `slots` by its lowest.
    """
    music = counterpoint_of(score, slots)
    found = []
    for motion in motions(music):
        interval = parallel_interval(*motion.pitches)
        upper, lower = music.lines[motion.upper], music.lines[motion.lower]
        if interval is not None and upper.leads and lower.leads:
            semitones = SEMITONES[interval]
            found.append(Parallel(motion.after.onset, motion.after.measure_index, upper.slot, lower.slot, semitones))
    return tuple(found)
