"""A rest that goes on after a whole note costs; notes and short rests do not."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, REST, pitch_id
from scoregen.model.features.history_features import AGES
from scoregen.model.features.inputs import SILENCE
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.model.sampling.costs.long_rests import long_rest_costs
from scoregen.score.pitch import Pitch

SOUND = pitch_id(Pitch.parse("C4"))


@pytest.mark.parametrize(
    ("sounding", "age", "expected"), [(SILENCE, AGES - 1, 1.5), (SILENCE, AGES - 2, 0), (SOUND, AGES - 1, 0)]
)
def test_only_long_rests_cost(sounding: int, age: int, expected: float) -> None:
    decision = DecisionContext(
        np.array([1]),
        np.array([SOUND]),
        np.array([age]),
        np.array([[SOUND, sounding]]),
        np.zeros((1, 0), dtype=np.int64),
        np.zeros((1, 0), dtype=np.int64),
        np.array([False]),
        np.array([True]),
        np.array([True]),
        np.array([0]),
    )
    costs = long_rest_costs(decision, 1.5)[0]
    assert (costs[HOLD], costs[REST]) == (expected, expected)
    assert not costs[FIRST_PITCH:].any()
