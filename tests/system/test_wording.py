"""Errors name options on the command line, and keywords in Python; numbers of things have plurals."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.system.errors import InputError, OutputError, Place
from scoregen.system.wording import counted, measures_named, python_errors, python_wording, with_article


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("the file exists; --force overwrites it", "the file exists; force=True overwrites it"),
        ("select with --blank, or append with --extend", "select with blank=, or append with extend="),
        ("--top-p: expected 0 to 1", "top_p=: expected 0 to 1"),
        ("assign it, as in --role soprano=1", 'assign it, as in roles={"soprano": "1"}'),
        ("use --from none", "use start= none"),
        ("a half-cadence, 3-4 -- well-known; x -y", "a half-cadence, 3-4 -- well-known; x -y"),
        ("measures 5-8 of song-001.mid", "measures 5-8 of song-001.mid"),
    ],
)  # fmt: skip
def test_options_become_keywords(message: str, expected: str) -> None:
    assert python_wording(message) == expected


def test_the_kind_and_the_place_of_an_error_stay() -> None:
    with pytest.raises(OutputError, match=r"^a\.pdf: force=True$") as caught, python_errors():
        raise OutputError("--force", Place("a.pdf"))
    assert caught.value.place == Place("a.pdf")
    with pytest.raises(InputError, match="plain"), python_errors():
        raise InputError("plain")


@pytest.mark.parametrize(
    ("number", "name", "expected"),
    [
        (1, "note", "1 note"),
        (2, "note", "2 notes"),
        (Fraction(3, 2), "quarter", "3/2 quarters"),
        (3, "line of words", "3 lines of words"),
        (2, "figured bass", "2 figured basses"),
        (2, "section in another notation (svg)", "2 section in another notation (svg)"),
    ],
)
def test_numbers_of_things(number: int | Fraction, name: str, expected: str) -> None:
    assert counted(number, name) == expected


@pytest.mark.parametrize(
    ("indices", "expected"),
    [([1], "measure 1"), ([0, 1], "measures 0-1"), ([0, 2, 3, 4, 6], "measures 0, 2-X1, 5")],
)
def test_measures_are_named_by_their_numbers(indices: list[int], expected: str) -> None:
    assert measures_named(["0", "1", "2", "3", "X1", "4", "5"], indices) == expected


def test_articles() -> None:
    assert [with_article(name) for name in ("alto", "tenor", "oboe")] == ["an alto", "a tenor", "an oboe"]
