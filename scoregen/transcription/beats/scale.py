"""The scale of beat lengths that the network tells apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PERIODS = 32
SHORTEST, LONGEST = 0.18, 3.5
"""The shortest and the longest beat, in seconds."""
_STEP = np.log(LONGEST / SHORTEST) / (PERIODS - 1)


def scale_of(seconds: Floats) -> Floats:
    """Places on the scale, from 0 to PERIODS - 1, of beat lengths in seconds."""
    result: Floats = np.clip(np.log(np.maximum(seconds, 1e-3) / SHORTEST) / _STEP, 0, PERIODS - 1)
    return result


def seconds_of(places: Floats) -> Floats:
    """The beat lengths in seconds at places on the scale."""
    result: Floats = SHORTEST * np.exp(np.asarray(places) * _STEP)
    return result
