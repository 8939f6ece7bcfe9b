"""What the user says of how the music is counted."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.score.metre import TimeSignature
from scoregen.system.errors import InputError
from scoregen.transcription.counting import UNKNOWN, Counting, counting_of


def test_options_become_a_counting() -> None:
    assert counting_of(None, None, None) == UNKNOWN
    assert counting_of("6/8", 60, Fraction(1, 2)) == Counting(TimeSignature((6,), 8), 60, Fraction(1, 2))


@pytest.mark.parametrize(
    ("time", "tempo", "anacrusis", "option"),
    [("4-4", None, None, "--time"), (None, 5, None, "--tempo"), (None, None, Fraction(-1), "--anacrusis")],
)
def test_what_is_none_is_named(time: str | None, tempo: float | None, anacrusis: Fraction | None, option: str) -> None:
    with pytest.raises(InputError, match=option):
        counting_of(time, tempo, anacrusis)


def test_a_tempo_excludes_its_half_and_its_double() -> None:
    counting = Counting(per_minute=100)
    assert [counting.has_tempo(60 / rate) for rate in (50, 90, 100, 115, 200)] == [False, True, True, True, False]
    assert UNKNOWN.has_tempo(17.0)
