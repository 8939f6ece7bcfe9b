"""Distances between sets agree with their definitions, and the intervals contain them."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.evaluation.metrics.distributions import FEATURES, Counts
from scoregen.evaluation.metrics.divergence import distance, jensen_shannon, kullback_leibler, wasserstein

REGISTER, CHORD = FEATURES["register"], FEATURES["chord"]


def row(*values: float) -> np.ndarray:
    return np.array([values], float)


def pieces(seed: int, count: int, shift: int = 0, bins: int = 56) -> Counts:
    """Pieces of 80 notes, each around one pitch."""
    random = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        notes = random.normal(25 + shift + random.normal(0, 2), 5, 80)
        rows.append(np.bincount(np.clip(np.rint(notes), 0, bins - 1).astype(int), minlength=bins))
    return np.stack(rows)


def test_jensen_shannon() -> None:
    assert jensen_shannon(row(1, 1), row(2, 2))[0] == pytest.approx(0)
    assert jensen_shannon(row(1, 0), row(0, 5))[0] == pytest.approx(1)
    assert jensen_shannon(row(1, 0), row(1, 1))[0] == pytest.approx(0.311278, abs=1e-6)


def test_kullback_leibler_is_finite_for_empty_bins() -> None:
    assert kullback_leibler(row(3, 1), row(3, 1))[0] == pytest.approx(0)
    expected = 0.75 * np.log2(0.75 / 0.25) + 0.25 * np.log2(0.25 / 0.75)
    assert kullback_leibler(row(1, 0), row(0, 1))[0] == pytest.approx(expected)


def test_wasserstein_is_the_distance_of_mass() -> None:
    assert wasserstein(row(1, 0, 0), row(0, 0, 1))[0] == pytest.approx(2)
    assert wasserstein(row(1, 1, 0), row(0, 1, 1))[0] == pytest.approx(1)


def test_the_same_kind_of_pieces_is_near_and_another_far() -> None:
    near = distance(REGISTER, pieces(1, 60), pieces(2, 60))
    far = distance(REGISTER, pieces(1, 60, shift=6), pieces(2, 60))
    assert near.wasserstein is not None
    assert far.wasserstein is not None
    assert far.wasserstein.value == pytest.approx(6, abs=1)
    assert far.jensen_shannon.low > near.jensen_shannon.high
    assert far.overlap_area.high < near.overlap_area.low
    assert near.overlap_area.value > 0.9
    assert far.intra_inter.value > near.intra_inter.value


def test_intervals_contain_the_figure_and_narrow_with_more_pieces() -> None:
    few, many = (distance(REGISTER, pieces(1, count), pieces(2, count)) for count in (10, 120))
    for found in (few, many):
        for rate in (found.jensen_shannon, found.kullback_leibler, found.overlap_area, found.intra_inter):
            assert rate.low <= rate.value <= rate.high
    assert many.overlap_area.high - many.overlap_area.low < few.overlap_area.high - few.overlap_area.low


def test_bins_without_an_order_have_no_wasserstein_distance() -> None:
    counts = pieces(1, 5, bins=len(CHORD.bins))
    assert distance(CHORD, counts, counts).wasserstein is None


def test_the_same_seed_gives_the_same_interval() -> None:
    sets = pieces(1, 10), pieces(2, 12)
    assert distance(REGISTER, *sets, seed=3) == distance(REGISTER, *sets, seed=3)
    assert distance(REGISTER, *sets, seed=3) != distance(REGISTER, *sets, seed=4)
