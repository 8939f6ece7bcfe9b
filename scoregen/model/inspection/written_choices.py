"""The choices that wrote the notes of a finished piece, in the arrays of its slices and voices.

A single note, a hold and a rest are one choice. A chord is several. Of these the choice of its outer note is taken,
which follows the decision for a chord. T slices, V voices, E events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from scoregen.model.features.turns import CHOICE
from scoregen.model.network.batches import Batch
from scoregen.model.network.in_slice import Choices
from scoregen.model.network.likelihood import costs
from scoregen.model.network.network import Network

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WrittenChoices:
    """log_p: [T, V, E] of each event; nats: [T, V] -log p of what was chosen, all choices of a chord together.

    Both are 0 for voices without a choice. `places` [T, V] and `rows` [T] are where its choice is in `proposed`.
    """

    log_p: Floats
    nats: Floats
    places: NDArray[np.int64]
    rows: NDArray[np.int64]
    proposed: tuple[Floats, ...]

    @classmethod
    def of(cls, network: Network, batch: Batch, result: Choices) -> WrittenChoices:
        """The choices of a batch of one piece."""
        events, size = batch.events[0], (*batch.events[0].shape, result.event_count)
        log_p = result.time_shifts.new_zeros(size)
        places = torch.zeros_like(events)
        for place, each in enumerate(result.turns):
            rows, voices = result.rows[: len(each)], result.voice[: len(each), place]
            choice = batch.turns[0, rows, CHOICE, place]
            first = result.index[: len(each), place] == 0
            writes = first | (choice == events[rows, voices])
            log_p[rows[writes], voices[writes]] = each[writes][:, : result.event_count]
            places[rows[writes], voices[writes]] = place
        return cls(
            log_p.double().numpy(),
            costs(network, batch, result).events.double().numpy(),
            places.numpy(),
            result.rows.argsort().numpy(),
            tuple(each.double().numpy() for each in result.proposed),
        )

    def proposed_for(self, row: int, voice: int) -> Floats:
        """[T] the logits that each earlier slice added to its own choice."""
        found: Floats = self.proposed[int(self.places[row, voice])][int(self.rows[row])]
        return found
