"""How likely a network finds finished pieces, piece by piece, with nothing of them given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from scoregen.model.batches import Example, collate, draw_order
from scoregen.model.features import piece_arrays
from scoregen.model.likelihood import likelihood
from scoregen.model.network import Network
from scoregen.tokens.events import TokenScore


def piece_nats(network: Network, pieces: Sequence[TokenScore]) -> list[tuple[float, int]]:
    """Of each piece, -log p in nats of all its choices and how many there are, as `valid_free` in training."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # a piece is too small to be shared: several threads wait for each other
    try:
        return [_nats(network, tokens) for tokens in pieces]
    finally:
        torch.set_num_threads(threads)


def _nats(network: Network, tokens: TokenScore) -> tuple[float, int]:
    arrays = piece_arrays(tokens)
    given = np.zeros(arrays.events.shape, dtype=bool)
    example = Example(arrays, given, draw_order(given, np.random.default_rng(0)))
    with torch.inference_mode():
        cost = likelihood(network, collate([example]))
    return float(cost.nats), int(cost.count)
