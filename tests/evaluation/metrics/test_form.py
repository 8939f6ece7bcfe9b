"""Repeated measures, self-similarity and phrase lengths."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.evaluation.metrics.form import (
    LAGS,
    figures,
    mean_curve,
    phrase_lengths,
    repeated_measures,
    self_similarity,
)
from scoregen.evaluation.metrics.frames import frames_from_lists
from scoregen.evaluation.metrics.pieces import EvaluatedPiece


def piece(measures: str, ends: tuple[int, ...] = ()) -> EvaluatedPiece:
    """One measure of four quarters for each letter; each letter has its own four pitches."""
    pitches = [4 * (ord(letter) - ord("a")) + beat for letter in measures for beat in range(4)]
    rows = [[60 + pitch % 12, 48 + pitch % 12] for pitch in pitches for _ in range(4)]
    return EvaluatedPiece(measures, frames_from_lists(rows), tuple(range(0, len(rows), 16)), ends, 0)


def test_repeated_measures() -> None:
    assert repeated_measures(piece("abab")) == (2, 3)
    assert repeated_measures(piece("abc")) == (0, 2)
    assert repeated_measures(piece("a")) == (0, 0)


def test_self_similarity_shows_the_distance_of_a_repeat() -> None:
    curve = self_similarity(piece("abcabc").frames)
    assert len(curve) == LAGS
    assert curve[11] == pytest.approx(1)
    assert curve[0] == pytest.approx(0)
    assert np.isnan(curve[23])


def test_silence_has_no_self_similarity() -> None:
    assert np.isnan(self_similarity(frames_from_lists([[-1, -1]] * 32))).all()


def test_phrases_are_measured_from_end_to_end() -> None:
    assert phrase_lengths(piece("abcd", (28, 60))) == [7, 8]
    assert phrase_lengths(piece("ab")) == []


def test_figures_and_curves_of_a_set() -> None:
    found = figures([piece("abab", (28, 60)), piece("abc", (44,))])
    assert found["measures"].value == 3.5
    assert found["phrase_quarters"].value == pytest.approx(26 / 3)
    assert found["repeated_measures_percent"].value == pytest.approx(40)
    assert "self_similarity_16" not in figures([piece("ab")])
    curve = mean_curve([piece("abcabc"), piece("ab")])
    assert curve[11] == pytest.approx(1)
    assert curve[-1] == 0
