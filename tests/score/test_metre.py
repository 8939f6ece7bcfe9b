"""Time signatures: their beats and the metrical strength of positions."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.score.metre import TimeSignature


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("4/4", "1 1 1 1"),
        ("C|", "2 2"),
        ("6/8", "3/2 3/2"),
        ("12/8", "3/2 3/2 3/2 3/2"),
        ("5/8", "3/2 1"),
        ("7/8", "3/2 1 1"),
        ("8/8", "3/2 3/2 1"),
        ("3/8", "3/2"),
        ("3+2/8", "3/2 1"),
        ("5/4", "1 1 1 1 1"),
    ],
)
def test_beats(text: str, groups: str) -> None:
    time = TimeSignature.parse(text)
    assert time.groups == tuple(Fraction(group) for group in groups.split())
    assert sum(time.groups) == time.duration


@pytest.mark.parametrize(
    ("text", "strengths"),
    [
        ("4/4", {"0": 0, "2": 1, "1": 2, "3": 2, "1/2": 3, "3/4": 4, "4": 0, "1/3": 99}),
        ("3/4", {"0": 0, "1": 1, "2": 1, "1/2": 2}),
        ("6/8", {"0": 0, "3/2": 1, "1/2": 2, "2": 2, "1/4": 3}),
        ("12/8", {"0": 0, "3": 1, "3/2": 2, "9/2": 2, "1/2": 3}),
    ],
)
def test_strengths(text: str, strengths: dict[str, int]) -> None:
    time = TimeSignature.parse(text)
    assert {place: time.strength(Fraction(place)) for place in strengths} == strengths


@pytest.mark.parametrize("text", ["", "4", "4/3", "0/4", "x/4", "4/4/4", "3+/8"])
def test_text_that_is_not_a_time_signature(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time signature"):
        TimeSignature.parse(text)


@pytest.mark.parametrize("text", ["4/4", "3+2/8", "12/16"])
def test_the_text_reads_back(text: str) -> None:
    assert str(TimeSignature.parse(text)) == text


@pytest.mark.parametrize("text", ["999999/64", "255/1", "65/4"])
def test_measures_of_absurd_length_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="has measures of more than 64 quarters"):
        TimeSignature.parse(text)
