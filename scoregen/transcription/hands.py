"""Which hand plays each note of a keyboard part: where each attack is divided, as a path through the piece.

A division is cheap where there is a gap between the hands, where each hand spans an octave at most, and near the
division before it (Viterbi search; after Kilian and Hoos, Voice separation, 2002). G attacks, S divisions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RIGHT, LEFT = 1, 2
_LOWEST, _HIGHEST = 43, 77
_SPLITS = np.arange(_LOWEST, _HIGHEST + 1)
"""The pitches from which on the right hand plays."""
_SPAN, _WIDE = 13, 1.2
"""Semitones that a hand spans without cost, and the cost of every semitone more."""
_GAP, _NARROWEST_GAP, _WIDEST_GAP = 0.18, 4, 14
_FOREIGN = 0.12
"""The cost of a semitone that a hand plays on the other side of middle C, beyond a third."""
_MOVE = 0.22
_MIDDLE = 60


def first_of_right_hand(groups: Sequence[Sequence[int]], held: Sequence[Sequence[int]] | None = None) -> list[int]:
    """The first pitch of the right hand in each attack, from the pitches of the attacks in order.

    `held` are the pitches that still sound at each attack.
    """
    sounding = held or [()] * len(groups)
    moves = _MOVE * np.abs(np.subtract.outer(_SPLITS, _SPLITS))
    score = 0.02 * np.abs(_SPLITS - _MIDDLE)
    back = np.zeros((len(groups), len(_SPLITS)), dtype=np.int64)
    for index, (pitches, kept) in enumerate(zip(groups, sounding, strict=True)):
        table = score[:, None] + moves
        back[index] = table.argmin(0)
        score = table.min(0) + _cost(tuple(pitches), tuple(kept))
    chosen = [int(score.argmin())] if groups else []
    for index in range(len(groups) - 1, 0, -1):
        chosen.append(int(back[index, chosen[-1]]))
    return [int(_SPLITS[place]) for place in reversed(chosen)]


def _cost(pitches: tuple[int, ...], held: tuple[int, ...]) -> Floats:
    """[S] the cost of each division of one attack."""
    every = sorted({*pitches, *held})
    costs = np.zeros(len(_SPLITS))
    for index, split in enumerate(_SPLITS.tolist()):
        low, high = [p for p in every if p < split], [p for p in every if p >= split]
        costs[index] = sum(_WIDE * max(side[-1] - side[0] - _SPAN, 0) for side in (low, high) if side)
        costs[index] += sum(_FOREIGN * max(p - _MIDDLE - 3, 0) for p in pitches if p < split)
        costs[index] += sum(_FOREIGN * max(_MIDDLE - 3 - p, 0) for p in pitches if p >= split)
        if low and high:
            costs[index] -= _GAP * max(min(high[0] - low[-1], _WIDEST_GAP) - _NARROWEST_GAP, 0)
    return costs
