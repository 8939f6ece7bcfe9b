"""Attention over the earlier measures of the piece, beside that over slices (`pointer`).

A measure is read as the mean of its slices. A GRU from measure to measure says what led to it: that
is its key, and what it holds its value, so that a measure proposes how it went on from an alike past.
Only measures that are over are seen.

B pieces, T slices, M measures, H heads, d backbone.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from scoregen.model.network.config import NetworkConfig

FARTHEST = 63
"""Measures: what lies farther back is told from it no more."""


class MeasureAttention(nn.Module):
    """Which earlier measure is this one like, and what was in it."""

    def __init__(self, config: NetworkConfig, dropout: nn.Module) -> None:
        super().__init__()
        d, h = config.backbone, config.heads
        self.heads = h
        self.rnn = nn.GRU(d, d, batch_first=True)
        self.query, self.key, self.value, self.out = (nn.Linear(d, d, bias=False) for _ in range(4))
        self.here = nn.Linear(d, d)
        self.distance_bias = nn.Parameter(torch.zeros(FARTHEST + 1, h))
        self.sink = nn.Parameter(torch.zeros(h))
        self.dropout = dropout

    def forward(self, slices: Tensor, hidden: Tensor, measure: Tensor, known: Tensor) -> Tensor:
        """[B, T, d] what alike measures held, and what led to this one.

        From the slices' codes and the backbone [B, T, d], the index of each slice's measure [B, T] and whether
        anything is known of the slice [B, T], 1 or 0: a measure of which nothing is known is not seen.
        """
        count = int(measure.max()) + 1
        slot = measure.unsqueeze(2).expand_as(slices)
        weight = known.unsqueeze(2)
        shares = weight.new_zeros(len(slices), count, 1).scatter_add(1, measure.unsqueeze(2), weight)
        sums = weight.new_zeros(len(slices), count, slices.shape[2]).scatter_add(1, slot, slices * weight)
        contents = self.dropout(sums / shares.clamp(min=1))
        led = functional.pad(self.rnn(contents)[0][:, :-1], (0, 0, 1, 0))
        query, keys, values = (
            self.split(x) for x in (self.query(self.dropout(hidden)), self.key(led), self.value(contents))
        )
        distance = measure.unsqueeze(2) - torch.arange(count, device=measure.device)
        hidden_ones = (distance <= 0) | (shares.transpose(1, 2) == 0)
        scores = query @ keys.transpose(-1, -2) / math.sqrt(query.shape[-1]) + self.bias(distance)
        mixed = self.weights(scores.masked_fill(hidden_ones.unsqueeze(1), -torch.inf)) @ values
        found: Tensor = self.dropout(self.out(mixed.transpose(1, 2).flatten(2)) + self.here(led.gather(1, slot)))
        return found

    def bias(self, distance: Tensor) -> Tensor:
        """[B, H, T, M] learned preferences by distance in measures [B, T, M]."""
        return self.distance_bias[distance.clamp(0, FARTHEST)].permute(0, 3, 1, 2)

    def weights(self, scores: Tensor) -> Tensor:
        """Softmax over the last axis of [B, H, T, M] with a sink, which takes the weight where nothing is alike."""
        sink = self.sink.view(-1, 1, 1).expand(*scores.shape[:-1], 1)
        return torch.cat([scores, sink], -1).softmax(-1)[..., :-1]

    def split(self, x: Tensor) -> Tensor:
        """[B, N, d] by heads: [B, H, N, d / H]."""
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)
