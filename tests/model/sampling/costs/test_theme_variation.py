"""A theme that returns varied: other notes, other onsets, and passing over its onsets cost."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from scoregen.model.features.alphabet import BARLINE, FIRST_PITCH, HOLD, PITCH_IDS, REST
from scoregen.model.features.inputs import TIME_SHIFT_STEPS
from scoregen.model.sampling.costs.theme_variation import (
    NOTE,
    OTHER_NOTE,
    OTHER_ONSET,
    expected_choices,
    other_note_costs,
    other_onset_costs,
    passing_costs,
)
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.state import ConstraintState
from scoregen.tokens.vocabulary import vocabulary
from tests.model.sampling.costs.figures.states import VIOLIN, state_of

CHOICES = FIRST_PITCH + len(PITCH_IDS) + 2
C5, G4 = (Pitch.parse(name) for name in ("C5", "G4"))
QUARTER = vocabulary().ticks_per_quarter
THEME = expected_choices(({Fraction(0): C5, Fraction(1): None, Fraction(2): G4},))


def later(ticks: int) -> ConstraintState:
    return constraints.at_tick(constraints.after_event(state_of(VIOLIN), (vocabulary().id("rest"),)), ticks)


def test_what_is_expected() -> None:
    assert ({0: FIRST_PITCH + PITCH_IDS[C5], QUARTER: REST, 2 * QUARTER: FIRST_PITCH + PITCH_IDS[G4]},) == THEME
    assert expected_choices((None, {Fraction(0): Pitch("C", 4, 4)})) == (None, {0: NOTE})


def test_another_note_costs_at_the_onsets_of_the_theme_alone() -> None:
    costs = other_note_costs([state_of(VIOLIN)], [THEME], [0], CHOICES)[0]
    assert costs[FIRST_PITCH + PITCH_IDS[C5]] == 0 == costs[HOLD] == costs[REST]
    assert costs[FIRST_PITCH + PITCH_IDS[G4]] == OTHER_NOTE
    for state, expected in ((later(QUARTER), THEME), (later(QUARTER // 2), THEME), (state_of(VIOLIN), ())):
        assert not other_note_costs([state], [expected], [0], CHOICES).any()


@pytest.mark.parametrize(("quarters", "begins"), [(0, True), (2, True), (1, False), (3, False)])
def test_another_onset_costs(quarters: int, begins: bool) -> None:
    state = later(quarters * QUARTER) if quarters else state_of(VIOLIN)
    costs = other_onset_costs([state], [THEME], [0], CHOICES)[0]
    assert (costs[HOLD] == OTHER_ONSET) == begins
    assert (costs[FIRST_PITCH:] == (0 if begins else OTHER_ONSET)).all()


def test_a_start_into_which_the_theme_is_tied_is_free() -> None:
    tied = expected_choices(({Fraction(2): G4},))
    assert not other_onset_costs([state_of(VIOLIN)], [tied], [0], CHOICES).any()


def test_every_onset_that_is_passed_over_costs() -> None:
    costs = passing_costs([state_of(VIOLIN)], [THEME])[0]
    steps = np.asarray(TIME_SHIFT_STEPS)
    assert costs[BARLINE] == 2 * OTHER_ONSET
    assert not costs[1:][steps <= QUARTER].any()
    assert (costs[1:][(steps > QUARTER) & (steps <= 2 * QUARTER)] == OTHER_ONSET).all()
    assert not passing_costs([state_of(VIOLIN)], [()]).any()
