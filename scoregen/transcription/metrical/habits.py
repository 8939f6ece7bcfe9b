"""What is usual in a metre, as it was counted in scores (`scoregen.model.beats.habits`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Habits:
    """Logarithms of odds: of the first position [B], of steps [B, B, MEASURES], of the last position [B].

    The first axis of the steps is the position that is reached. `prior` is for the metre.
    """

    first: Floats
    steps: Floats
    last: Floats
    prior: float
