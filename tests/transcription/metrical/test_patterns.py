"""What returns in a line, and the harmony that it implies."""

from __future__ import annotations

import numpy as np

from scoregen.transcription.metrical.patterns import (
    Harmony,
    Lags,
    after_measures,
    returns_of,
)

PHRASE = (60, 62, 64, 65, 67, 64)
STEPS = (1, 0.5, 0.5, 1, 0.5, 0.5)


def twice(shift: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A measure of four quarters that comes again, transposed, and a close."""
    pitches = np.array([*PHRASE, *(pitch + shift for pitch in PHRASE), 60])
    return np.concatenate([[0.0], np.cumsum(STEPS * 2)]), pitches


def test_a_passage_that_returns_is_found_in_any_key() -> None:
    for shift, size in ((0, 7.0), (5, 6.0)):
        found = returns_of(*twice(shift))
        assert found.lags.tolist() == [4.0]
        assert found.sizes.tolist() == [size]
        assert np.flatnonzero(found.starts).tolist() == [0, 6]


def test_nothing_returns_in_a_line_without_patterns() -> None:
    onsets = np.cumsum([0, 1, 0.5, 2, 0.25, 3, 0.75, 1.5])
    found = returns_of(onsets, np.array([60, 61, 65, 62, 70, 64, 59, 72]))
    assert len(found.lags) == 0
    assert after_measures(found, 4.0) == [0.0] * 5


def test_what_returns_suits_measures_of_its_distance_and_no_longer_ones() -> None:
    found = returns_of(*twice())
    assert after_measures(found, 4.0) == [1.0, 1.0, 1.0, 0.0, 0.0]
    assert after_measures(found, 3.0) == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert after_measures(found, 8.0) == [1.0, 1.0, 0.0, 0.0, 0.0]


def test_notes_and_steps_are_looked_for_whole_measures_on() -> None:
    onsets, pitches = twice(5)
    lags = Lags(onsets, pitches)
    _, _, again, pitch_again, *_ = lags.notes(4.0)
    assert (again, pitch_again) == (7 / 8, 0.0)
    ((same, same_moves, *_, downbeats),) = lags.steps(4.0, (onsets % 4 < 0.01)[None])
    assert (same, same_moves, downbeats) == (6 / 8, 5 / 8, 0.5)


def test_measures_of_one_chord_each_suit_their_harmony_best() -> None:
    chords = ((60, 64, 67, 64), (65, 69, 72, 69), (67, 71, 74, 71), (60, 64, 67, 64))
    pitches = np.array([pitch for chord in chords for pitch in chord])
    harmony = Harmony(np.arange(16.0), pitches)
    own, above_best, above_mean, above_longer = harmony.of_measures(0.0, 4.0)
    assert own == 1.0
    assert above_best > 0
    assert above_mean >= above_best
    assert above_longer < 0
    assert harmony.of_measures(2.0, 4.0)[1] < 0
    assert harmony.fit(-4.0, 4.0) == harmony.fit(0.0, 4.0)
