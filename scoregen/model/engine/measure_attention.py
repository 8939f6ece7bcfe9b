"""`MeasureAttention` for pieces that grow: a measure is put away once, when the next one begins.

R rows (a slice of every piece, which may stand in different measures), M measures so far, H heads, d backbone.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scoregen.model.engine.layers import array
from scoregen.model.network.inputs import Floats, Ints
from scoregen.model.network.measure_attention import MeasureAttention

_ROOM = 16


class GrowingMeasures:
    """What a `MeasureAttention` remembers of R pieces. Every measure has a slice."""

    def __init__(self, attention: MeasureAttention, rows: int, size: int) -> None:
        self._attention = attention
        self._keys = torch.zeros(rows, attention.heads, _ROOM, size // attention.heads)
        self._values = torch.zeros_like(self._keys)
        self._measure = torch.zeros(rows, dtype=torch.long)
        self._led = torch.zeros(rows, size)
        self._sum, self._count = torch.zeros(rows, size), torch.zeros(rows, 1)

    def arrive(self, measure: Ints) -> None:
        """The next slices stand in these measures [R]; those before are over."""
        while (over := torch.from_numpy(measure) > self._measure).any():
            self._put_away(over.nonzero()[:, 0])

    def attend(self, here: Floats) -> Floats:
        """[R, d] what alike measures held, and what led to this one; [R, d] from the backbone."""
        hidden = torch.from_numpy(here)
        attention, count = self._attention, int(self._measure.max())
        query = attention.split(attention.query(hidden).unsqueeze(1))
        distance = (self._measure.unsqueeze(1) - torch.arange(count)).unsqueeze(1)
        scores = query @ self._keys[:, :, :count].transpose(-1, -2) / math.sqrt(query.shape[-1])
        scores = (scores + attention.bias(distance)).masked_fill((distance <= 0).unsqueeze(1), -torch.inf)
        mixed = (attention.weights(scores) @ self._values[:, :, :count]).flatten(1)
        return array(attention.out(mixed) + attention.here(self._led))

    def remember(self, codes: Floats) -> None:
        """The slice is over: its code [R, d]."""
        self._sum, self._count = self._sum + torch.from_numpy(codes), self._count + 1

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Go on with these pieces only."""
        chosen = torch.from_numpy(rows)
        self._keys, self._values, self._measure = self._keys[chosen], self._values[chosen], self._measure[chosen]
        self._led, self._sum, self._count = self._led[chosen], self._sum[chosen], self._count[chosen]

    def _put_away(self, rows: Tensor) -> None:
        attention = self._attention
        at, led = self._measure[rows], self._led[rows]
        while self._keys.shape[2] <= int(at.max()):
            self._keys = torch.cat([self._keys, torch.zeros_like(self._keys)], 2)
            self._values = torch.cat([self._values, torch.zeros_like(self._values)], 2)
        contents = self._sum[rows] / self._count[rows].clamp(min=1)
        self._keys[rows, :, at] = attention.split(attention.key(led).unsqueeze(1))[:, :, 0]
        self._values[rows, :, at] = attention.split(attention.value(contents).unsqueeze(1))[:, :, 0]
        self._led[rows] = attention.rnn(contents.unsqueeze(1), led.unsqueeze(0))[0][:, 0]
        self._sum[rows], self._count[rows], self._measure[rows] = 0.0, 0.0, at + 1
