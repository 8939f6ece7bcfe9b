"""Tests of the rhythm of words."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.plan.words.syllables import syllables
from scoregen.plan.words.text_rhythm import SungMeasure, sung_measure
from scoregen.score.metre import TimeSignature


def onsets(text: str, metre: str = "4/4", *, ends_line: bool = False) -> str:
    found = sung_measure(syllables(text, english=True), TimeSignature.parse(metre), ends_line=ends_line)
    assert found is not None
    return " ".join(str(float(each)) for each in found.onsets)


@pytest.mark.parametrize(
    ("text", "metre", "expected"),
    [
        ("road I go", "4/4", "0.0 1.0 2.0"),
        ("sun", "3/4", "0.0"),
        ("away", "4/4", "0.0 2.0"),
        ("grace how sweet the sound that", "6/8", "0.0 0.5 1.0 1.5 2.0 2.5"),
    ],
)
def test_rhythms(text: str, metre: str, expected: str) -> None:
    assert onsets(text, metre) == expected


@pytest.mark.parametrize("metre", ["2/4", "3/4", "4/4", "6/8", "9/8", "5/4", "7/8", "2/2"])
@pytest.mark.parametrize("text", ["Down by the river", "road I go", "O", "waiting for tomorrow"])
def test_every_syllable_has_a_place_of_its_own_in_the_measure(metre: str, text: str) -> None:
    time = TimeSignature.parse(metre)
    words = syllables(text, english=True)
    found = sung_measure(words, time, ends_line=True)
    assert found is not None
    assert found.syllables == words
    assert found.onsets[0] == 0
    assert list(found.onsets) == sorted(set(found.onsets))
    last = time.duration if found.rest is None else found.rest
    assert found.onsets[-1] < last


def test_a_stressed_syllable_is_on_a_beat() -> None:
    found = sung_measure(syllables("of the river", english=True), TimeSignature.parse("4/4"), ends_line=False)
    assert found is not None
    assert found.onsets[2] == 2


def test_a_line_ends_with_a_breath_where_its_last_note_is_long() -> None:
    four = TimeSignature.parse("4/4")
    sun = syllables("sun", english=True)
    assert sung_measure(sun, four, ends_line=True) == SungMeasure(sun, (Fraction(0),), Fraction(3))
    inside = sung_measure(sun, four, ends_line=False)
    assert inside is not None
    assert inside.rest is None


def test_a_measure_without_words_is_a_rest_and_one_of_too_many_is_none() -> None:
    four = TimeSignature.parse("4/4")
    assert sung_measure((), four, ends_line=False) == SungMeasure(rest=Fraction(0))
    assert sung_measure(syllables("la " * 17, english=True), four, ends_line=False) is None
