"""Precedents heard beside a network in finished pieces, where all chances of the network are known.

T slices, V voices, E events, A time shifts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from scoregen.benchmarks.jsb16.context_features import UNKNOWN, context_features
from scoregen.benchmarks.jsb16.retrieval import Datastore, Floats, Ints
from scoregen.model.network.alphabet import UNSCORED
from scoregen.model.network.batches import collate
from scoregen.model.network.conditioning import Example
from scoregen.model.network.likelihood import choices, rows_of
from scoregen.model.network.network import Network

BATCH = 16


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A piece in which all is known. C precedents of all its slices, K choices a slice.

    row: [C] slices; alike: [C, F]; said: [C, K] whether a precedent speaks for something possible, nobody before
    having contradicted it; agreed: [C, K] whether it spoke for what stands there; chance: [T, K] of the network
    for what stands there, 1 where that was given.
    """

    row: Ints
    alike: NDArray[np.bool_]
    said: NDArray[np.bool_] = field(repr=False)
    agreed: NDArray[np.bool_] = field(repr=False)
    chance: Floats = field(repr=False)


def interpolated(
    datastore: Datastore, example: Example, events: Floats, time_shifts: Floats
) -> tuple[Floats, Floats, Evidence]:
    """The chances [T, V, E] and [T, A] of the network and the precedents together, and what the precedents said."""
    piece, order, given = example.piece, example.order, example.given
    speaking = datastore.speaking(context_features(piece, datastore.alphabet), piece.before)
    every = np.arange(piece.length)
    mixed = events.copy()
    said, agreed, paid = [], [], []

    def hear(claim: Ints, chances: Floats, chosen: Ints, asked: NDArray[np.bool_]) -> Floats:
        possible = (claim != UNKNOWN) & (chances[speaking.row, np.maximum(claim, 0)] > 0)
        said.append((speaking.loud > 0) & possible & asked[speaking.row])
        agreed.append(said[-1] & (claim == chosen[speaking.row]))
        paid.append(np.where(asked, chances[every, np.maximum(chosen, 0)], 1.0))
        return np.where(asked[:, None], speaking.blended(chances, claim), chances)

    for voice in order.T:
        claim, chosen = speaking.events(voice), piece.events[every, voice]
        mixed[every, voice] = hear(claim, events[every, voice], chosen, ~given[every, voice])
        speaking.tell(claim, chosen)
    timed = (piece.time_shift != UNSCORED) & ~given.all(1)
    timing = hear(speaking.time_shifts(), time_shifts, piece.time_shift, timed)
    evidence = Evidence(speaking.row, speaking.alike, np.stack(said, 1), np.stack(agreed, 1), np.stack(paid, 1))
    return mixed, timing, evidence


def collect_evidence(networks: Sequence[Network], examples: Sequence[Example], datastore: Datastore) -> list[Evidence]:
    """What the precedents say of pieces that they do not come from, beside the mean chances of the networks."""
    found = []
    for start in range(0, len(examples), BATCH):
        some = examples[start : start + BATCH]
        for example, (events, time_shifts) in zip(some, mean_chances(networks, some), strict=True):
            found.append(interpolated(datastore, example, events, time_shifts)[2])
    return found


def mean_chances(networks: Sequence[Network], examples: Sequence[Example]) -> list[tuple[Floats, Floats]]:
    """Of each piece, the mean chances of its events [T, V, E] and time shifts [T, A] of some networks."""
    batch = collate(examples).to(next(networks[0].parameters()).device)
    with torch.inference_mode():
        found = [choices(network, batch) for network in networks]
    events = torch.stack([each.events.double().exp() for each in found]).mean(0).numpy(force=True)
    time_shifts = torch.stack([each.time_shifts.double().exp() for each in found]).mean(0).numpy(force=True)
    b = rows_of(batch)[0].numpy(force=True)
    return [(events[b == index], time_shifts[b == index]) for index in range(len(examples))]
