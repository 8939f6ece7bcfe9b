"""The classifier distinguishes different sets, and only these."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.evaluation.metrics import two_sample
from scoregen.evaluation.metrics.frames import Frames, frames_from_lists
from scoregen.evaluation.metrics.two_sample import (
    CROP_FRAMES,
    area_under_curve,
    feature_names,
    features,
    random_crop,
    separation,
)


def walk(seed: int, widest: int, frames: int = 160) -> Frames:
    """Four voices in a random walk of at most `widest` semitones per quarter."""
    steps = np.random.default_rng(seed).integers(-widest, widest + 1, (frames // 4, 4))
    lines = np.array([72, 67, 60, 48]) + np.clip(steps.cumsum(axis=0), -12, 12)
    return np.repeat(lines, 4, axis=0).astype(np.int16)


def test_there_are_215_features_and_shares_sum_to_one() -> None:
    found = features(walk(0, 2)[:CROP_FRAMES])
    assert found.shape == (215,)
    assert found[:25].sum() == pytest.approx(1)
    assert found[136:148].sum() == pytest.approx(1)
    assert not features(frames_from_lists([[-1] * 4] * CROP_FRAMES))[:-1].any()


@pytest.mark.parametrize("voices", [["melody", "bass"], ["soprano", "alto", "tenor", "bass"]])
def test_every_feature_has_a_name(voices: list[str]) -> None:
    piece = np.tile(np.arange(72, 72 - 5 * len(voices), -5, dtype=np.int16), (CROP_FRAMES, 1))
    found = dict(zip(feature_names(voices), features(piece), strict=True))
    assert found[f"{voices[0]} frames others"] == 1
    assert found[f"{voices[-2]} over {voices[-1]} 5"] == 1


def test_crops_begin_on_quarters() -> None:
    piece = frames_from_lists([[frame] * 4 for frame in range(CROP_FRAMES + 9)])
    starts = {int(random_crop(piece, np.random.default_rng(seed))[0, 0]) for seed in range(40)}
    assert starts == {0, 4, 8}


def test_different_sets_are_distinguished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_sample, "TREES", 40)
    calm, wild = [walk(seed, 2) for seed in range(20)], [walk(seed, 9) for seed in range(20, 44)]
    result = separation(calm, wild, draws=2)
    assert result is not None
    assert (result.auc > 0.95, result.pieces) == (True, 20)
    assert result.low <= result.auc <= result.high
    assert result == separation(calm, wild, draws=2)
    alike = separation(calm, [walk(seed, 2) for seed in range(50, 70)], draws=2)
    assert alike is not None
    assert 0.2 < alike.auc < 0.8


def test_too_few_long_pieces_give_no_figure() -> None:
    assert separation([walk(seed, 2, 100) for seed in range(9)], [walk(seed, 2) for seed in range(9)]) is None


def test_the_area_counts_pairs_and_half_of_ties() -> None:
    assert area_under_curve(np.array([0.9, 0.5]), np.array([0.1, 0.5])) == 0.875
    assert area_under_curve(np.array([0.1]), np.array([0.2])) == 0
