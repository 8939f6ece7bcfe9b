"""Moods in words and numbers."""

from __future__ import annotations

import pytest

from scoregen.plan.mood.affect import Affect
from scoregen.plan.mood.mood_text import parse_mood, resampled
from scoregen.system.errors import InputError


def test_words_in_steps() -> None:
    tender, uneasy = parse_mood("tender, then uneasy")
    assert tender.valence > 0 > uneasy.valence
    assert tender.arousal < 0 < uneasy.arousal
    assert parse_mood("zart, dann unheimlich")[1] == uneasy
    assert len(parse_mood("calm -> sad; furious, then happy")) == 4


def test_numbers_are_points_of_curves() -> None:
    assert parse_mood("valence 0.5, arousal -0.3") == (Affect(0.5, -0.3),)
    assert parse_mood("valence=0 1 tension=0.5") == (Affect(0, 0, 0.5), Affect(1, 0, 0.5))
    assert parse_mood("Arousal: -1 0 1; valence: 1 0")[1] == Affect(0.5, 0.0)


def test_negation_and_degree() -> None:
    (plain,), (negated,), (strong,) = parse_mood("happy"), parse_mood("not happy"), parse_mood("very happy")
    assert negated.valence < 0 < plain.valence < strong.valence


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tendr", "the mood word 'tendr' is unknown; did you mean tender"),
        ("xyzzy", "the mood word 'xyzzy' is unknown; expected a word such as"),
        ("", "found no mood"),
        ("then", "found no mood"),
        ("the mood", "names no mood"),
        ("happy 0.3", "found 0.3 beside words"),
        ("valence", "valence: found no number"),
        ("valence 3", "valence: found 3; expected a number from -1 to 1"),
        ("valence 0.5 foo", "found 'foo' beside numbers"),
        ("calm, " * 30, "found a mood of 30 steps; expected at most 24"),
    ],
)
def test_what_is_not_understood(text: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_mood(text)
    assert message in str(refused.value)


def test_curves_are_linear_between_points() -> None:
    points = (Affect(0), Affect(1), Affect(0))
    assert [round(each.valence, 2) for each in resampled(points, 5)] == [0, 0.5, 1, 0.5, 0]
    assert resampled(points[:2], 1) == (Affect(0),)
    assert resampled(points[:1], 3) == (Affect(0),) * 3
