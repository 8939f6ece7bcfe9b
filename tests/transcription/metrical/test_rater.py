"""Raters of barrings: their mean, and their file form."""

from __future__ import annotations

import numpy as np

from scoregen.transcription.metrical.rater import Rater, mean_of, rater_of, tensors_of


def rater(seed: int, units: int) -> Rater:
    generator = np.random.default_rng(seed)
    return Rater(*(generator.normal(size=size) for size in (5, (5, units), units, units)))


def test_the_mean_of_raters_gives_the_mean_of_their_ratings() -> None:
    rows, own = np.random.default_rng(9).normal(size=(7, 5)), [rater(1, 3), rater(2, 4)]
    wanted = (own[0].ratings(rows) + own[1].ratings(rows)) / 2
    assert np.allclose(mean_of(own).ratings(rows), wanted)


def test_a_rater_comes_back_from_its_tensors() -> None:
    rows, own = np.random.default_rng(9).normal(size=(7, 5)), rater(3, 2)
    tensors = {name: value.astype(np.float64) for name, value in tensors_of(own, "cues").items()}
    assert np.allclose(rater_of(tensors, "cues").ratings(rows), own.ratings(rows), atol=1e-5)
