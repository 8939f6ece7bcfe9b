"""Attention over the earlier slices of the piece, which proposes their continuations.

The key of a slice is the context that led to it, its value what followed: a similar context proposes its
continuation. The length of the exact match between two contexts (`history_features.matches`) biases the
attention. While a slice is written, voice by voice, the weights shift to those earlier slices that agree with the
voices already written, and point to their continuation (pointer networks: Vinyals et al. 2015, arXiv:1506.03134).

B pieces, T slices, H heads, R rows (slices of all pieces end to end).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from scoregen.model.features.history_features import MATCHES
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.index_tables import DISTANCES, FARTHEST, distance_buckets


class CopyAttention(nn.Module):
    """Attention to the earlier places of the piece with a similar context."""

    buckets: Tensor

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        d, h = config.backbone, config.heads
        self.heads = h
        self.use_matches = config.use_matches
        self.query, self.key, self.value = (nn.Linear(d, d, bias=False) for _ in range(3))
        self.distance_bias = nn.Parameter(torch.zeros(3 * DISTANCES, h))
        self.sink = nn.Parameter(torch.zeros(h))
        self.out = nn.Linear(d, d)
        steps = torch.linspace(0, 1, MATCHES).unsqueeze(1)
        self.whole_bias = nn.Parameter(3 * steps.repeat(1, h))
        self.outer_bias = nn.Parameter(torch.zeros(2 * MATCHES, h))
        self.own_bias = nn.Parameter(torch.zeros(MATCHES, h))
        self.agree = nn.Parameter(torch.full((h,), 1.0))
        self.differ = nn.Parameter(torch.full((h,), 1.0))
        self.trust = nn.Parameter(steps.repeat(1, h).clone())
        self.gates = nn.Linear(config.in_slice, 2 * h)
        self.register_buffer("buckets", torch.from_numpy(distance_buckets()), persistent=False)

    def keys(self, hidden: Tensor) -> Tensor:
        """[B, H, T, d / H] the keys of slices, from the contexts [B, T, d] that led to them."""
        return self._split(self.key(hidden))

    def values(self, slices: Tensor) -> Tensor:
        """[B, H, T, d / H] the values of slices, from their codes [B, T, d]."""
        return self._split(self.value(slices))

    def scores(self, hidden: Tensor, keys: Tensor, bias: Tensor) -> Tensor:
        """[B, H, Tq, Tk] the similarity of each earlier slice to the current one, before the softmax."""
        q = self._split(self.query(hidden))
        return q @ keys.transpose(-1, -2) / math.sqrt(q.shape[-1]) + bias

    def attend(self, scores: Tensor, values: Tensor) -> Tensor:
        """[B, Tq, d] the weighted mean of the values."""
        mixed = (self._weights(scores, 2) @ values).transpose(1, 2).flatten(2)
        result: Tensor = self.out(mixed)
        return result

    def bias(self, position: Tensor, positions: Tensor, measure: Tensor, matches: Tensor) -> Tensor:
        """[B, H, Tq, Tk] learned biases for distances and for the lengths of matches.

        `position` [B, Tq], `positions` [B, Tk], grid steps a measure [B, Tq], matches [B, V + 1, Tq, Tk];
        -inf for slices that are not earlier.
        """
        distance = position.unsqueeze(-1) - positions.unsqueeze(-2)
        bucket = self.buckets[distance.clamp(min=0, max=FARTHEST - 1)].long()
        aligned = (distance % measure.unsqueeze(-1) == 0).long() + (distance % 48 == 0).long()
        bias = _look_up(self.distance_bias, bucket + DISTANCES * aligned)
        if self.use_matches:
            bias = bias + _look_up(self.whole_bias, matches[:, 0].long())
            bias = bias + _look_up(self.outer_bias, matches[:, 1].long())
            bias = bias + _look_up(self.outer_bias, matches[:, -1].long() + MATCHES)
        return bias.masked_fill((distance <= 0).unsqueeze(1), -torch.inf)

    def point(self, scores: Tensor, voice_matches: Tensor | None, agreement: Tensor, disagreement: Tensor) -> Tensor:
        """[R, H, T] weights for the next choice of a slice.

        `scores` [R, H, T]; `voice_matches` [R, T] the length of the match of the voice's own past; `agreement` and
        `disagreement` [R, T] the number of written voices with which an earlier slice agrees and disagrees.
        """
        if self.use_matches:
            scores = scores + (
                agreement.unsqueeze(-1) * self.agree - disagreement.unsqueeze(-1) * self.differ
            ).transpose(1, 2)
            if voice_matches is not None:
                scores = scores + _look_up(self.own_bias, voice_matches)
        return self._weights(scores, 1)

    def trust_factors(self, whole: Tensor) -> Tensor:
        """[R, H, T] the factor of each earlier slice for the length of its match with this one, `whole` [R, T]."""
        return 1 + _look_up(self.trust, whole)

    def proposals(self, state: Tensor, weights: Tensor, trust: Tensor, time_shift: bool) -> Tensor:
        """[R, T] what each earlier slice adds to the logit of its own choice."""
        gates = self.gates(state)[:, self.heads :] if time_shift else self.gates(state)[:, : self.heads]
        result: Tensor = (gates.unsqueeze(2) * trust * weights).sum(1)
        return result

    def _weights(self, scores: Tensor, after: int) -> Tensor:
        """Softmax over the last axis with a sink, which takes the weight if nothing is similar."""
        over = scores - self.sink.view(-1, *([1] * after))
        return functional.pad(over, (0, 1)).softmax(-1)[..., :-1]

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.heads, x.shape[2] // self.heads).transpose(1, 2)


def _look_up(table: Tensor, index: Tensor) -> Tensor:
    """[M, H] at [B, ...] as [B, H, ...]; by index_select, whose gradient is the fastest on CPUs."""
    columns = table.t().index_select(1, index.reshape(-1))
    return columns.view(table.shape[1], *index.shape).transpose(0, 1)
