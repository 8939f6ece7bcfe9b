"""Costs of repetition: a hand moves through its chords, and a voice of a choir does not repeat a note alone.

The price `repeated_note` of a style is chosen on its training corpus. R drafts, C choices, E events.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scoregen.model.features.alphabet import FIRST_PITCH, PITCH_IDS
from scoregen.model.sampling.costs.figures.rhythm import Prices
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints.state import ConstraintState, onset
from scoregen.tokens.vocabulary import vocabulary

ECHO = 2.0
"""Nats for a note of a choir that is sung again while all given voices hold or rest: it has no syllable. Set by
judgement."""


def repeated_note_costs(states: Sequence[ConstraintState], voice: Sequence[int], choices: int, nats: float) -> Prices:
    """[R, C] the cost of the pitch with which a voice would begin what it sounds again: of a chord the first one."""
    costs = np.zeros((len(states), choices), dtype=np.float32)
    for row, (state, slot) in enumerate(zip(states, voice, strict=True)):
        sounding = state.sounding[slot]
        if sounding and not any(isinstance(vocabulary().value(token), Pitch) for token in state.written):
            first = sounding[-1] if state.rules.voices[slot].descending else sounding[0]
            costs[row, FIRST_PITCH + PITCH_IDS[vocabulary().value(first)]] = nats
    return costs


def echo_costs(states: Sequence[ConstraintState], voice: Sequence[int], events: int) -> Prices:
    """[R, E] the cost of the pitch that a voice sounds, begun again where no given voice begins a note."""
    costs = np.zeros((len(states), events), dtype=np.float32)
    for row, (state, slot) in enumerate(zip(states, voice, strict=True)):
        sounding = state.sounding[slot]
        if sounding and _is_alone(state):
            costs[row, FIRST_PITCH + PITCH_IDS[vocabulary().value(sounding[0])]] = ECHO
    return costs


def _is_alone(state: ConstraintState) -> bool:
    """Whether there are given voices, and none of them begins a note."""
    now = onset(state)
    given = [events for events in state.rules.given if events]
    return bool(given) and not any(now in events and events[now].pitches for events in given)
