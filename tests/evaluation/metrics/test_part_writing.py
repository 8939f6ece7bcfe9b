"""The counts and rates of small pieces, compared with counts by hand."""

from __future__ import annotations

import math

import pytest

from scoregen.evaluation.metrics.bootstrap import mean, pooled
from scoregen.evaluation.metrics.frames import Frames, frames_from_lists
from scoregen.evaluation.metrics.part_writing import count, is_chord, protocol_parallels, rates


def quarters(*moments: tuple[int, ...]) -> Frames:
    """One quarter for each moment, with one pitch for each voice."""
    return frames_from_lists([list(moment) for moment in moments for _ in range(4)])


@pytest.mark.parametrize(
    ("moments", "fifths", "octaves"),
    [
        (((67, 60), (69, 62)), 1, 0),
        (((79, 60), (81, 62)), 1, 0),  # twelfths
        (((67, 60), (81, 62)), 0, 0),  # a fifth becomes a twelfth
        (((60, 67), (67, 60)), 0, 0),  # two voices exchange their pitches
        (((67, 60), (67, 60)), 0, 0),
        (((67, 60), (69, 65)), 0, 0),
        (((72, 60), (74, 62)), 0, 1),
        (((60, 60), (62, 62)), 0, 1),
        (((72, 60), (67, 67)), 0, 1),  # an octave becomes a unison
        (((72, 60), (72, 48)), 0, 0),  # one voice stays
        (((67, 60), (-1, -1), (69, 62)), 0, 0),
        (((72, 67, 60), (74, 69, 62)), 1, 1),
    ],
)
def test_parallels(moments: tuple[tuple[int, ...], ...], fifths: int, octaves: int) -> None:
    assert protocol_parallels(quarters(*moments)) == (fifths, octaves)


def test_crossing_spacing_and_leaps() -> None:
    found = count(quarters((72, 67, 60, 48), (84, 67, 69, 48), (-1, 64, 60, 40), (84, 60, 60, 48)))
    assert (found.frames, found.changes) == (16, 3)
    assert found.crossed == 4  # alto below tenor in the second quarter
    assert found.wide == 4 + 4  # soprano and alto in the second and fourth; tenor and bass may
    assert (found.leaps, found.moves) == (1 + 0 + 2 + 2, 1 + 2 + 2 + 2)  # from soprano to bass


def test_chords() -> None:
    assert is_chord(frozenset({7, 11, 2, 5}))  # a dominant seventh
    assert is_chord(frozenset({0, 4}))
    assert not is_chord(frozenset({0, 4, 8}))  # augmented
    assert not is_chord(frozenset({0, 2, 4}))
    found = count(quarters((72, 67, 64, 48), (74, 72, 64, 48), (-1, -1, -1, -1)))
    assert (found.chord_beats, found.beats) == (1, 2)


def test_rates_are_pooled_and_clean_pieces_counted() -> None:
    clean = count(quarters((72, 67, 64, 48), (72, 69, 65, 53)))
    faulty = count(quarters((72, 67, 64, 60), (74, 69, 65, 62), (74, 69, 65, 62), (72, 67, 64, 60)))
    found = rates([clean, faulty])
    assert found["clean_percent"].value == 50
    assert found["fifths_per_100"].value == pytest.approx(100 * 2 * 1 / 3)
    assert found["octaves_per_100"].value == pytest.approx(100 * 2 / 3)
    assert found["changes_per_16"].value == pytest.approx(16 * 3 / 24)


def test_intervals_contain_the_rate_and_are_seeded() -> None:
    rate = pooled([0, 1, 2, 3], [10, 10, 10, 10], 100)
    assert rate.value == pytest.approx(15)
    assert rate.low < 15 < rate.high
    assert rate == pooled([0, 1, 2, 3], [10, 10, 10, 10], 100)
    assert rate != pooled([0, 1, 2, 3], [10, 10, 10, 10], 100, seed=1)
    assert math.isnan(pooled([0], [0]).value)
    assert mean([1.0, 1.0]).low == mean([1.0, 1.0]).high == 1
