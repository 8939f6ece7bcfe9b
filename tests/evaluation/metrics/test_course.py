"""The return of a theme, the travel of keys, and the climax."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.evaluation.metrics.course import climax_place, figures, key_distance, theme_return
from scoregen.evaluation.metrics.frames import Frames, frames_from_lists
from scoregen.evaluation.metrics.pieces import EvaluatedPiece

SCALE = (0, 2, 4, 5, 7, 9, 11, 12)
FIRST = (0, 4, 7, 4, 5, 9, 7, 0)
OTHER = (2, 2, 5, 5, 11, 11, 2, 2)


def tune(steps: tuple[int, ...], tonic: int = 60) -> list[list[int]]:
    """A quarter for each step, as frames of one voice."""
    return [[tonic + step] for step in steps for _ in range(4)]


def test_a_theme_comes_back_in_another_key() -> None:
    again = frames_from_lists([*tune(FIRST), *tune(OTHER), *tune(FIRST, 67)])
    never = frames_from_lists([*tune(FIRST), *tune(OTHER), *tune((1, 1, 1, 1, 1, 1, 1, 1))])
    assert theme_return(again) == pytest.approx(1)
    assert theme_return(never) < 0.7
    assert np.isnan(theme_return(frames_from_lists(tune(FIRST))))


def chords(*tonics: int) -> Frames:
    """A scale over the triad of each tonic, for sixteen quarters each."""
    rows = [
        [tonic + step, tonic + chord] for tonic in tonics for step in (*SCALE, *SCALE[::-1]) for chord in (0, 7, 4, 0)
    ]
    return frames_from_lists(rows)


def test_keys_that_travel() -> None:
    assert key_distance(chords(48, 48)) == 0
    assert key_distance(chords(48, 55)) == 1
    assert key_distance(chords(48, 55, 48)) == 2
    assert key_distance(chords(48, 54)) >= 5


def test_the_climax_is_where_it_is_high_and_moves() -> None:
    calm = [[60]] * 64
    high = [[78 + index % 2] for index in range(32)]
    assert climax_place(frames_from_lists([*calm, *calm, *high, *calm])) == pytest.approx(144 / 223, abs=0.06)
    assert climax_place(frames_from_lists([*high, *calm, *calm])) < 0.2
    assert np.isnan(climax_place(frames_from_lists([[-1]] * 64)))


def test_figures_of_a_set() -> None:
    long = frames_from_lists([*tune(FIRST), *tune(OTHER), *tune(FIRST)])
    short = frames_from_lists(tune(OTHER))
    found = figures([EvaluatedPiece("a", long, (0,), (), 0), EvaluatedPiece("b", short, (0,), (), 0)])
    assert found["theme_return"].value == pytest.approx(1)
    assert 0 <= found["climax_place_percent"].value <= 100
