"""Tests of the division of words into syllables."""

from __future__ import annotations

import pytest

from scoregen.plan.words.syllables import Syllable, is_english, joined, syllables


def divided(text: str, *, english: bool = True) -> str:
    return "".join(
        each.text + ("-" if each.syllabic in ("begin", "middle") else " ") for each in syllables(text, english=english)
    ).strip()


@pytest.mark.parametrize(
    "expected",
    [
        "Down by the riv-er road I go,",
        "No-bo-dy knows where the wa-ters flow",
        "some-thing lone-ly, lit-tle ta-ble",
        "hous-es want-ed, loved and comes home-ward",
        "Ma-ri-a, glo-ry, na-tion, qui-et",
        "peo-ple go-ing, say-ing, sing-ing, cry-ing",
        "eyes of an-gels be-yond the moun-tain",
        "chil-dren play-er flow-er for-ev-er to-mor-row",
    ],
)
def test_english_words(expected: str) -> None:
    assert divided(expected.replace("-", "")) == expected


@pytest.mark.parametrize(
    "expected",
    ["Stil-le Nacht, hei-li-ge Nacht", "freu-e Lie-be schö-ne Stra-ße", "Glo-ri-a in ex-cel-sis", "Frè-re Jac-ques"],
)
def test_other_languages_sing_their_last_e(expected: str) -> None:
    assert divided(expected.replace("-", ""), english=False) == expected


def test_hyphens_divide_as_they_stand_and_signs_belong_to_the_word_before() -> None:
    assert divided("hal-le-lu-jah — a-men!") == "hal-le-lu-jah — a-men!"
    assert [each.syllabic for each in syllables("hal-le-lu-jah", english=True)] == ["begin", "middle", "middle", "end"]


def test_function_words_and_prefixes_have_no_stress() -> None:
    found = syllables("the river runs away", english=True)
    assert [each.stressed for each in found] == [False, True, False, True, False, True]


def test_a_word_that_a_chord_breaks_off_goes_on_in_the_next_row() -> None:
    rows = joined([syllables("the riv-", english=True), (), syllables("er runs", english=True)])
    assert rows[0][-1] == Syllable("riv", "begin")
    assert [(each.text, each.syllabic) for each in rows[2]] == [("er", "end"), ("runs", "single")]


def test_languages_by_their_frequent_words() -> None:
    assert is_english("Nobody knows where the waters flow when the day is done")
    assert not is_english("Der Mond ist aufgegangen, die goldnen Sternlein prangen")
    assert not is_english("")
