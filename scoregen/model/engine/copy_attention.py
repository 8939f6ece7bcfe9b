"""`CopyAttention` for pieces that grow: keys and values are kept as attention wants them, look-ups are shared.

R rows (a slice of every piece), H heads, T slices so far, d backbone.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scoregen.model.engine.layers import Affine, array, softmax
from scoregen.model.network.alphabet import GRID
from scoregen.model.network.copy_attention import DISTANCES, CopyAttention
from scoregen.model.network.history_features import MATCHES
from scoregen.model.network.inputs import Bools, Floats, Ints

_ROOM = 64
_FARTHEST = 1 << DISTANCES
_NEAR = torch.arange(_FARTHEST).clamp(min=1).float().log2().long().clamp(max=DISTANCES - 1).numpy()
"""By distance in grid steps, its bucket."""


class GrowingPointer:
    """What a `CopyAttention` remembers of R pieces, and where it points in the slice that is being written."""

    def __init__(self, pointer: CopyAttention, rows: int, size: int) -> None:
        heads = pointer.heads
        self._pointer = pointer
        self._query = _columns(pointer.query.weight) / np.float32(math.sqrt(size // heads))
        self._key, self._value = _columns(pointer.key.weight), _columns(pointer.value.weight)
        self._out, self._gates = Affine.of(pointer.out), Affine.of(pointer.gates)
        self._keys: Floats = np.zeros((rows, heads, _ROOM, size // heads), dtype=np.float32)
        self._values: Floats = np.zeros_like(self._keys)
        self._positions: Ints = np.zeros((rows, _ROOM), dtype=np.int64)
        self._biases = _columns(torch.cat([pointer.distance_bias, pointer.whole_bias, pointer.outer_bias]))
        self._own = _columns(pointer.own_bias)
        self._trust = 1 + _columns(pointer.trust)
        self._sink = array(pointer.sink)
        self._agree, self._differ = array(pointer.agree + pointer.differ)[:, None], array(pointer.differ)[:, None]
        self._length = 0
        self._scores: Floats = np.zeros(0, dtype=np.float32)  # [R, H, T + 1], the sink last
        self._trusted: Floats = np.zeros(0, dtype=np.float32)  # [R, H, T]

    def absorb(self, hidden: Floats, values: Floats, positions: Ints) -> None:
        """Take in the first slices of the only piece: contexts [T, d], codes [T, d] and positions [T]."""
        count = len(hidden)
        self._grow(count)
        self._length = count
        self._keys[0, :, :count] = self._split(hidden @ self._key).swapaxes(0, 1)
        self._values[0, :, :count] = self._split(values @ self._value).swapaxes(0, 1)
        self._positions[0, :count] = positions

    def attend(self, hidden: Floats, here: Ints, measure_steps: Ints, matches: Ints) -> Floats:
        """[R, d] what followed in places like this, [R, d] from the backbone; `matches` [R, V + 1, T]."""
        rows, length = len(hidden), self._length
        self._scores = np.empty((rows, self._pointer.heads, length + 1), dtype=np.float32)
        query = self._split(hidden @ self._query)[..., None]
        alike = (self._keys[:, :, :length] @ query)[..., 0]
        np.add(alike, self._bias(here, measure_steps, matches), out=self._scores[:, :, :length])
        self._scores[:, :, length] = self._sink
        self._trusted = self._look_up(self._trust, matches[:, 0])
        weights = softmax(self._scores)[:, :, None, :length]
        return self._out((weights @ self._values[:, :, :length]).reshape(rows, -1))

    def agree(self, same: Bools) -> None:
        """Move to those slices in which a voice did what it does now [R, T]."""
        if self._pointer.use_matches:
            self._scores[:, :, : self._length] += same[:, None] * self._agree - self._differ

    def added(self, state: Floats, own: Ints | None, *, time_shift: bool = False) -> Floats:
        """[R, T] what each earlier slice adds to the logit of what it did.

        `own` [R, T] is how long the voice's own pasts match, None for the time shift.
        """
        scores, heads = self._scores, self._pointer.heads
        if own is not None and self._pointer.use_matches:
            scores = scores.copy()
            scores[:, :, : self._length] += self._look_up(self._own, own)
        weights = softmax(scores)[:, :, : self._length] * self._trusted
        gates = self._gates(state)[:, None]
        gates = gates[..., heads:] if time_shift else gates[..., :heads]
        found: Floats = (gates @ weights)[:, 0]
        return found

    def remember(self, hidden: Floats, value: Floats, here: Ints) -> None:
        """The slice is over: its context [R, d], its code [R, d], its position [R]."""
        self._grow(self._length + 1)
        self._keys[:, :, self._length] = self._split(hidden @ self._key)
        self._values[:, :, self._length] = self._split(value @ self._value)
        self._positions[:, self._length] = here
        self._length += 1

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Go on with these pieces only."""
        self._keys, self._values = self._keys[rows], self._values[rows]
        self._positions = self._positions[rows]

    def _bias(self, here: Ints, measure_steps: Ints, matches: Ints) -> Floats:
        """[R, H, T], as `CopyAttention.bias`."""
        distance = here[:, None] - self._positions[:, : self._length]
        aligned = (distance % measure_steps[:, None] == 0) * 1 + (distance % GRID == 0)
        parts = [_NEAR[np.minimum(distance, _FARTHEST - 1)] + DISTANCES * aligned]
        if self._pointer.use_matches:
            whole = 3 * DISTANCES
            outer = whole + MATCHES
            parts += [matches[:, 0] + whole, matches[:, 1] + outer, matches[:, -1] + outer + MATCHES]
        found: Floats = self._look_up(self._biases, np.stack(parts, 1)).sum(2)
        return found

    def _look_up(self, table: Floats, index: Ints) -> Floats:
        """[H, M] at [R, ...] as [R, H, ...]."""
        return table.take(index, 1).swapaxes(0, 1)

    def _split(self, x: Floats) -> Floats:
        """[R, d] as [R, H, d / H]."""
        return x.reshape(len(x), self._pointer.heads, -1)

    def _grow(self, needed: int) -> None:
        while self._keys.shape[2] < needed:
            self._keys = np.concatenate([self._keys, np.zeros_like(self._keys)], 2)
            self._values = np.concatenate([self._values, np.zeros_like(self._values)], 2)
            self._positions = np.concatenate([self._positions, np.zeros_like(self._positions)], 1)


def _columns(weight: Tensor) -> Floats:
    """Weights [M, H] as [H, M]."""
    return np.ascontiguousarray(array(weight).T)
