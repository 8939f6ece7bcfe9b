"""How phrases return: in each way as often as the habits say, up to the close, and in another key in contrasts."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from scoregen.plan.forms.phrases import Phrase
from scoregen.plan.forms.returns import HEAD, Habits, Return, draw_returns

EXACT = Habits(exact=1.0, head=0.0, varied=0.0, varied_head=0.0, taken_up=0.0, melody_alone=0.0)
AABA = (
    Phrase("a", 4, "half"),
    Phrase("a", 4, "authentic"),
    Phrase("b", 4, "half", away=2),
    Phrase("a", 4, "authentic"),
)


def returns_of(habits: Habits, seed: int = 1, phrases: tuple[Phrase, ...] = AABA) -> tuple[Return, ...]:
    return draw_returns(phrases, habits, random.Random(seed))


def test_exact_returns_end_before_a_close_that_is_new() -> None:
    assert [(each.start, each.source, each.measures) for each in returns_of(EXACT)] == [(4, 0, 2), (12, 4, 3)]
    sentence = (Phrase("a", 2, "open"), Phrase("a", 2, "open"), Phrase("b", 4, "authentic"))
    assert returns_of(EXACT, phrases=sentence) == (Return(2, 0, 2),)


@pytest.mark.parametrize(
    ("name", "measures", "is_varied"),
    [("head", [HEAD, HEAD], False), ("varied", [2, 3], True), ("varied_head", [HEAD, HEAD], True)],
)
def test_each_way_to_return(name: str, measures: list[int], is_varied: bool) -> None:
    found = returns_of(replace(EXACT, exact=0.0, **{name: 1.0}))
    assert [each.measures for each in found] == measures
    assert all(each.is_varied == is_varied == each.melody_alone for each in found)


def test_ways_are_as_frequent_as_the_habits() -> None:
    habits = Habits(exact=0.5, head=0.2, varied=0.2, varied_head=0.1, taken_up=0.0, melody_alone=0.5)
    last = [returns_of(habits, seed)[-1] for seed in range(2000)]
    ways = Counter((each.is_varied, each.measures == HEAD) for each in last)
    for way, share in (((False, False), 0.5), ((False, True), 0.2), ((True, False), 0.2), ((True, True), 0.1)):
        assert abs(ways[way] / len(last) - share) < 0.04


def test_a_contrast_in_another_key_may_take_up_the_head_of_the_theme() -> None:
    found = returns_of(replace(EXACT, taken_up=1.0))
    assert [(each.start, each.source, each.measures) for each in found if each.is_moved] == [(8, 0, HEAD)]
    at_home = (*AABA[:2], replace(AABA[2], away=0), AABA[3])
    assert not any(each.is_moved for each in returns_of(replace(EXACT, taken_up=1.0), phrases=at_home))


def test_text() -> None:
    assert str(Return(4, 0, 2)) == "5-6 as 1-2"
    assert str(Return(12, 4, 1, melody_alone=True)) == "13 as 5 in the melody"
    assert str(Return(12, 4, 3, melody_alone=True, is_varied=True)) == "13-15 as 5-7 varied"
    assert str(Return(8, 0, 1, melody_alone=True, is_varied=True, is_moved=True)) == "9 as 1 in another key"
