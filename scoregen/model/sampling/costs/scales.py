"""Costs of notes outside a church mode, which keep a modal piece modal.

They exclude nothing: a planned chord may raise a third. M measures, E events.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH
from scoregen.model.features.inputs import SPELLED

OUTSIDE = 6.0
"""Nats: with the usual nucleus such a note is drawn only where nothing else is possible."""


def scale_costs(scales: Sequence[frozenset[int] | None]) -> NDArray[np.float32] | None:
    """[M, E] the costs, from the notes of each measure's scale on the line of fifths; None if no measure has a scale.

    A measure whose scale is None has no costs.
    """
    if not any(scales):
        return None
    rows = [np.zeros(len(SPELLED.fifths)) if scale is None else _outside(scale) for scale in scales]
    return np.pad(np.stack(rows), ((0, 0), (FIRST_PITCH, 0))).astype(np.float32)


def _outside(scale: frozenset[int]) -> NDArray[np.float64]:
    """[P] the cost of each pitch."""
    return np.where(np.isin(SPELLED.fifths, sorted(scale)), 0.0, OUTSIDE)
