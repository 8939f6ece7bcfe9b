"""The likelihood of finished pieces under a network, piece by piece, with nothing given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from scoregen.model.engine.inference_mode import inference_mode
from scoregen.model.features.conditioning import Example, usual_order
from scoregen.model.features.inputs import ABSENT, piece_arrays
from scoregen.model.network.batches import collate
from scoregen.model.network.likelihood import likelihood
from scoregen.model.network.network import Network
from scoregen.tokens.events import TokenScore


def piece_nats(network: Network, pieces: Sequence[TokenScore], device: str = "cpu") -> list[tuple[float, int]]:
    """-log p in nats of all choices of each piece, and their number, as in `valid_free` of the learning curve."""
    with inference_mode():
        return [_nats(network.to(device), tokens, device) for tokens in pieces]


def _nats(network: Network, tokens: TokenScore, device: str) -> tuple[float, int]:
    arrays = piece_arrays(tokens)
    given = np.zeros(arrays.events.shape, dtype=bool)
    example = Example(arrays, given, usual_order(given, arrays.events == ABSENT))
    cost = likelihood(network, collate([example], network.alphabet).to(torch.device(device)))
    return float(cost.nats), int(cost.count)
