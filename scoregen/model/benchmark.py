"""Scoring finished pieces: nats by kind of choice, calibration, and averages over networks and keys.

Every choice is scored in one fixed order, each given only what came before it. An average is taken
over the probabilities of each single choice, so it is a likelihood like any other: of a choice's
distribution under several networks, or under one network in several keys, transposed back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scoregen.model.batches import Example, collate
from scoregen.model.features import Piece
from scoregen.model.lexicon import FIRST_PITCH, HOLD, REST
from scoregen.model.likelihood import Choices, choices, rows_of
from scoregen.model.network import Network

BATCH = 16
BINS = 15
"""Equal widths of confidence, as in Guo et al. 2017 (arXiv:1706.04599)."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What one split costs. P pieces.

    nats: [P]; by_kind: nats of each kind of choice, and counts beside them; calibration:
    [BINS, 3] choices, mean confidence and share that were right, by confidence in the likeliest.
    """

    nats: NDArray[np.float64]
    by_kind: dict[str, tuple[float, int]]
    calibration: NDArray[np.float64]

    @property
    def calibration_error(self) -> float:
        """How far confidence and success are apart, on average over all choices."""
        counts = self.calibration[:, 0]
        return float((counts * np.abs(self.calibration[:, 1] - self.calibration[:, 2])).sum() / max(counts.sum(), 1))


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a piece: a network, and how many pitch ids higher it reads."""

    network: Network
    shift: int = 0


def score(
    views: Sequence[View],
    pieces: Sequence[Piece],
    order: Sequence[int],
    transposed: Callable[[Piece, int], Piece | None],
    progress: Callable[[float], None] | None = None,
) -> Scored:
    """Score pieces under the average of the views; where a transposition does not fit a piece, its view is left out."""
    nats = np.zeros(len(pieces))
    kinds: dict[str, tuple[float, int]] = {}
    bins = np.zeros((BINS, 3))
    by_length = np.argsort([piece.length for piece in pieces], kind="stable")
    for start in range(0, len(pieces), BATCH):
        chosen = by_length[start : start + BATCH]
        for index, piece_costs in zip(
            chosen, _batch([pieces[i] for i in chosen], views, order, transposed), strict=True
        ):
            nats[index] = piece_costs.nats
            for kind, (cost, count) in piece_costs.by_kind.items():
                before = kinds.get(kind, (0.0, 0))
                kinds[kind] = (before[0] + cost, before[1] + count)
            bins += piece_costs.bins
        if progress is not None:
            progress(min(1.0, (start + BATCH) / len(pieces)))
    counts = np.maximum(bins[:, :1], 1)
    return Scored(nats, dict(sorted(kinds.items())), np.hstack([bins[:, :1], bins[:, 1:] / counts]))


@dataclass(frozen=True, slots=True)
class _Costs:
    nats: float
    by_kind: dict[str, tuple[float, int]]
    bins: NDArray[np.float64]


def _batch(
    pieces: Sequence[Piece],
    views: Sequence[View],
    order: Sequence[int],
    transposed: Callable[[Piece, int], Piece | None],
) -> list[_Costs]:
    """The costs of a few pieces; the rows of an average are the sum of the views' chances over their number."""
    events: list[Tensor | None] = [None] * len(pieces)
    advances: list[Tensor | None] = [None] * len(pieces)
    counts = [0] * len(pieces)
    for view in views:
        moved = [(index, found) for index, piece in enumerate(pieces) if (found := transposed(piece, view.shift))]
        if not moved:
            continue
        for (index, _), (event_chances, advance_chances) in zip(
            moved, _chances(view, [piece for _, piece in moved], order), strict=True
        ):
            known, timing = events[index], advances[index]
            events[index] = event_chances if known is None else known + event_chances
            advances[index] = advance_chances if timing is None else timing + advance_chances
            counts[index] += 1
    return [
        _costs(piece, event / count, advance / count)
        for piece, event, advance, count in zip(pieces, events, advances, counts, strict=True)
        if event is not None and advance is not None
    ]


def _chances(view: View, pieces: Sequence[Piece], order: Sequence[int]) -> list[tuple[Tensor, Tensor]]:
    """Of each piece, the chances of its events [T, V, E] and advances [T, A], as if nothing had been transposed."""
    batch = collate([_blank_example(piece, order) for piece in pieces])
    with torch.inference_mode():
        found: Choices = choices(view.network, batch)
    events = found.events.double().exp()
    back = torch.zeros_like(events)
    back[..., :FIRST_PITCH] = events[..., :FIRST_PITCH]
    pitches = events[..., FIRST_PITCH:]
    size = pitches.shape[-1] - abs(view.shift)
    low, high = max(view.shift, 0), max(-view.shift, 0)
    back[..., FIRST_PITCH + high : FIRST_PITCH + high + size] = pitches[..., low : low + size]
    b, _ = rows_of(batch)
    return [(back[b == index], found.advances[b == index].double().exp()) for index in range(len(pieces))]


def _blank_example(piece: Piece, order: Sequence[int]) -> Example:
    return Example(piece, np.zeros(piece.events.shape, dtype=bool), np.tile(np.array(order), (piece.length, 1)))


def _costs(piece: Piece, events: Tensor, advances: Tensor) -> _Costs:
    chosen = torch.from_numpy(piece.events)
    cost = -events.gather(2, chosen.unsqueeze(2))[..., 0].log().numpy()
    timing = -advances.gather(1, torch.from_numpy(piece.advance).unsqueeze(1))[:, 0].log().numpy()
    kinds: dict[str, tuple[float, int]] = {"advance": (float(timing.sum()), timing.size)}
    for name, mask in (
        ("hold", piece.events == HOLD),
        ("rest", piece.events == REST),
        ("attack", piece.events >= FIRST_PITCH),
    ):
        kinds[name] = (float(cost[mask].sum()), int(mask.sum()))
    for voice in range(cost.shape[1]):
        kinds[f"voice {voice + 1}"] = (float(cost[:, voice].sum()), len(cost))
    bins = _bins(events, chosen) + _bins(advances, torch.from_numpy(piece.advance))
    return _Costs(float(cost.sum() + timing.sum()), kinds, bins)


def _bins(chances: Tensor, chosen: Tensor) -> NDArray[np.float64]:
    """[BINS, 3] choices, their confidence and successes, summed."""
    confidence, likeliest = chances.max(-1)
    right = (likeliest == chosen).double().flatten().numpy()
    sure = confidence.flatten().numpy()
    place = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    rows = [np.bincount(place, weights, BINS) for weights in (np.ones_like(sure), sure, right)]
    return np.stack(rows, 1)
