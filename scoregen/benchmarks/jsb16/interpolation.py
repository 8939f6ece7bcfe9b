"""Interpolation of the network with the datastore on finished pieces.

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
from scoregen.model.features.alphabet import UNSCORED
from scoregen.model.features.conditioning import Example
from scoregen.model.network.batches import collate
from scoregen.model.network.in_slice import rows_of
from scoregen.model.network.likelihood import choices
from scoregen.model.network.network import Network

BATCH = 16


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The votes of the neighbours of the slices of a finished piece. C neighbours, K choices a slice.

    row: [C] slices; common: [C, F]; has_vote: [C, K] whether a neighbour with weight votes for a possible event;
    is_correct: [C, K] whether that event is the one in the piece; chance: [T, K] the network's probability of the
    event in the piece, 1 if it was given.
    """

    row: Ints
    common: NDArray[np.bool_]
    has_vote: NDArray[np.bool_] = field(repr=False)
    is_correct: NDArray[np.bool_] = field(repr=False)
    probability: Floats = field(repr=False)


def interpolate_piece(
    datastore: Datastore, example: Example, events: Floats, time_shifts: Floats
) -> tuple[Floats, Floats, Evidence]:
    """The interpolated probabilities [T, V, E] and [T, A], and the evidence for fitting the weights."""
    piece, order, given = example.piece, example.order, example.given
    neighbours = datastore.neighbours(context_features(piece, datastore.alphabet), piece.before)
    every = np.arange(piece.length)
    mixed = events.copy()
    has_vote, is_correct, chosen = [], [], []

    def interpolate(votes: Ints, probabilities: Floats, choice: Ints, scored: NDArray[np.bool_]) -> Floats:
        possible = (votes != UNKNOWN) & (probabilities[neighbours.row, np.maximum(votes, 0)] > 0)
        has_vote.append((neighbours.weight > 0) & possible & scored[neighbours.row])
        is_correct.append(has_vote[-1] & (votes == choice[neighbours.row]))
        chosen.append(np.where(scored, probabilities[every, np.maximum(choice, 0)], 1.0))
        return np.where(scored[:, None], neighbours.interpolate(probabilities, votes), probabilities)

    for voice in order.T:
        votes, choice = neighbours.events(voice), piece.events[every, voice]
        mixed[every, voice] = interpolate(votes, events[every, voice], choice, ~given[every, voice])
        neighbours.keep_agreeing(votes, choice)
    is_timed = (piece.time_shift != UNSCORED) & ~given.all(1)
    timing = interpolate(neighbours.time_shifts(), time_shifts, piece.time_shift, is_timed)
    evidence = Evidence(
        neighbours.row, neighbours.common, np.stack(has_vote, 1), np.stack(is_correct, 1), np.stack(chosen, 1)
    )
    return mixed, timing, evidence


def collect_evidence(networks: Sequence[Network], examples: Sequence[Example], datastore: Datastore) -> list[Evidence]:
    """The evidence of held-out pieces, under the mean distributions of the networks."""
    result = []
    for start in range(0, len(examples), BATCH):
        some = examples[start : start + BATCH]
        for example, (events, time_shifts) in zip(some, mean_probabilities(networks, some), strict=True):
            result.append(interpolate_piece(datastore, example, events, time_shifts)[2])
    return result


def mean_probabilities(networks: Sequence[Network], examples: Sequence[Example]) -> list[tuple[Floats, Floats]]:
    """The mean distributions of several networks for each piece: events [T, V, E] and time shifts [T, A]."""
    batch = collate(examples, networks[0].alphabet).to(next(networks[0].parameters()).device)
    with torch.inference_mode():
        result = [choices(network, batch) for network in networks]
    events = torch.stack([each.events.double().exp() for each in result]).mean(0).numpy(force=True)
    time_shifts = torch.stack([each.time_shifts.double().exp() for each in result]).mean(0).numpy(force=True)
    b = rows_of(batch)[0].numpy(force=True)
    return [(events[b == index], time_shifts[b == index]) for index in range(len(examples))]
