"""How much speaks for a barring: a small network over what its notes show. C barrings, F features, H units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_NAMES = ("direct", "inner", "bias", "outer")


@dataclass(frozen=True, slots=True)
class Rater:
    """Weights of the features alone [F], and of units: [F, H], [H] and [H]."""

    direct: Floats
    inner: Floats
    bias: Floats
    outer: Floats

    def ratings(self, rows: Floats) -> Floats:
        """[C] the ratings of barrings from their features [C, F], as logarithms of odds up to a constant."""
        return np.asarray(rows @ self.direct + np.maximum(rows @ self.inner + self.bias, 0) @ self.outer)


def tensors_of(rater: Rater, name: str) -> dict[str, NDArray[np.float32]]:
    """The weights by name, as they are stored."""
    return {f"{name} {field}": np.asarray(getattr(rater, field)).astype(np.float32) for field in _NAMES}


def rater_of(tensors: Mapping[str, Floats], name: str) -> Rater:
    """The weights from their names; KeyError if one is missing."""
    return Rater(*(tensors[f"{name} {field}"] for field in _NAMES))


def mean_of(raters: Sequence[Rater]) -> Rater:
    """The rater whose ratings are the means of those of some."""
    return Rater(
        np.mean([rater.direct for rater in raters], axis=0),
        np.concatenate([rater.inner for rater in raters], axis=1),
        np.concatenate([rater.bias for rater in raters]),
        np.concatenate([rater.outer / len(raters) for rater in raters]),
    )
