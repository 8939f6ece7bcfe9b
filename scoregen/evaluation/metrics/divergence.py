"""Distances between two sets of pieces in one feature: between their histograms, and between their pieces.

- *Jensen-Shannon divergence* of the pooled histograms, in bits: 0 for equal histograms, 1 for disjoint ones. The
  *Kullback-Leibler divergence* of the set from the reference is given too (half a count is added to every bin,
  because one empty bin would make it infinite).
- *Wasserstein distance* of order 1, if the bins have an order, in their unit.
- *Overlap area* (L.-C. Yang and A. Lerch, "On the evaluation of generative models in music", 2018): each piece is a
  histogram; the distances between pieces of the reference (intra-set) and those from pieces of the set to the
  reference (inter-set) are smoothed to densities with Gaussian kernels of Scott's width. An area of 1 means that
  both densities are equal. Their other figure, the Kullback-Leibler divergence of the two densities, is in nats.

Intervals are of 95 %, from resampling the pieces of both sets. Resampled histograms are rougher than the original
ones and therefore farther apart; the interval is shifted by the difference between its median and the figure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.evaluation.metrics.bootstrap import CONFIDENCE, RESAMPLES, Rate
from scoregen.evaluation.metrics.distributions import Counts, Feature

GRID = 256
"""The number of points at which densities are compared."""

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Distance:
    """All figures of one feature; `wasserstein` is None if the bins have no order."""

    jensen_shannon: Rate
    kullback_leibler: Rate
    wasserstein: Rate | None
    overlap_area: Rate
    intra_inter: Rate


def distance(feature: Feature, pieces: Counts, real: Counts, *, seed: int = 0) -> Distance:
    """The distance of pieces [n, bins] from those of a reference [m, bins]; both sets have at least two pieces."""
    random = np.random.default_rng(seed)
    weights = _resamples(len(pieces), random), _resamples(len(real), random)
    whole = np.ones((1, len(pieces))), np.ones((1, len(real)))

    def pooled(figure: Callable[[Vector, Vector], Vector], factor: float = 1.0) -> Rate:
        first, samples = (factor * figure(here @ pieces, there @ real) for here, there in (whole, weights))
        return _interval(float(first[0]), samples)

    areas = _Areas.of(pieces, real)
    (area, nats), (area_samples, nat_samples) = (areas.figures(*rows) for rows in (whole, weights))
    return Distance(
        pooled(jensen_shannon),
        pooled(kullback_leibler),
        None if feature.step is None else pooled(wasserstein, feature.step),
        _interval(float(area[0]), area_samples, 1.0),
        _interval(float(nats[0]), nat_samples),
    )


def jensen_shannon(here: Vector, there: Vector) -> Vector:
    """[R] bits between histograms [R, bins]."""
    p, q = shares(here), shares(there)
    middle = (p + q) / 2
    bits: Vector = (_relative(p, middle) + _relative(q, middle)) / 2 / np.log(2)
    return bits


def kullback_leibler(here: Vector, there: Vector) -> Vector:
    """[R] bits of histograms [R, bins] from those of a reference."""
    bits: Vector = _relative(shares(here + 0.5), shares(there + 0.5)) / np.log(2)
    return bits


def wasserstein(here: Vector, there: Vector) -> Vector:
    """[R] the distance between histograms [R, bins], in bins."""
    bins: Vector = abs(np.cumsum(shares(here) - shares(there), -1)).sum(-1)
    return bins


def shares(counts: Vector) -> Vector:
    """Rows normalised to the sum 1; a row of zeros is unchanged."""
    rows: Vector = counts / np.maximum(counts.sum(-1, keepdims=True), 1e-12)
    return rows


@dataclass(frozen=True, slots=True)
class _Areas:
    """Distances between pieces, intra-set [m, m] and inter-set [n, m], as grid points; kernels [GRID, GRID]."""

    intra: NDArray[np.int64]
    inter: NDArray[np.int64]
    intra_kernel: Vector
    inter_kernel: Vector

    @classmethod
    def of(cls, pieces: Counts, real: Counts) -> _Areas:
        here, there = shares(pieces.astype(float)), shares(real.astype(float))
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
    mass: Vector = np.bincount(places, weights, GRID).astype(np.float64)
    return mass


def _kernel(values: Vector) -> Vector:
    """[GRID, GRID] a Gaussian around every grid point, with Scott's width for these values."""
    width = max(float(values.std()) * len(values) ** -0.2, 1 / GRID)
    grid = np.linspace(0, 1, GRID)
    kernel: Vector = np.exp(-0.5 * ((grid[:, None] - grid) / width) ** 2)
    return kernel


def _distances(rows: Vector, others: Vector) -> Vector:
    """[n, m] Euclidean distances."""
    squares = (rows**2).sum(1)[:, None] + (others**2).sum(1) - 2 * rows @ others.T
    distances: Vector = np.sqrt(np.maximum(squares, 0))
    return distances


def _relative(p: Vector, q: Vector) -> Vector:
    """[R] the relative entropy of rows, in nats."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log(p / q), 0.0)
    nats: Vector = terms.sum(-1)
    return nats


def _resamples(count: int, random: np.random.Generator) -> Vector:
    """[RESAMPLES, count] how often each resample contains each piece."""
    weights: Vector = random.multinomial(count, np.full(count, 1 / count), RESAMPLES).astype(float)
    return weights


def _interval(value: float, samples: Vector, high: float = np.inf) -> Rate:
    bounds = np.quantile(samples, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]) - (np.median(samples) - value)
    lower, upper = np.clip(bounds, 0.0, high)
    return Rate(value, float(lower), float(upper))
