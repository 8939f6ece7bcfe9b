"""The cache keeps the last window of slices, each at its place in the rings."""

from __future__ import annotations

import numpy as np

from scoregen.model.engine.slice_cache import CACHE_BLOCK, SliceCache
from scoregen.model.engine.torch_engine import TorchEngine
from scoregen.model.features.alphabet import NO_CHOICE
from scoregen.model.features.conditioning import NEVER, WINDOW
from scoregen.model.features.inputs import Ints
from scoregen.model.network.config import NetworkConfig
from tests.model.pieces import sensitive_network

END = 999


def cache(rows: int = 2, voices: int = 3) -> SliceCache:
    small = NetworkConfig(embedding=16, context=16, backbone=32, in_slice=32, heads=2)
    return SliceCache(TorchEngine(sensitive_network(small)), rows, voices, END)


def choices(number: int) -> Ints:
    """[R, V, K] two choices of the first voice, one of the others."""
    return np.array([[[number, number + 1], [7, NO_CHOICE], [8, NO_CHOICE]]] * 2)


def test_a_ring_holds_the_last_slices_and_no_more() -> None:
    made, count = cache(), WINDOW + 40
    for number in range(count):
        made.grow(number + 1, 2)
        made.close(number, np.full(2, 10 * number), choices(number), np.full(2, number % 5))
    assert made.capacity == WINDOW
    assert sorted(made.positions[0].tolist()) == [10 * number for number in range(40, count)]
    assert made.positions[0, (count - 1) % WINDOW] == 10 * (count - 1)
    assert made.positions[0, 40] == 400, "the oldest slice of the window is next to be replaced"


def test_places_without_a_slice_are_never_attended_to() -> None:
    made = cache()
    made.grow(3, 2)
    made.close(0, np.zeros(2, dtype=np.int64), choices(0), np.zeros(2, dtype=np.int64))
    assert made.capacity == CACHE_BLOCK
    assert (made.positions[:, 1:] == NEVER).all()


def test_the_past_choices_of_a_turn() -> None:
    made = cache()
    made.grow(2, 2)
    for number in range(2):
        made.close(number, np.full(2, number), choices(number), np.full(2, -1))
    first, second = made.past_choices(np.array([0, 1]), np.array([1, 1]))
    assert first[:3].tolist() == [1, 2, END]
    assert second[:2].tolist() == [END, END], "a single note has no second choice"
    assert (made.past_choices(np.array([0, 1]), np.array([5, 5])) == END).all()
    assert (made.time_shifts >= 0).all()


def test_kept_rows_are_copies() -> None:
    made = cache()
    made.grow(2, 2)
    made.close(0, np.array([3, 4]), choices(0), np.zeros(2, dtype=np.int64))
    kept = made.kept(np.array([1, 1, 0]))
    kept.close(1, np.array([5, 6, 7]), np.concatenate([choices(1), choices(1)[:1]]), np.zeros(3, dtype=np.int64))
    assert kept.positions[:, :2].tolist() == [[4, 5], [4, 6], [3, 7]]
    assert made.positions[:, 1].tolist() == [NEVER, NEVER]
