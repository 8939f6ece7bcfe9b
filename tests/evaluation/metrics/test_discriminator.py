"""The log odds of a passage tell which side it resembles, and how strongly."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.evaluation.metrics.discriminator import Discriminator, crops, fit
from scoregen.evaluation.metrics.frames import Frames
from scoregen.evaluation.metrics.two_sample import CROP_FRAMES
from tests.evaluation.metrics.test_two_sample import walk


def side(widest: int, first: int) -> list[Frames]:
    return [walk(first + seed, widest) for seed in range(40)]


@pytest.fixture(scope="module")
def discriminator() -> Discriminator:
    found = fit(side(2, 0), side(4, 100))
    assert found is not None
    return found


def test_held_out_passages_are_classified(discriminator: Discriminator) -> None:
    near = [discriminator.log_odds(piece) for piece in side(2, 200)]
    far = [discriminator.log_odds(piece) for piece in side(4, 300)]
    assert np.mean([odds > 0 for odds in near]) > 0.9
    assert np.mean([odds < 0 for odds in far]) > 0.9


def test_both_sides_have_the_same_total_weight() -> None:
    few, many = fit(side(2, 0)[:10], side(4, 100)), fit(side(2, 0)[:10] * 5, side(4, 100))
    assert few and many
    assert many.weights == pytest.approx(few.weights)


def test_equal_sides_cannot_be_distinguished() -> None:
    same = fit(side(3, 0), side(3, 0))
    assert same is not None
    assert abs(same.log_odds(walk(500, 3))) < 1e-6


def test_the_end_of_a_passage_counts_and_a_short_one_counts_less(discriminator: Discriminator) -> None:
    piece = walk(7, 2)
    assert discriminator.log_odds(piece) == discriminator.log_odds(piece[-CROP_FRAMES:])
    still = np.tile(piece[:1], (CROP_FRAMES, 1))
    assert discriminator.log_odds(still[: CROP_FRAMES // 4]) == pytest.approx(
        discriminator.log_odds(still) / 4, rel=0.2
    )


def test_a_side_of_short_pieces_gives_no_classifier() -> None:
    assert crops(walk(0, 2)[: CROP_FRAMES - 1]) == []
    assert fit([walk(0, 2)[:64]], side(4, 0)) is None
