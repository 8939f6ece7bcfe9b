"""Numbers in texts are exact, and none takes time or memory."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.system.numbers import exact_number


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), (" -0.25 ", Fraction(-1, 4)), ("1/3", Fraction(1, 3)), (".5", Fraction(1, 2)), ("2.", 2), ("1e3", 1000)],
)
def test_numbers_are_exact(text: str, number: Fraction) -> None:
    assert exact_number(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "1/0", "1e999999999", "1e-999999999", "9" * 5000, "1/" + "9" * 5000, "nan", "inf", "x", "0x10", "1_000"],
)
def test_what_is_no_number_is_said_at_once(text: str) -> None:
    with pytest.raises(ValueError, match=r"found '.*'; expected a number"):
        exact_number(text)
