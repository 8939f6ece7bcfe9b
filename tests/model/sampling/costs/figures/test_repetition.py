"""Hands move through their chords, and singers do not repeat a note alone, at a price."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from scoregen.model.features.alphabet import FIRST_PITCH, PITCH_IDS
from scoregen.model.sampling.costs.figures.repetition import ECHO, echo_costs, repeated_note_costs
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.state import MeasureRules
from scoregen.tokens.events import Event
from scoregen.tokens.vocabulary import vocabulary
from tests.model.sampling.costs.figures.states import C4, CHOICES, E4, G4, HANDS, TICKS, VIOLIN, header, state_of


@pytest.mark.parametrize(("hand", "repeated"), [("right", G4), ("left", C4)])
def test_the_outer_note_of_a_hand_is_not_begun_again(hand: str, repeated: Pitch) -> None:
    state = state_of(HANDS[hand], (C4, E4, G4))
    words = vocabulary()
    for at in (state, constraints.after_token(state, words.id("more"))):
        row = repeated_note_costs([at], [0], CHOICES, 1.5)[0]
        assert np.flatnonzero(row).tolist() == [FIRST_PITCH + PITCH_IDS[repeated]]
    for token in (words.id("more"), words.pitch_id(Pitch("D", 0, 5))):
        state = constraints.after_token(state, token)
    assert not repeated_note_costs([state], [0], CHOICES, 1.5).any(), "inner notes stay as they like"


def test_nothing_is_repeated_after_a_rest() -> None:
    assert not repeated_note_costs([state_of(VIOLIN)], [0], CHOICES, 1.5).any()


@pytest.mark.parametrize(
    ("given", "tick", "price"),
    [
        ({Fraction(0): Event("attack", (G4,))}, 0, 0.0),
        ({Fraction(0): Event("attack", (G4,))}, TICKS, ECHO),
        ({Fraction(0): Event("attack", (G4,)), Fraction(1): Event("attack", (E4,))}, TICKS, 0.0),
        ({Fraction(0): Event("attack", (G4,)), Fraction(1): Event("rest")}, TICKS, ECHO),
        (None, TICKS, 0.0),
    ],
)
def test_a_voice_does_not_repeat_a_note_while_the_given_ones_hold(
    given: dict[Fraction, Event] | None, tick: int, price: float
) -> None:
    rules = MeasureRules(header(), (0, 1), (given, None), (VIOLIN, VIOLIN))
    state = replace(constraints.begin(rules, ((G4,), (C4,))), tick=tick)
    costs = echo_costs([state], [1], CHOICES)
    assert costs[0, FIRST_PITCH + PITCH_IDS[C4]] == price
    assert costs.sum() == price
