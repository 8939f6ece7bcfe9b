"""How likely a network finds finished pieces, piece by piece, with nothing of them given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from scoregen.model.engine.inference_mode import inference_mode
from scoregen.model.network.batches import collate
from scoregen.model.network.conditioning import Example, usual_order
from scoregen.model.network.inputs import piece_arrays
from scoregen.model.network.likelihood import likelihood
from scoregen.model.network.network import Network
from scoregen.tokens.events import TokenScore


def piece_nats(network: Network, pieces: Sequence[TokenScore], device: str = "cpu") -> list[tuple[float, int]]:
    """Of each piece, -log p in nats of all its choices and how many there are, as `valid_free` in training."""
    with inference_mode():
        return [_nats(network.to(device), tokens, device) for tokens in pieces]


def _nats(network: Network, tokens: TokenScore, device: str) -> tuple[float, int]:
    arrays = piece_arrays(tokens)
    given = np.zeros(arrays.events.shape, dtype=bool)
    example = Example(arrays, given, usual_order(given))
    cost = likelihood(network, collate([example]).to(torch.device(device)))
    return float(cost.nats), int(cost.count)
