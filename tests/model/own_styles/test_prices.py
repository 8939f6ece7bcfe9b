"""Prices: with no cases those of the base, with many the ratio of the rates."""

from __future__ import annotations

import math

import pytest

from scoregen.model.own_styles.incidents import incidents
from scoregen.model.own_styles.prices import MOST, fitted_prices
from scoregen.styles.style import load_style
from tests.model.pieces import random_tokens

COSTS = load_style().voice_leading


def test_without_cases_the_base_decides() -> None:
    prices = fitted_prices(COSTS, {"parallel": (0, 40), "crossing": (0, 0)}, {"parallel": (0, 40), "crossing": (0, 9)})
    assert prices == COSTS


def test_many_cases_give_the_ratio_of_the_rates() -> None:
    prices = fitted_prices(COSTS, {"parallel": (1000, 10_000)}, {"parallel": (6000, 20_000)})
    assert prices.parallel == pytest.approx(math.log(3), abs=0.02)
    assert prices.crossing == COSTS.crossing


def test_a_price_is_never_a_reward_and_never_a_ban() -> None:
    rare, frequent = (1, 10_000), (9000, 10_000)
    assert fitted_prices(COSTS, {"parallel": frequent}, {"parallel": rare}).parallel == 0
    assert fitted_prices(COSTS, {"parallel": (0, 10_000)}, {"parallel": frequent}).parallel == MOST


def test_every_cost_but_those_of_plans_successions_and_long_rests_is_counted() -> None:
    counted = incidents([random_tokens(seed, 4) for seed in range(6)])
    uncounted = {
        "unusual_succession",
        "usual_succession",
        "held_succession",
        "foreign_to_plan",
        "other_bass",
        "long_rest",
        "playing_on",
        "rhythm_change",
        "texture",
        "apart",
        "repeated_note",
        "double_stop",
        "second_note",
        "full_chord",
        "quick_chord",
    }
    assert set(counted) == set(COSTS.__dataclass_fields__) - uncounted
    assert all(0 <= cases <= occasions for cases, occasions in counted.values() if occasions)
