"""Costs of sonorities in which a given note is a seventh that does not fall: the chord is the wrong one for it.

A given voice cannot be told to resolve, so the new voices choose another chord under it.

R rows, K voices of the slice that are already written, V voices, E events, Q positions, S slices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD
from scoregen.model.features.inputs import MIDI, SILENCE, SPELLED, Bools, Ints
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.tokens.successions import sets_over_lowest
from scoregen.tokens.tendencies import FALLING, tendencies

GIVEN_SEVENTH = 2.0
"""The cost of such a chord, as a multiple of that of a new voice that leaves a seventh: three voices can avoid it."""
_CLASSES = np.arange(12)
_IS_SEVENTH = np.isin(np.arange(12), (10, 11))
"""By semitones over the bass, whether a note is a seventh in root position."""


def given_leaps(sounding: Ints, position: Ints, end: int) -> Bools:
    """[Q, V] whether a voice sounds a given note after which it does not fall by step.

    `sounding` [S, V] are pitch ids, those of blank voices silent; `position` [S] and `end` are grid steps.
    """
    leaps = np.zeros((end + 1, sounding.shape[1]), dtype=np.bool_)
    for voice, row in enumerate(sounding.T):
        starts = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
        places, pitches = np.append(position[starts], end + 1), np.append(row[starts], SILENCE)
        for index, pitch in enumerate(pitches[:-1]):
            following = pitches[index + 1]
            if pitch != SILENCE and following != SILENCE and MIDI[following] - MIDI[pitch] not in FALLING:
                leaps[places[index] : places[index + 1], voice] = True
    return leaps


def given_seventh_costs(decision: DecisionContext, leaps: Bools, cost: float) -> NDArray[np.float32]:
    """[R, E] the cost of each event; `leaps` [R, V] are those of the given voices at the place of the slice."""
    rows, lowest = len(decision.voice), leaps.shape[1] - 1
    total = np.zeros((rows, SPELLED.events), dtype=np.float32)
    every = np.arange(rows)
    sounding = np.full((rows, lowest + 1), -1)
    sounding[every[:, None], decision.others] = MIDI[decision.other_pitches]
    own = decision.previous_pitches[every, decision.voice]
    found = np.flatnonzero((leaps & (sounding >= 0)).any(1))
    if len(found):
        flags = _is_seventh(sounding[found], leaps[found], decision.voice[found])
        total[found, FIRST_PITCH:] = cost * flags[:, SPELLED.midi % 12]
        held = flags[np.arange(len(found)), MIDI[own[found]] % 12]
        total[found, HOLD] = cost * (held & (own[found] != SILENCE))
    return total


def _is_seventh(sounding: Ints, leaps: Bools, voice: Ints) -> Bools:
    """[R, 12] by the pitch class of a voice [R], whether a given note that leaps is then the seventh of the sonority.

    `sounding` [R, V] are the MIDI pitches of the other voices that are written, -1 for the rest.
    """
    rows, voices = sounding.shape
    pitches = np.repeat(sounding[:, None], 12, axis=1)
    pitches[np.arange(rows), :, voice] = _CLASSES
    degree = (pitches - pitches[:, :, -1:]) % 12
    sets = sets_over_lowest(pitches.reshape(-1, voices)).reshape(rows, 12)
    sevenths = tendencies().seventh[sets][:, :, None] == degree
    is_lowest = voice == voices - 1
    sevenths[is_lowest] |= _IS_SEVENTH[degree[is_lowest]]
    found: Bools = (sevenths & (leaps & (sounding >= 0))[:, None]).any(2)
    has_bass = is_lowest | (sounding[:, -1] >= 0)
    found &= has_bass[:, None]
    return found
