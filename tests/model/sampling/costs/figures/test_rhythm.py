"""Voices go on in the rhythm of their last measure, and as the texture of a measure asks, each at its price."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

from scoregen.model.features.alphabet import BARLINE, FIRST_PITCH, HOLD, REST
from scoregen.model.features.inputs import TIME_SHIFT_STEPS
from scoregen.model.sampling.costs.figures.rhythm import Moment, RhythmCosts
from scoregen.plan.forms.textures import Habit
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.state import ConstraintState, MeasureRules
from scoregen.tokens.events import HOLD as HOLDS
from scoregen.tokens.events import Event, Slice, TokenMeasure
from scoregen.tokens.vocabulary import vocabulary
from tests.model.sampling.costs.figures.states import C4, CHOICES, E4, G4, HANDS, TICKS, VIOLIN, header, state_of

COSTS = RhythmCosts(2.0, texture=3.0, apart=1.0, hands=((1,), (0,)))


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
    row = COSTS.of_events([own], np.array([0]), CHOICES)[0]
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
    assert not COSTS.of_time_shifts([own]).any()


def test_the_next_slice_is_at_the_next_onset_of_the_last_measure() -> None:
    own = moment(Attacks((0, 1.5, 3)).measure(), state_of(VIOLIN))
    row = COSTS.of_time_shifts([own])[0]
    costs = dict(zip((np.asarray(TIME_SHIFT_STEPS) / TICKS).tolist(), row[1:].tolist(), strict=True))
    assert costs[1.5] == 0
    assert costs[1.0] == 2, "it stops where nothing began"
    assert costs[2.0] == 4, "and here it has passed over an onset, too"
    assert costs[3.0] == 2
    assert row[BARLINE] == 4


NOTE, REST_TOKEN, WAIT = (vocabulary().pitch_id(G4),), (vocabulary().id("rest"),), (vocabulary().id("hold"),)
ASKED = {"begin": (3, 3, 0), "hold": (0, 3, 3), "rest": (3, 0, 3), "be silent": (0, 0, 3), "anything": (0, 0, 0)}
"""The costs of holding, resting and beginning a note, by what is asked."""


def two_voices(
    first: tuple[int, ...], *, sounding: bool = True, follower_sounds: bool = True, rule: str = ""
) -> ConstraintState:
    """The turn of the second of two new voices, on the second beat, after an event of the first one."""
    own = HANDS[rule] if rule else VIOLIN
    rules = MeasureRules(header(), (0, 1), (None, None), (own, own))
    state = constraints.begin(rules, ((C4,) if sounding else (), (E4,) if follower_sounds else ()))
    for _ in range(2):
        state = constraints.after_event(state, WAIT)
    return constraints.after_event(constraints.at_tick(state, TICKS), first)


def of_second(state: ConstraintState, habit: Habit | None, before: TokenMeasure | None = None) -> tuple[float, ...]:
    row = COSTS.of_events([Moment(state, before, (Habit(), habit))], np.array([1]), CHOICES)[0]
    return float(row[HOLD]), float(row[REST]), float(row[FIRST_PITCH])


@pytest.mark.parametrize(
    ("leader", "sounds", "asked"),
    [
        (NOTE, True, "begin"),
        (WAIT, True, "hold"),
        (REST_TOKEN, True, "rest"),
        (WAIT, False, "anything"),
    ],
)
def test_a_voice_that_follows_does_what_its_leader_does(leader: tuple[int, ...], sounds: bool, asked: str) -> None:
    assert of_second(two_voices(leader, sounding=sounds), Habit(follows=0)) == ASKED[asked]


@pytest.mark.parametrize(("sounds", "asked"), [(True, "rest"), (False, "be silent")])
def test_a_voice_that_rests_begins_nothing(sounds: bool, asked: str) -> None:
    assert of_second(two_voices(NOTE, follower_sounds=sounds), Habit(rests=True)) == ASKED[asked]


def two(*places: float) -> TokenMeasure:
    """A measure in which the second of two voices begins notes at these quarters."""
    every = sorted({0.0, *places})
    rows = [(HOLDS, Event("attack", (E4,)) if place in places else HOLDS) for place in every]
    slices = (Slice(Fraction(place), row) for place, row in zip(every, rows, strict=True))
    return TokenMeasure(header(), tuple(slices))


def test_a_voice_that_keeps_its_rhythm_begins_where_it_did() -> None:
    habit, state = Habit(keeps=True), two_voices(NOTE)
    assert of_second(state, habit, two(0, 1)) == ASKED["begin"]
    assert of_second(state, habit, two(0, 2)) == ASKED["hold"]
    assert of_second(state, habit, None) == of_second(state, Habit(), None), "nothing is known to be kept"
    assert of_second(state, Habit(), two(0, 1)) == (2, 2, 1), "a free voice is drawn less to its last measure"


def test_a_free_hand_seldom_strikes_with_the_other_one() -> None:
    assert of_second(two_voices(NOTE, rule="left"), Habit()) == (0, 0, 1)
    assert of_second(two_voices(WAIT, rule="left"), Habit()) == (3, 0, 0), "and moves where that one holds"


def test_the_last_free_voice_moves_where_the_others_are_to_hold() -> None:
    rules = MeasureRules(header(), (0, 1), (None, None), (VIOLIN, VIOLIN))
    state = constraints.begin(rules, ((C4,), (E4,)))
    for _ in range(2):
        state = constraints.after_event(state, WAIT)
    state = constraints.at_tick(state, TICKS)
    for habit, price in ((Habit(follows=0), 3.0), (Habit(rests=True), 0.0), (Habit(), 0.0)):
        row = COSTS.of_events([Moment(state, None, (Habit(), habit))], np.array([0]), CHOICES)[0]
        assert row[HOLD] == price
        assert row[REST] == row[FIRST_PITCH] == 0


def test_slices_are_where_voices_that_keep_their_rhythm_begin() -> None:
    rules = MeasureRules(header(), (0, 1), (None, None), (VIOLIN, VIOLIN))
    state = constraints.begin(rules, ((C4,), (E4,)))
    own = Moment(state, two(0, 1.5, 3), (Habit(rests=True), Habit(keeps=True)))
    row = COSTS.of_time_shifts([own])[0]
    costs = dict(zip((np.asarray(TIME_SHIFT_STEPS) / TICKS).tolist(), row[1:].tolist(), strict=True))
    assert (costs[1.5], costs[1.0], costs[3.0], row[BARLINE]) == (0, 3, 3, 6)
    free = COSTS.of_time_shifts([Moment(state, None, (Habit(), Habit(follows=0)))])[0]
    assert not free.any(), "a free voice begins where it likes"
