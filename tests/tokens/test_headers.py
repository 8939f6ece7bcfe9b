"""The starts of incomplete measures in their metre."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.score.elements import Measure
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.tokens.headers import measure_starts


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ("1 4 4 3", "3 0 0 0"),  # an upbeat, and a last measure that is shortened by it
        ("4 3 1 4", "0 0 3 0"),  # a measure split by a repeat
        ("1 4 3 1 4 3", "3 0 0 3 0 0"),
        ("4 1i 4", "0 3 0"),  # an upbeat inside the piece, implicit in the file
        ("4 1 4", "0 0 0"),
        ("3 1 4", "0 3 0"),  # the first measure is split
        ("2i 2 4", "2 0 0"),
        ("3", "0"),
        ("5 4", "0 0"),
        ("1 1 2 4", "3 0 1 0"),
    ],
)
def test_starts(lengths: str, expected: str) -> None:
    time = TimeSignature.parse("4/4")
    measures = [
        Measure(str(n), Fraction(length.rstrip("i")), time, KeySignature(), implicit=length.endswith("i"))
        for n, length in enumerate(lengths.split())
    ]
    assert " ".join(map(str, measure_starts(measures))) == expected
