"""The other voices of a slice from the view of one of them: inputs of the step `choose_voice`.

R rows, V voices, K other voices.
"""

from __future__ import annotations

import numpy as np

from scoregen.model.network.inputs import SILENCE, Ints


def other_voices(order: Ints, sounding: Ints, before: Ints, step: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Roles, pitches, earlier pitches and whether they are written, [R, K] each, of all voices but number `step`.

    Arrays [R, V] are in the order of the voices: roles, the pitch ids that sound once each voice is written, and those
    before the slice. A single voice is paired with a silent one, which changes no probability.
    """
    others = [rank for rank in range(order.shape[1]) if rank != step]
    if not others:
        silent = np.full_like(order, SILENCE)
        return order, silent, silent, np.zeros_like(order)
    is_set = np.array([int(rank < step) for rank in others], dtype=np.int64)
    pitch = np.where(is_set == 1, sounding[:, others], before[:, others])
    return order[:, others], pitch, before[:, others], np.tile(is_set, (len(order), 1))
