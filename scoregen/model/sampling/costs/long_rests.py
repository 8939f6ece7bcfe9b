"""The costs of rests: of one that goes on and on, and of playing on without any.

A voice in drafts that has been silent for a measure mostly stays so, since every slice of silence makes the next one
likelier. One that plays begins a rest half as often as in the corpora. R rows, E events.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, REST
from scoregen.model.features.history_features import AGES
from scoregen.model.features.inputs import SILENCE, SPELLED
from scoregen.model.sampling.costs.decision_context import DecisionContext


def long_rest_costs(decision: DecisionContext, nats: float) -> NDArray[np.float32]:
    """[R, E] the cost of going on with a rest that has lasted for a whole note."""
    costs = np.zeros((len(decision.voice), FIRST_PITCH + len(SPELLED.midi)), dtype=np.float32)
    rows = np.arange(len(decision.voice))
    is_long = (decision.previous_pitches[rows, decision.voice] == SILENCE) & (decision.age == AGES - 1)
    costs[np.ix_(is_long, [HOLD, REST])] = nats
    return costs


def playing_on_costs(decision: DecisionContext, nats: float) -> NDArray[np.float32]:
    """[R, E] the cost of every event but a rest for a voice that sounds, as what a rest gains: chords pay it too."""
    costs = np.zeros((len(decision.voice), FIRST_PITCH + len(SPELLED.midi)), dtype=np.float32)
    rows = np.arange(len(decision.voice))
    sounds = decision.previous_pitches[rows, decision.voice] != SILENCE
    costs[sounds, REST] = -nats
    return costs
