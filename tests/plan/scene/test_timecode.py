"""Timecode against the numbers of frames that SMPTE ST 12-1 gives."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoregen.plan.scene.timecode import RATES, parse_time, timecode

DROP = RATES["29.97 drop"]


@pytest.mark.parametrize(
    ("code", "frames"),
    [
        ("00:00:59;29", 1799),
        ("00:01:00;02", 1800),
        ("00:09:59;29", 17_981),
        ("00:10:00;00", 17_982),
        ("01:00:00;00", 107_892),
    ],
)
def test_drop_frame_leaves_out_numbers(code: str, frames: int) -> None:
    assert parse_time(code, DROP) == frames * Fraction(1001, 30_000)
    assert timecode(frames * Fraction(1001, 30_000), DROP) == code


@given(st.integers(0, 250_000), st.sampled_from(sorted(RATES)))
def test_every_frame_has_a_timecode(frames: int, name: str) -> None:
    rate = RATES[name]
    assert parse_time(timecode(rate.seconds(frames), rate), rate) == rate.seconds(frames)


def test_an_hour_of_drop_frame_is_an_hour() -> None:
    assert abs(parse_time("01:00:00;00", DROP) - 3600) < Fraction(1, 100)
    assert parse_time("01:00:00;00", RATES["59.94 drop"]) == parse_time("01:00:00;00", DROP)
    assert timecode(Fraction(3600 * 1001, 60_000), RATES["59.94 drop"]) == "00:01:00;04"
    assert parse_time("01:00:00:00", RATES["29.97"]) - 3600 == Fraction(36, 10)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (12.48, "12.48"),
        (7, "7"),
        ("312f", "12.48"),
        ("00:00:12:12", "12.48"),
        ("0:12.5", "12.5"),
        ("1:02:03.5", "3723.5"),
    ],
)
def test_times_can_be_written_in_several_ways(value: object, seconds: str) -> None:
    assert parse_time(value, RATES["25"]) == Fraction(seconds)


@pytest.mark.parametrize(
    "value", ["00:00:12:25", "00:61:00:00", "soon", True, "12,5", "-3", "1:75", float("inf"), float("nan"), 1e300]
)
def test_times_that_do_not_exist(value: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_time(value, RATES["25"])


def test_a_frame_that_is_left_out() -> None:
    with pytest.raises(ValueError, match="leaves out; expected 00:01:00;02"):
        parse_time("00:01:00;01", DROP)
