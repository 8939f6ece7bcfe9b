"""Closed phrases, and pieces that end on the tonic."""

from __future__ import annotations

import pytest

from scoregen.evaluation.metrics.cadences import closes, is_closed, is_home, rates
from scoregen.evaluation.metrics.frames import Frames, frames_from_lists

DOMINANT, TONIC, TONIC_FIRST_INVERSION = (74, 67, 59, 55), (72, 67, 64, 48), (72, 67, 60, 52)


def quarters(*moments: tuple[int, ...]) -> Frames:
    return frames_from_lists([list(moment) for moment in moments for _ in range(4)])


@pytest.mark.parametrize(
    ("last", "is_one"),
    [
        (TONIC, True),
        ((72, 67, 63, 48), True),  # minor
        ((72, 72, 64, 48), True),  # without a fifth
        ((72, 67, 67, 48), False),  # without a third
        (TONIC_FIRST_INVERSION, False),
        ((74, 67, 64, 48), False),
        ((72, 67, -1, 48), False),
    ],
)
def test_a_phrase_closes_on_a_triad_in_root_position(last: tuple[int, ...], is_one: bool) -> None:
    assert is_closed(quarters(DOMINANT, last), 4) is is_one


def test_the_outer_voices_stay_for_a_beat() -> None:
    beat = [[72, 67, 65, 48], [72, 67, 64, 48]]
    assert not is_closed(frames_from_lists([*beat, *beat]), 0)
    assert is_closed(frames_from_lists([beat[1], beat[1], [72, 67, 62, 48], [72, 67, 62, 48]]), 0)
    assert not is_closed(frames_from_lists([beat[1], beat[1], [74, 67, 64, 48], [74, 67, 64, 48]]), 0)


def test_counts_and_rates() -> None:
    frames = quarters(DOMINANT, TONIC, TONIC_FIRST_INVERSION, DOMINANT, TONIC)
    found = closes(frames, (4, 8, 12, 16), (0,))
    assert (found.ends, found.closed, found.authentic, found.is_home) == (4, 3, 2, True)
    percents = {name: rate.value for name, rate in rates([found, closes(frames, (), (7,))]).items()}
    assert percents == {"closed_percent": 75, "authentic_percent": 50, "home_percent": 50}


def test_home_is_a_triad_on_the_tonic() -> None:
    assert is_home(quarters(TONIC, (-1, -1, -1, -1)), (0,))
    assert is_home(quarters((72, 67, 67, 48)), (0,))
    assert not is_home(quarters(DOMINANT), (0,))
    assert not is_home(quarters(TONIC_FIRST_INVERSION), (0,))
    assert not is_home(quarters((-1, -1, -1, -1)), (0,))
