"""What harmonic plans may choose: what is given fixes some of it, and the bass does not follow given voices.

R plans, S steps, V voices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.metric_features import CLASSES, QUALITIES
from scoregen.model.harmony.labels import INVERSION, QUALITY, ROOT
from scoregen.score.theory.chord_kinds import MEMBERS

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HAS_MEMBER = np.array([[index < len(MEMBERS[quality]) for index in range(4)] for quality in QUALITIES])
"""[9, 4] whether a quality has an inversion."""
LOWEST = np.array([[(*MEMBERS[quality], 0)[index] % CLASSES for index in range(4)] for quality in QUALITIES])
"""[9, 4] the lowest note of a chord over its root, by fifths."""
_THIRD, _SEVENTH = 1, 3
_SINGLE = np.zeros_like(HAS_MEMBER)
"""[9, 4] whether a member of a chord tends somewhere, so that the bass does not double it: leading notes, sevenths."""
_SINGLE[[QUALITIES.index(name) for name in ("major", "dominant")], _THIRD] = True
_SINGLE[[QUALITIES.index(name) for name in ("diminished", "half-diminished", "diminished-seventh")], 0] = True
_SINGLE[:, _SEVENTH] = HAS_MEMBER[:, _SEVENTH]
_OCTAVE, _FIFTH = 0, 1
"""The intervals over the bass, by fifths, in which no voice follows it."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """What each plan may choose at each step.

    `keys` [R, S, 24], `roots` [R, S, 12], `qualities` [R, S, 12, 9] by root and `inversions` [R, S, 4]. `may` [R, S]:
    whether a chord may begin; one must begin where the chord before is not allowed. `lines` [R, S, V] are the pitch
    classes of the voices that are given over a free bass, negative where there is none: the bass of a new chord follows
    none of them in octaves or fifths, and doubles none on a note that tends somewhere, if another one is allowed.
    """

    keys: Bools
    roots: Bools
    qualities: Bools
    inversions: Bools
    may: Bools
    lines: Ints

    def avoid_parallels(self, mask: Bools, basses: Ints, before: Ints, step: int) -> Bools:
        """A mask [R, N] without the choices whose basses [R, N] move in parallel with a given voice, where that leaves
        one; `before` [R, 4] are the labels of the last chords."""
        if not step or not self.lines.shape[2]:
            return mask
        last = bass_of(before)[:, None, None]
        came, comes = self.lines[:, step - 1, :, None], self.lines[:, step, :, None]
        interval = (came - last) % CLASSES
        moves = (came >= 0) & (comes >= 0) & (came != comes) & (basses[:, None] != last)
        follows = moves & ((interval == _OCTAVE) | (interval == _FIFTH))
        parallel = (follows & ((comes - basses[:, None]) % CLASSES == interval)).any(1)
        free: Bools = mask & ~parallel
        return np.where(free.any(1, keepdims=True), free, mask)

    def avoid_doubling(self, mask: Bools, labels: Ints, basses: Ints, step: int) -> Bools:
        """A mask of inversions [R, 4] without those that double a tendency note of a given voice, if one is left."""
        doubles = (self.lines[:, step, :, None] == basses[:, None]).any(1) & _SINGLE[labels[:, QUALITY]]
        free: Bools = mask & ~doubles
        return np.where(free.any(1, keepdims=True), free, mask)

    def allow(self, labels: Ints, step: int) -> Bools:
        """[R] whether the chords of labels [R, 4] are allowed at a step."""
        key, root, quality, inversion = labels.T
        rows = np.arange(len(labels))
        result: Bools = (
            self.keys[rows, step, key]
            & self.roots[rows, step, root]
            & self.qualities[rows, step, root, quality]
            & self.inversions[rows, step, inversion]
        )
        return result


def bass_of(labels: Ints) -> Ints:
    """[...] the lowest pitch classes of chords with labels [..., 4]."""
    lowest: Ints = (labels[..., ROOT] + LOWEST[labels[..., QUALITY], labels[..., INVERSION]]) % CLASSES
    return lowest
