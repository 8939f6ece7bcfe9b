"""The files of forms, and what is drawn from them."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from scoregen.plan.forms.grammar import draw_form, draw_theme, form_names, is_form, key_shares, successions
from scoregen.plan.piece.piece_plan import CADENCES
from scoregen.score.keys import Key
from scoregen.score.theory.chord_text import parse_chord_text
from scoregen.system.errors import InputError


def test_the_forms() -> None:
    expected = ("aaba", "chorale", "ostinato", "period", "rondo", "sentence", "ternary", "variations")
    assert form_names() == expected
    assert is_form("Rondo") and not is_form("AABA") and not is_form("AAB")


@pytest.mark.parametrize("name", form_names())
def test_every_form_can_be_drawn(name: str) -> None:
    for seed in range(10):
        form = draw_form(name, random.Random(seed))
        assert set(form.order) == set(range(len(form.sections)))
        for section in form.sections:
            assert len(section.theme.cadences) == len(section.theme.shares)
            assert set(section.theme.cadences) <= set(CADENCES)


def test_forms_have_their_order() -> None:
    orders = {name: draw_form(name, random.Random(0)).order for name in ("aaba", "rondo", "ternary", "chorale")}
    assert orders == {"aaba": (0, 0, 1, 0), "rondo": (0, 1, 0, 2, 0), "ternary": (0, 1, 0), "chorale": (0, 0, 1)}


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(InputError, match="found the form 'fugue'; expected one of: aaba, chorale"):
        draw_form("fugue", random.Random(0))


def test_a_period_closes_half_and_then_fully() -> None:
    theme = draw_theme(random.Random(1), {"period": 1.0})
    assert theme.cadences == ("half", "authentic") and theme.motif == (1, 2)


def test_open_cadences_are_drawn_as_often_as_counted() -> None:
    chance = random.Random(3)
    drawn = Counter(draw_theme(chance, {"chorale phrases": 1.0}).cadences[0] for _ in range(400))
    assert drawn["authentic"] > drawn["plagal"] > 0
    assert drawn["half"] > 40


@pytest.mark.parametrize("mode", ["major", "minor"])
def test_counted_chords_are_understood_and_their_shares_sum_to_one(mode: str) -> None:
    key = Key.parse("C major" if mode == "major" else "c minor")
    for name, after in successions(mode).items():
        assert sum(after.values()) == pytest.approx(1, abs=0.02)
        if name != ">":
            assert parse_chord_text(name, key) is not None
    tonic = "I" if mode == "major" else "i"
    assert successions(mode)["V7"][tonic] == max(successions(mode)["V7"].values())
    assert key_shares(mode)[f"+0 {mode}"] == max(key_shares(mode).values())
