"""Rates over pieces with bootstrap confidence intervals.

A rate is pooled: the sum of the cases over the sum of the possible cases. Events within a piece are not
independent, but pieces nearly are; the interval therefore comes from resampling pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

RESAMPLES = 1000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Rate:
    """A figure and the bounds of its 95 % interval; NaN if there was nothing to count."""

    value: float
    low: float
    high: float


def pooled(cases: ArrayLike, possible: ArrayLike, per: float = 1.0, *, seed: int = 0) -> Rate:
    """`per` times the sum of `cases` over pieces, divided by the sum of `possible`, with its interval."""
    above, below = np.asarray(cases, np.float64), np.asarray(possible, np.float64)
    if not below.sum():
        return Rate(float("nan"), float("nan"), float("nan"))
    samples = np.random.default_rng(seed).integers(len(below), size=(RESAMPLES, len(below)))
    sums, totals = above[samples].sum(axis=1), below[samples].sum(axis=1)
    low, high = np.quantile(sums[totals > 0] / totals[totals > 0], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Rate(per * float(above.sum() / below.sum()), per * float(low), per * float(high))


def mean(values: Sequence[float], per: float = 1.0, *, seed: int = 0) -> Rate:
    """`per` times the mean over pieces, with its interval."""
    return pooled(values, np.ones(len(values)), per, seed=seed)
