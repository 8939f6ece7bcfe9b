"""What is kept of the earlier slices of the pieces that are written: the last WINDOW of them, in rings.

Slice s has the place s modulo WINDOW. A slice that is WINDOW slices back is replaced only when the new one is closed,
so that the new one can still attend to it.

R rows, V voices, C slices of capacity, K choices of an event, H heads.
"""

from __future__ import annotations

from copy import copy

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.protocol import Array, Engine
from scoregen.model.features.alphabet import NO_CHOICE
from scoregen.model.features.conditioning import NEVER, WINDOW
from scoregen.model.features.inputs import Ints

CACHE_BLOCK = 32
"""Slices by which the rings grow."""


class SliceCache:
    """Keys and values [R, H, C, h], positions [R, C], choices [R, V, K, C] and time shifts [R, C] of earlier slices.

    `end` is the id of no choice, which is never proposed.
    """

    def __init__(self, engine: Engine, rows: int, voices: int, end: int) -> None:
        heads, width = engine.config.heads, engine.config.backbone // engine.config.heads
        self._engine, self._end = engine, end
        self.keys = engine.zeros(rows, heads, CACHE_BLOCK, width)
        self.values = engine.zeros(rows, heads, CACHE_BLOCK, width)
        self.positions: Ints = np.full((rows, CACHE_BLOCK), NEVER)
        self.choices: Ints = np.full((rows, voices, 1, CACHE_BLOCK), end)
        self.time_shifts: Ints = np.zeros((rows, CACHE_BLOCK), dtype=np.int64)

    @property
    def capacity(self) -> int:
        """C."""
        return int(self.positions.shape[1])

    @property
    def most_choices(self) -> int:
        """K."""
        return int(self.choices.shape[2])

    def put_keys(self, numbers: Ints, keys: Array) -> None:
        """Keep the keys [R, H, S, h] of slices of some numbers [S]."""
        self.keys[:, :, numbers % WINDOW] = keys

    def put_values(self, numbers: Ints, values: Array) -> None:
        """Keep the values [R, H, S, h] of slices of some numbers [S]."""
        self.values[:, :, numbers % WINDOW] = values

    def close(self, number: int, position: Ints, choices: Ints, time_shifts: Ints) -> None:
        """Keep a slice: its position [R], its choices [R, V, K] and the time shift after it [R]."""
        at = number % WINDOW
        self.positions[:, at] = position
        self.choices[:, :, : choices.shape[2], at] = proposed(choices, self._end)
        self.time_shifts[:, at] = np.maximum(time_shifts, 0)

    def close_first(self, position: Ints, choices: Ints, time_shifts: Ints) -> None:
        """Keep the first slices of the only piece, by slice."""
        kept = np.arange(max(0, len(choices) - WINDOW), len(choices))
        at = kept % WINDOW
        self.positions[0, at] = position[kept]
        self.choices[0, :, : choices.shape[2], at] = proposed(choices[kept], self._end)
        self.time_shifts[0, at] = np.maximum(time_shifts[kept], 0)

    def past_choices(self, voice: Ints, index: Ints) -> Ints:
        """[R, C] the choice of the same voice [R] and number [R] in each earlier slice."""
        chosen = self.choices[np.arange(len(voice)), voice, np.minimum(index, self.most_choices - 1)]
        chosen[index >= self.most_choices] = self._end
        return chosen

    def grow(self, slices: int, choices: int) -> None:
        """Make room for this number of slices, up to a window, and of choices of an event."""
        if choices > self.most_choices:
            more = ((0, 0), (0, 0), (0, choices - self.most_choices), (0, 0))
            self.choices = np.pad(self.choices, more, constant_values=self._end)
        wanted = min(slices, WINDOW)
        if wanted <= self.capacity:
            return
        wider = -(-wanted // CACHE_BLOCK) * CACHE_BLOCK
        room = (0, wider - self.capacity)
        self.keys, self.values = self._widen(self.keys, wider), self._widen(self.values, wider)
        self.positions = np.pad(self.positions, ((0, 0), room), constant_values=NEVER)
        self.choices = np.pad(self.choices, ((0, 0), (0, 0), (0, 0), room), constant_values=self._end)
        self.time_shifts = np.pad(self.time_shifts, ((0, 0), room))

    def kept(self, rows: NDArray[np.intp]) -> SliceCache:
        """The cache of these pieces alone; one that is listed several times is duplicated."""
        one = copy(self)
        for name in ("keys", "values", "positions", "choices", "time_shifts"):
            setattr(one, name, getattr(self, name)[rows])
        return one

    def _widen(self, ring: Array, capacity: int) -> Array:
        rows, heads, length, width = ring.shape
        wider = self._engine.zeros(rows, heads, capacity, width)
        wider[:, :, :length] = ring
        return wider


def proposed(choices: Ints, end: int) -> Ints:
    """The ids under which choices are proposed again; those of absent voices and after the last one never are."""
    return np.where(choices == NO_CHOICE, end, np.minimum(choices, end))
