"""Parallel fifths, octaves and unisons in tables of MIDI pitches, as defined in `score.theory.parallel_motion`.

T slices, V voices, K pairs of voices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoregen.score.theory.parallel_motion import FIFTH, OCTAVE, SEMITONES, ParallelMotion
from scoregen.tokens.sonorities import SILENT

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Pair = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Parallels:
    """fifths, octaves: [T - 1, K] from each slice to the next; upper, lower: [K] the voice indices of each pair."""

    fifths: Bools
    octaves: Bools
    upper: Pair
    lower: Pair

    @property
    def either(self) -> Bools:
        return self.fifths | self.octaves


def parallel_motions(pitches: NDArray[np.integer], counts: ParallelMotion) -> Parallels:
    """The parallel motions between the voices of a table [T, V], SILENT for rests.

    A table has no spelling and no phrases: `counts.spelling` must be off and `counts.phrase_ends` on.
    """
    if counts.spelling or not counts.phrase_ends:
        raise ValueError("tables of MIDI pitches have no spelling and no phrase ends; expected options without them")
    table = pitches.astype(np.int64)
    upper, lower = pairs(table.shape[1])
    step = np.diff(table, axis=0)
    moved = (step != 0) & (table[1:] != SILENT) & (table[:-1] != SILENT)
    both = moved[:, upper] & moved[:, lower]
    if not counts.contrary:
        both &= (step[:, upper] > 0) == (step[:, lower] > 0)
    if not counts.octave_shifts:
        both &= (step[:, upper] % 12 != 0) | (step[:, lower] % 12 != 0)
    interval = table[:, upper] - table[:, lower]
    fifths = _kept(interval, SEMITONES[FIFTH]) & both
    if not counts.compound_fifths:
        fifths &= interval[1:] == interval[:-1]
    return Parallels(fifths, _kept(interval, SEMITONES[OCTAVE]) & both, upper, lower)


def _kept(interval: Ints, semitones: int) -> Bools:
    """[T - 1, K] whether an interval has this size within an octave, before and after."""
    matches: Bools = np.abs(interval) % 12 == semitones
    return matches[1:] & matches[:-1]


@cache
def pairs(voices: int) -> tuple[Pair, Pair]:
    """All pairs of voices: the upper ones and the lower ones."""
    upper, lower = np.triu_indices(voices, 1)
    return upper, lower
