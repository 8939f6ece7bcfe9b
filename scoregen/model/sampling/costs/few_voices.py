"""Costs of bare dissonances between the voices of a page that has fewer voices than the network writes.

The network writes all roles of its ensemble; of those that the page lacks only the harmony is left. The lowest voice
that remains then acts as the bass: fourths, seconds, sevenths and tritones above it are bare, and an open fifth or an
octave sounds empty.

R rows, P pitches, E events.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD
from scoregen.model.features.inputs import MIDI, SILENCE, SPELLED, Ints
from scoregen.model.sampling.costs.decision_context import DecisionContext

_FOURTH, _DISSONANT, _FIFTH, _OCTAVE = 6.0, 3.0, 1.0, 0.7
"""Nats. A fourth is dearest: the imagined voices below make it likely, and no rule of motion keeps it away."""
_AT_CLOSES = 2.5
"""The factor of the costs of dissonances and fifths at phrase ends; octaves and unisons are free there."""
_HELD = 0.4
"""The factor for a note that is held while the other moves: it may be a suspension."""


def few_voices_costs(decision: DecisionContext, page: Ints) -> NDArray[np.float32]:
    """[R, E] the cost of each event. `page` are the voices that the page has, in slot order."""
    costs = np.zeros((len(decision.voice), FIRST_PITCH + len(SPELLED.midi)), dtype=np.float32)
    lowest, voice = page[-1], decision.voice[:, None]
    both = np.isin(voice, page) & np.isin(decision.others, page)
    with_lowest = both & ((voice == lowest) | (decision.others == lowest))
    rows, places = np.nonzero(with_lowest & (decision.other_pitches != SILENCE))
    intervals = np.abs(SPELLED.midi - MIDI[decision.other_pitches[rows, places]][:, None]) % 12
    nats = np.where(decision.closes[rows][:, None], _table(closes=True)[intervals], _table(closes=False)[intervals])
    np.add.at(costs[:, FIRST_PITCH:], rows, nats)
    own = decision.previous_pitches[rows, decision.voice[rows]]
    held = np.flatnonzero(own != SILENCE)
    factor = np.where(decision.closes[rows[held]], 1.0, _HELD)
    np.add.at(costs[:, HOLD], rows[held], factor * nats[held, own[held]])
    return costs


def _table(*, closes: bool) -> NDArray[np.float32]:
    """[12] the cost by semitones between the voices, within an octave."""
    table = np.zeros(12, dtype=np.float32)
    table[[1, 2, 6, 10, 11]] = _DISSONANT * (_AT_CLOSES if closes else 1)
    table[5] = _FOURTH * (_AT_CLOSES if closes else 1)
    table[7] = _FIFTH * (_AT_CLOSES if closes else 1)
    table[0] = 0 if closes else _OCTAVE
    return table
