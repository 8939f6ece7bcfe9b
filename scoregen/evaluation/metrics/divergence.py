"""How far two sets of pieces are apart in one feature: between their histograms, and between their pieces.

- *Jensen-Shannon divergence* of the pooled histograms, in bits: 0 the same, 1 nothing in common. The
  *Kullback-Leibler divergence* of the set from the reference is given too (half a count is added to
  every bin, else one empty bin would make it infinite).
- *Wasserstein distance* of order 1, where bins have an order: how far mass must go, in their unit.
- *Overlap area* (Yang and Lerch, 2018, "On the evaluation of generative models in music"): each piece is
  a histogram; the distances between pieces of the reference (intra-set) and those from pieces of the set
  to the reference (inter-set) are smoothed to densities with Gaussian kernels of Scott's width. 1: a
  piece of the set lies among the reference's as its own lie among each other. Their other figure, the
  Kullback-Leibler divergence of the two densities, is given in nats.

Intervals are of 95 %, from pieces drawn again in both sets. As redrawn histograms are rougher than
the first, and so always further apart, an interval is moved by the difference of its median to the figure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.evaluation.metrics.bootstrap import CONFIDENCE, RESAMPLES, Rate
from scoregen.evaluation.metrics.distributions import Counts, Feature

GRID = 256
"""Points at which densities are compared."""

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Distance:
    """All figures of one feature; `wasserstein` is None where bins have no order."""

    jensen_shannon: Rate
    kullback_leibler: Rate
    wasserstein: Rate | None
    overlap_area: Rate
    intra_inter: Rate


def distance(feature: Feature, asked: Counts, real: Counts, *, seed: int = 0) -> Distance:
    """How far pieces [n, bins] are from those of a reference [m, bins]; both sets have two pieces at least."""
    random = np.random.default_rng(seed)
    weights = _drawn(len(asked), random), _drawn(len(real), random)
    whole = np.ones((1, len(asked))), np.ones((1, len(real)))

    def pooled(figure: Callable[[Vector, Vector], Vector], factor: float = 1.0) -> Rate:
        first, drawn = (factor * figure(here @ asked, there @ real) for here, there in (whole, weights))
        return _interval(float(first[0]), drawn)

    areas = _Areas.of(asked, real)
    (area, nats), (areas_drawn, nats_drawn) = (areas.figures(*rows) for rows in (whole, weights))
    return Distance(
        pooled(jensen_shannon),
        pooled(kullback_leibler),
        None if feature.step is None else pooled(wasserstein, feature.step),
        _interval(float(area[0]), areas_drawn, 1.0),
        _interval(float(nats[0]), nats_drawn),
    )


def jensen_shannon(here: Vector, there: Vector) -> Vector:
    """[R] bits between histograms [R, bins]."""
    p, q = shares(here), shares(there)
    middle = (p + q) / 2
    found: Vector = (_relative(p, middle) + _relative(q, middle)) / 2 / np.log(2)
    return found


def kullback_leibler(here: Vector, there: Vector) -> Vector:
    """[R] bits of histograms [R, bins] from those of a reference."""
    found: Vector = _relative(shares(here + 0.5), shares(there + 0.5)) / np.log(2)
    return found


def wasserstein(here: Vector, there: Vector) -> Vector:
    """[R] bins that mass has to go between histograms [R, bins]."""
    found: Vector = abs(np.cumsum(shares(here) - shares(there), -1)).sum(-1)
    return found


def shares(counts: Vector) -> Vector:
    """Rows that sum to one; a row of nothing stays so."""
    found: Vector = counts / np.maximum(counts.sum(-1, keepdims=True), 1e-12)
    return found


@dataclass(frozen=True, slots=True)
class _Areas:
    """Distances between pieces, intra-set [m, m] and inter-set [n, m], as grid points; kernels [GRID, GRID]."""

    intra: NDArray[np.int64]
    inter: NDArray[np.int64]
    intra_kernel: Vector
    inter_kernel: Vector

    @classmethod
    def of(cls, asked: Counts, real: Counts) -> _Areas:
        here, there = shares(asked.astype(float)), shares(real.astype(float))
        intra, inter = _distances(there, there), _distances(here, there)
        highest = max(float(intra.max()), float(inter.max()), 1e-9)
        pairs = intra[np.triu_indices(len(intra), 1)]
        kernels = [_kernel(values / highest) for values in (pairs, inter.ravel())]
        places = [np.rint(values / highest * (GRID - 1)).astype(np.int64) for values in (intra, inter)]
        return cls(places[0], places[1], kernels[0], kernels[1])

    def figures(self, here: Vector, there: Vector) -> tuple[Vector, Vector]:
        """[R] overlap areas and divergences for weights of the pieces [R, n] and [R, m]."""
        upper = np.triu_indices(len(self.intra), 1)
        intra = [_mass(self.intra[upper], row[upper[0]] * row[upper[1]]) for row in there]
        inter = [
            _mass(self.inter.ravel(), np.outer(row, other).ravel()) for row, other in zip(here, there, strict=True)
        ]
        p, q = shares(np.stack(intra) @ self.intra_kernel), shares(np.stack(inter) @ self.inter_kernel)
        return np.minimum(p, q).sum(-1), _relative(shares(p + 1e-9), shares(q + 1e-9))


def _mass(places: NDArray[np.int64], weights: Vector) -> Vector:
    found: Vector = np.bincount(places, weights, GRID).astype(np.float64)
    return found


def _kernel(values: Vector) -> Vector:
    """A Gaussian around every grid point, of Scott's width for so many values."""
    width = max(float(values.std()) * len(values) ** -0.2, 1 / GRID)
    grid = np.linspace(0, 1, GRID)
    found: Vector = np.exp(-0.5 * ((grid[:, None] - grid) / width) ** 2)
    return found


def _distances(rows: Vector, others: Vector) -> Vector:
    """Euclidean, [n, m]."""
    squares = (rows**2).sum(1)[:, None] + (others**2).sum(1) - 2 * rows @ others.T
    found: Vector = np.sqrt(np.maximum(squares, 0))
    return found


def _relative(p: Vector, q: Vector) -> Vector:
    """[R] nats of rows from others."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log(p / q), 0.0)
    found: Vector = terms.sum(-1)
    return found


def _drawn(count: int, random: np.random.Generator) -> Vector:
    """[RESAMPLES, count] how often each piece is drawn."""
    found: Vector = random.multinomial(count, np.full(count, 1 / count), RESAMPLES).astype(float)
    return found


def _interval(value: float, drawn: Vector, high: float = np.inf) -> Rate:
    bounds = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]) - (np.median(drawn) - value)
    lower, upper = np.clip(bounds, 0.0, high)
    return Rate(value, float(lower), float(upper))
