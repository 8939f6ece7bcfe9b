"""A rest that goes on after a whole note costs; notes and short rests do not."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, REST, pitch_id
from scoregen.model.features.history_features import AGES
from scoregen.model.features.inputs import SILENCE
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.model.sampling.costs.long_rests import long_rest_costs, playing_on_costs
from scoregen.score.pitch import Pitch

SOUND = pitch_id(Pitch.parse("C4"))


def decision_of(sounding: int, age: int) -> DecisionContext:
    nobody, no = np.zeros((1, 0), dtype=np.int64), np.array([False])
    before, heard = np.array([SOUND]), np.array([[SOUND, sounding]])
    return DecisionContext(np.array([1]), before, np.array([age]), heard, nobody, nobody, no, ~no, ~no, np.array([0]))


@pytest.mark.parametrize(
    ("sounding", "age", "expected"), [(SILENCE, AGES - 1, 1.5), (SILENCE, AGES - 2, 0), (SOUND, AGES - 1, 0)]
)
def test_only_long_rests_cost(sounding: int, age: int, expected: float) -> None:
    decision = decision_of(sounding, age)
    costs = long_rest_costs(decision, 1.5)[0]
    assert (costs[HOLD], costs[REST]) == (expected, expected)
    assert not costs[FIRST_PITCH:].any()


def test_a_voice_that_sounds_pays_for_every_event_but_a_rest() -> None:
    costs = playing_on_costs(decision_of(SOUND, 0), 0.8)[0]
    assert costs[REST] == pytest.approx(-0.8)
    assert not np.delete(costs, REST).any()
    assert not playing_on_costs(decision_of(SILENCE, 0), 0.8).any()
