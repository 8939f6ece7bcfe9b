"""`Pointer` for pieces that grow: keys and values are kept as attention wants them, look-ups are shared.

R rows (a slice of every piece), H heads, T slices so far, d backbone.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scoregen.model.features import Ints
from scoregen.model.lexicon import GRID
from scoregen.model.memory import MATCHES
from scoregen.model.pointer import DISTANCES, Pointer

_ROOM = 64
_FARTHEST = 1 << DISTANCES
_NEAR = torch.arange(_FARTHEST).clamp(min=1).float().log2().long().clamp(max=DISTANCES - 1).numpy()
"""By distance in grid steps, its bucket."""


class GrowingPointer:
    """What a `Pointer` remembers of R pieces, and where it points in the slice that is being written."""

    def __init__(self, pointer: Pointer, rows: int, size: int) -> None:
        heads = pointer.heads
        self._pointer = pointer
        self._keys = torch.zeros(rows, heads, _ROOM, size // heads)
        self._values = torch.zeros(rows, heads, _ROOM, size // heads)
        self._positions: Ints = np.zeros((rows, _ROOM), dtype=np.int64)
        self._biases = torch.cat([pointer.distance_bias, pointer.whole_bias, pointer.outer_bias]).T.contiguous()
        self._own = pointer.own_bias.T.contiguous()
        self._trust = 1 + pointer.trust.T
        self._agree, self._differ = (pointer.agree + pointer.differ)[:, None], pointer.differ[:, None]
        self._length = 0
        self._scores = torch.zeros(0)  # [R, H, T + 1], the sink last
        self._trusted = torch.zeros(0)  # [R, H, T]

    def absorb(self, keys: Tensor, values: Tensor, positions: Ints) -> None:
        """Take in the first slices of the only piece: [T, d], [T, d] and [T]."""
        self._grow(len(keys))
        self._length = len(keys)
        self._keys[0, :, : len(keys)] = self._split(keys).transpose(0, 1)
        self._values[0, :, : len(keys)] = self._split(values).transpose(0, 1)
        self._positions[0, : len(keys)] = positions

    def attend(self, hidden: Tensor, here: Ints, measure_steps: Ints, matches: Ints) -> Tensor:
        """[R, d] what followed in places like this, [R, d] from the backbone; `matches` [R, V + 1, T]."""
        rows, length, pointer = len(hidden), self._length, self._pointer
        query = self._split(pointer.query(hidden)).unsqueeze(3) / math.sqrt(self._keys.shape[3])
        scores = (self._keys[:, :, :length] @ query).squeeze(3) + self._bias(here, measure_steps, matches)
        self._scores = torch.cat([scores, pointer.sink[:, None].expand(rows, -1, 1)], 2)
        self._trusted = self._look_up(self._trust, matches[:, 0])
        weights = self._scores.softmax(2)[:, :, None, :length]
        attended: Tensor = pointer.out((weights @ self._values[:, :, :length]).flatten(1))
        return attended

    def agree(self, same: Tensor) -> None:
        """Move to those slices in which a voice did what it does now, [R, T] 1 or 0."""
        if self._pointer.use_matches:
            self._scores[:, :, : self._length] += same.unsqueeze(1) * self._agree - self._differ

    def added(self, state: Tensor, own: Ints | None, *, advance: bool = False) -> Tensor:
        """[R, T] what each earlier slice adds to the logit of what it did.

        `own` [R, T] is how long the voice's own pasts match, None for the advance.
        """
        scores = self._scores
        if own is not None and self._pointer.use_matches:
            scores = scores.clone()
            scores[:, :, : self._length] += self._look_up(self._own, own)
        weights = scores.softmax(2)[:, :, : self._length] * self._trusted
        heads = self._pointer.heads
        gates = self._pointer.gates(state)
        gates = gates[:, heads:] if advance else gates[:, :heads]
        return torch.bmm(gates.unsqueeze(1), weights).squeeze(1)

    def remember(self, hidden: Tensor, value: Tensor, here: Ints) -> None:
        """The slice is over: its context [R, d], its code [R, d], its position [R]."""
        self._grow(self._length + 1)
        self._keys[:, :, self._length] = self._split(self._pointer.key(hidden))
        self._values[:, :, self._length] = self._split(self._pointer.value(value))
        self._positions[:, self._length] = here
        self._length += 1

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Go on with these pieces only."""
        chosen = torch.from_numpy(rows)
        self._keys, self._values = self._keys[chosen], self._values[chosen]
        self._positions = self._positions[rows]

    def _bias(self, here: Ints, measure_steps: Ints, matches: Ints) -> Tensor:
        """[R, H, T], as `Pointer.bias`."""
        distance = here[:, None] - self._positions[:, : self._length]
        aligned = (distance % measure_steps[:, None] == 0) * 1 + (distance % GRID == 0)
        parts = [_NEAR[np.minimum(distance, _FARTHEST - 1)] + DISTANCES * aligned]
        if self._pointer.use_matches:
            whole = 3 * DISTANCES
            outer = whole + MATCHES
            parts += [matches[:, 0] + whole, matches[:, 1] + outer, matches[:, -1] + outer + MATCHES]
        return self._look_up(self._biases, np.stack(parts, 1)).sum(2)

    def _look_up(self, table: Tensor, index: Ints) -> Tensor:
        """[H, M] at [R, ...] as [R, H, ...]."""
        found = table.index_select(1, torch.from_numpy(index.reshape(-1)))
        return found.view(len(table), *index.shape).transpose(0, 1)

    def _split(self, x: Tensor) -> Tensor:
        """[R, d] as [R, H, d / H]."""
        return x.view(len(x), self._pointer.heads, -1)

    def _grow(self, needed: int) -> None:
        while self._keys.shape[2] < needed:
            self._keys = torch.cat([self._keys, torch.zeros_like(self._keys)], 2)
            self._values = torch.cat([self._values, torch.zeros_like(self._values)], 2)
            self._positions = np.concatenate([self._positions, np.zeros_like(self._positions)], 1)
