"""Small forms: phrases fill the piece, the last one closes, and what returns was there before."""

from __future__ import annotations

import random

import pytest

from scoregen.plan.forms.small_forms import SmallForm, draw_small_form, fewest_phrases
from scoregen.plan.piece.piece_plan import CADENCES
from scoregen.system.errors import InputError


def drawn(measures: int, seed: int = 1, name: str = "", phrases: int = 0, kind: str = "strings") -> SmallForm:
    found = draw_small_form(measures, 4, random.Random(seed), phrases, kind, name)
    assert found is not None
    return found


@pytest.mark.parametrize("measures", [8, 9, 12, 16, 19, 20, 24, 28, 32, 36, 44, 48, 64, 101, 512])
def test_phrases_fill_the_piece_and_returns_follow_their_sources(measures: int) -> None:
    for seed in range(20):
        form = drawn(measures, seed)
        assert sum(phrase.measures for phrase in form.phrases) == measures
        assert form.stops[-1] == measures and form.closes[-1] == "authentic"
        assert len(form.stops) == len(form.closes)
        assert set(form.closes) <= set(CADENCES)
        assert form.returns, "something comes again"
        for each in form.returns:
            assert each.source + each.measures <= each.start
            assert each.start + each.measures < measures, "the last measure closes anew"


def test_phrases_of_a_period_and_a_sentence() -> None:
    period, sentence = drawn(8, name="period"), drawn(8, name="sentence")
    assert [phrase.measures for phrase in period.phrases] == [4, 4]
    assert period.closes == ("half", "authentic")
    assert [phrase.measures for phrase in sentence.phrases] == [2, 2, 4]
    assert [(each.start, each.source) for each in sentence.returns] == [(2, 0)]
    assert sentence.stops == (8,)


def test_the_contrast_is_away_and_leads_back() -> None:
    assert drawn(16, name="aaba").away == (8, 9)
    assert drawn(8, name="period").away == ()


def test_the_seed_decides() -> None:
    assert drawn(32, 5) == drawn(32, 5)
    assert len({drawn(32, seed).name for seed in range(30)}) > 1


def test_accompaniments_return_less_often_in_songs_than_on_keyboards() -> None:
    def alone(kind: str) -> int:
        return sum(each.melody_alone for seed in range(100) for each in drawn(16, seed, "aaba", kind=kind).returns)

    assert alone("keyboard") < alone("songs")


def test_short_pieces_have_no_form() -> None:
    assert draw_small_form(7, 4, random.Random(1)) is None
    assert draw_small_form(8, 8, random.Random(1)) is None


def test_phrases_that_are_asked_for() -> None:
    assert [phrase.measures for phrase in drawn(12, 3, "period", phrases=2).phrases] == [6, 6]


def test_names() -> None:
    assert fewest_phrases("aaba") == 4
    assert fewest_phrases("ostinato") is None
    with pytest.raises(InputError, match="small form 'sonata'; expected one of: period"):
        drawn(16, name="sonata")
    with pytest.raises(InputError, match="found 8 measures for the form aaba; expected 16 at least"):
        drawn(8, name="aaba")


@pytest.mark.parametrize(
    ("phrases", "problem"),
    [
        (3, "found 3 phrases for the form aaba; expected 4 at least"),
        (9, "found 16 measures for 9 phrases of the form aaba; expected 18 at least"),
    ],
)
def test_a_form_that_does_not_fit_the_phrases_that_are_asked_for(phrases: int, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        drawn(16, name="aaba", phrases=phrases)
