"""The other voices of a slice as one of them sees them: inputs of the step `choose_voice`.

R rows, V voices, K other voices.
"""

from __future__ import annotations

import numpy as np

from scoregen.model.network.inputs import SILENCE, Ints


def other_voices(order: Ints, now: Ints, before: Ints, step: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Roles, pitches, earlier pitches and whether they are written, [R, K] each, of all voices but number `step`.

    Arrays [R, V] in the order of the voices: roles, the pitch ids that sound once each voice is written, and those
    before the slice. A voice that is alone has a silent one beside it, which adds nothing to any chance.
    """
    others = [rank for rank in range(order.shape[1]) if rank != step]
    if not others:
        silent = np.full_like(order, SILENCE)
        return order, silent, silent, np.zeros_like(order)
    is_set = np.array([int(rank < step) for rank in others], dtype=np.int64)
    pitch = np.where(is_set == 1, now[:, others], before[:, others])
    return order[:, others], pitch, before[:, others], np.tile(is_set, (len(order), 1))
