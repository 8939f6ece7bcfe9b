"""Parts go on in the rhythm of their last measure, hands move, and bows sound one note, each at its price."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pytest

from scoregen.model.features.alphabet import BARLINE, FIRST_PITCH, HOLD, PITCH_IDS, PITCHES, REST
from scoregen.model.features.inputs import TIME_SHIFT_STEPS
from scoregen.model.sampling.costs.figuration import (
    ECHO,
    Moment,
    RhythmCosts,
    double_stop_costs,
    echo_costs,
    repeated_note_costs,
)
from scoregen.score.instruments import instrument_type
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.state import ConstraintState, MeasureRules, VoiceRule
from scoregen.tokens.events import HOLD as HOLDS
from scoregen.tokens.events import Event, Header, Slice, TokenMeasure
from scoregen.tokens.vocabulary import vocabulary

TICKS = vocabulary().ticks_per_quarter
CHOICES = FIRST_PITCH + len(PITCHES) + 2
MORE = FIRST_PITCH + len(PITCHES)
C4, E4, G4 = (Pitch(step, 0, 4) for step in "CEG")
VIOLIN = VoiceRule.of(PITCHES, 2, descending=True, span=9, instrument=instrument_type("violin"))
HANDS = {
    "right": VoiceRule.of(PITCHES, 5, descending=True, span=16),
    "left": VoiceRule.of(PITCHES, 5, span=16),
}


def header(metre: str = "4/4") -> Header:
    time = TimeSignature.parse(metre)
    return Header("1", time, KeySignature(0), time.duration)


def state_of(
    rule: VoiceRule, sounding: tuple[Pitch, ...] = (), metre: str = "4/4", given: bool = False
) -> ConstraintState:
    events = {Fraction(0): Event("attack", (C4,))} if given else None
    return constraints.begin(MeasureRules(header(metre), (0,), (events,), (rule,)), (sounding,))


@dataclass(frozen=True)
class Attacks:
    """A measure in which one voice attacks at these quarters."""

    quarters: tuple[float, ...]

    def measure(self, metre: str = "4/4") -> TokenMeasure:
        places = sorted({0.0, *self.quarters})
        events = [Event("attack", (C4,)) if place in self.quarters else HOLDS for place in places]
        slices = tuple(Slice(Fraction(place), (event,)) for place, event in zip(places, events, strict=True))
        return TokenMeasure(header(metre), slices)


def moment(before: TokenMeasure | None, state: ConstraintState, tick: int = 0) -> Moment:
    return Moment(constraints.at_tick(state, tick) if tick else state, before)


def of_events(own: Moment) -> tuple[float, float, float]:
    """The costs of holding, resting and beginning a note."""
    row = RhythmCosts(2.0).of_events([own], np.array([0]), CHOICES)[0]
    assert len(set(row[FIRST_PITCH:].tolist())) == 1
    return float(row[HOLD]), float(row[REST]), float(row[FIRST_PITCH])


def test_an_onset_of_the_last_measure_is_taken_and_another_place_is_not() -> None:
    before, state = Attacks((0, 1.5)).measure(), state_of(VIOLIN)
    assert of_events(moment(before, state)) == (2, 2, 0)
    assert of_events(moment(before, state, TICKS)) == (0, 0, 2)
    assert of_events(moment(before, state, TICKS * 3 // 2)) == (2, 2, 0)


@pytest.mark.parametrize("case", ["first measure", "another metre", "a given voice", "a silent measure"])
def test_there_is_no_rhythm_to_go_on_with(case: str) -> None:
    before = {"first measure": None, "another metre": Attacks((0, 1)).measure("3/4")}.get(case, Attacks((0,)).measure())
    if case == "a silent measure":
        before = TokenMeasure(header(), (Slice(Fraction(0), (Event("rest"),)),))
    own = moment(before, state_of(VIOLIN, given=case == "a given voice"))
    assert of_events(own) == (0, 0, 0)
    assert not RhythmCosts(2.0).of_time_shifts([own]).any()


def test_the_next_slice_is_at_the_next_onset_of_the_last_measure() -> None:
    own = moment(Attacks((0, 1.5, 3)).measure(), state_of(VIOLIN))
    row = RhythmCosts(2.0).of_time_shifts([own])[0]
    costs = dict(zip((np.asarray(TIME_SHIFT_STEPS) / TICKS).tolist(), row[1:].tolist(), strict=True))
    assert costs[1.5] == 0
    assert costs[1.0] == 2, "it stops where nothing began"
    assert costs[2.0] == 4, "and here it has passed over an onset, too"
    assert costs[3.0] == 2
    assert row[BARLINE] == 4


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


def test_a_second_note_costs_bows_something_and_hands_nothing() -> None:
    row = double_stop_costs([state_of(VIOLIN)], [0], CHOICES, 0.7)[0]
    assert np.flatnonzero(row).tolist() == [MORE]
    assert not double_stop_costs([state_of(HANDS["left"])], [0], CHOICES, 0.7).any()
    assert not double_stop_costs([state_of(VoiceRule.of(PITCHES))], [0], CHOICES, 0.7).any()


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
