"""Bows sound single notes, and hands strike few thick chords, at a price."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from scoregen.model.features.alphabet import PITCHES
from scoregen.model.sampling.costs.figures.chords import ChordPrices, double_stop_costs, hand_chord_costs
from scoregen.model.sampling.costs.figures.rhythm import Moment
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.state import ConstraintState, VoiceRule
from scoregen.tokens.events import HOLD as HOLDS
from scoregen.tokens.events import Event, Slice, TokenMeasure
from scoregen.tokens.vocabulary import vocabulary
from tests.model.sampling.costs.figures.states import C4, CHOICES, E4, HANDS, MORE, TICKS, VIOLIN, header, state_of

PRICES = ChordPrices(second=0.5, full=1.0, quick=2.0)


def test_a_second_note_costs_bows_something_and_hands_nothing() -> None:
    row = double_stop_costs([state_of(VIOLIN)], [0], CHOICES, 0.7)[0]
    assert np.flatnonzero(row).tolist() == [MORE]
    assert not double_stop_costs([state_of(HANDS["left"])], [0], CHOICES, 0.7).any()
    assert not double_stop_costs([state_of(VoiceRule.of(PITCHES))], [0], CHOICES, 0.7).any()


def struck(place: float) -> TokenMeasure:
    """A measure of one hand that strikes there for the last time."""
    places = sorted({0.0, place})
    events = [Event("attack", (C4,)) if each == place else HOLDS for each in places]
    slices = (Slice(Fraction(each), (event,)) for each, event in zip(places, events, strict=True))
    return TokenMeasure(header(), tuple(slices))


def price(before: TokenMeasure | None, state: ConstraintState) -> float:
    row = hand_chord_costs([Moment(state, before)], [0], CHOICES, PRICES)[0]
    assert np.flatnonzero(row).tolist() in ([], [MORE])
    return float(row[MORE])


@pytest.mark.parametrize(("last", "second"), [(3.75, 2.5), (3.5, 0.5), (2.0, 0.5)])
def test_a_second_note_costs_a_hand_more_in_sixteenths(last: float, second: float) -> None:
    assert price(struck(last), state_of(HANDS["left"])) == second
    assert price(None, state_of(HANDS["left"])) == 0.5, "nothing came before"


def test_the_last_chord_of_the_same_measure_counts() -> None:
    state = constraints.after_event(state_of(HANDS["left"]), (vocabulary().pitch_id(C4),))
    assert price(None, constraints.at_tick(state, TICKS // 4)) == 2.5
    assert price(struck(3.75), constraints.at_tick(state, TICKS)) == 0.5


@pytest.mark.parametrize(("last", "third", "fourth"), [(3.75, 2.0, 3.0), (3.0, 0.0, 1.0), (2.0, 0.0, 0.0)])
def test_full_chords_cost_something_unless_the_hand_has_time(last: float, third: float, fourth: float) -> None:
    words, state = vocabulary(), state_of(HANDS["left"])
    for pitch, expected in ((C4, third), (E4, fourth)):
        state = constraints.after_token(constraints.after_token(state, words.id("more")), words.pitch_id(pitch))
        assert price(struck(last), state) == expected


def test_chords_of_bows_and_single_lines_are_not_those_of_hands() -> None:
    for rule in (VIOLIN, VoiceRule.of(PITCHES)):
        assert price(struck(3.75), state_of(rule)) == 0
