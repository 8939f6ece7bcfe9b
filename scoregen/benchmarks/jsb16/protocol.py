"""Scoring finished pieces: nats by kind of choice, calibration, and averages over networks and orders of voices.

Every choice is conditioned on earlier choices alone. Several networks are averaged by their probabilities of
each single choice. The voices of a slice can choose in several orders, each of which is a factorisation
of the same joint distribution. Networks that were trained on all orders are averaged over the orders by
their probabilities of the whole slice (Uria et al. 2014, "A deep and tractable density estimator"; for chorales
Huang et al. 2017, arXiv:1903.07227). Both averages are proper likelihoods.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.benchmarks.jsb16.interpolation import BATCH, interpolate_piece, mean_probabilities
from scoregen.benchmarks.jsb16.retrieval import Datastore
from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, REST
from scoregen.model.features.conditioning import Example
from scoregen.model.features.inputs import PieceArrays
from scoregen.model.network.network import Network

Floats = NDArray[np.float64]

BINS = 15
"""Bins of confidence of equal width, as in Guo et al. 2017 (arXiv:1706.04599)."""


@dataclass(frozen=True, slots=True)
class SplitScore:
    """The negative log-likelihood of one split. P pieces.

    nats: [P]; by_kind: nats and count of each kind of choice; calibration: [BINS, 3] count, mean confidence
    and accuracy of the likeliest choice, by confidence. The last two are of the first order alone.
    """

    nats: Floats
    by_kind: dict[str, tuple[float, int]]
    calibration: Floats

    @property
    def calibration_error(self) -> float:
        """The expected calibration error: |confidence - accuracy|, averaged over all choices."""
        counts = self.calibration[:, 0]
        return float((counts * np.abs(self.calibration[:, 1] - self.calibration[:, 2])).sum() / max(counts.sum(), 1))


def score(
    networks: Sequence[Network],
    pieces: Sequence[PieceArrays],
    orders: Sequence[Sequence[int]],
    progress: Callable[[float], None] | None = None,
    datastore: Sequence[Datastore] | None = None,
) -> SplitScore:
    """Score pieces under the average of the networks and of the orders of voices.

    `datastore` holds a datastore for each piece, with which the networks are interpolated.
    """
    nats = np.zeros(len(pieces))
    kinds: dict[str, tuple[float, int]] = {}
    bins = np.zeros((BINS, 3))
    by_length = np.argsort([piece.length for piece in pieces], kind="stable")
    for start in range(0, len(pieces), BATCH):
        chosen = by_length[start : start + BATCH]
        own = None if datastore is None else [datastore[index] for index in chosen]
        for index, costs in zip(chosen, _batch([pieces[i] for i in chosen], networks, orders, own), strict=True):
            nats[index] = costs.nats
            for kind, (cost, count) in costs.by_kind.items():
                before = kinds.get(kind, (0.0, 0))
                kinds[kind] = (before[0] + cost, before[1] + count)
            bins += costs.bins
        if progress is not None:
            progress(min(1.0, (start + BATCH) / len(pieces)))
    counts = np.maximum(bins[:, :1], 1)
    return SplitScore(nats, dict(sorted(kinds.items())), np.hstack([bins[:, :1], bins[:, 1:] / counts]))


@dataclass(frozen=True, slots=True)
class _Costs:
    nats: float
    by_kind: dict[str, tuple[float, int]]
    bins: Floats


def _batch(
    pieces: Sequence[PieceArrays],
    networks: Sequence[Network],
    orders: Sequence[Sequence[int]],
    datastore: Sequence[Datastore] | None,
) -> list[_Costs]:
    """The costs of a few pieces."""
    slices: list[list[Floats]] = [[] for _ in pieces]
    first: list[tuple[dict[str, tuple[float, int]], Floats]] = []
    for order in orders:
        examples = [blank_example(piece, order) for piece in pieces]
        for index, (events, time_shifts) in enumerate(mean_probabilities(networks, examples)):
            if datastore:
                events, time_shifts, _ = interpolate_piece(datastore[index], examples[index], events, time_shifts)
            cost, timing = _choice_nats(pieces[index], events, time_shifts)
            slices[index].append(cost.sum(1) + timing)
            if order is orders[0]:
                first.append((_kinds(pieces[index], cost, timing), _all_bins(pieces[index], events, time_shifts)))
    return [
        _Costs(float(_average(np.stack(costs)).sum()), kinds, bins)
        for costs, (kinds, bins) in zip(slices, first, strict=True)
    ]


def _average(costs: Floats) -> Floats:
    """[T] the nats of the mean of N probabilities, given in nats [N, T]."""
    least = costs.min(0)
    result: Floats = least - np.log(np.exp(least - costs).mean(0))
    return result


def blank_example(piece: PieceArrays, order: Sequence[int]) -> Example:
    """An example with nothing given, whose voices choose in a fixed order."""
    return Example(piece, np.zeros(piece.events.shape, dtype=bool), np.tile(np.array(order), (piece.length, 1)))


def _choice_nats(piece: PieceArrays, events: Floats, time_shifts: Floats) -> tuple[Floats, Floats]:
    """The nats of each choice: events [T, V], time shifts [T]."""
    cost = np.take_along_axis(events, piece.events[..., None], 2)[..., 0]
    timing = np.take_along_axis(time_shifts, piece.time_shift[:, None], 1)[:, 0]
    return -np.log(cost), -np.log(timing)


def _kinds(piece: PieceArrays, cost: Floats, timing: Floats) -> dict[str, tuple[float, int]]:
    kinds = {"time_shift": (float(timing.sum()), timing.size)}
    for name, mask in (
        ("hold", piece.events == HOLD),
        ("rest", piece.events == REST),
        ("attack", piece.events >= FIRST_PITCH),
    ):
        kinds[name] = (float(cost[mask].sum()), int(mask.sum()))
    return kinds | {f"voice {voice + 1}": (float(cost[:, voice].sum()), len(cost)) for voice in range(cost.shape[1])}


def _all_bins(piece: PieceArrays, events: Floats, time_shifts: Floats) -> Floats:
    return _bins(events, piece.events) + _bins(time_shifts, piece.time_shift)


def _bins(probabilities: Floats, chosen: NDArray[np.int64]) -> Floats:
    """[BINS, 3] sums of choices, confidence and correct choices."""
    confidence = probabilities.max(-1).flatten()
    is_correct = (probabilities.argmax(-1) == chosen).astype(np.float64).flatten()
    place = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    rows = [np.bincount(place, weights, BINS) for weights in (np.ones_like(confidence), confidence, is_correct)]
    return np.stack(rows, 1)
