"""Costs of leaving a theme that returns varied: a voice is drawn towards the notes that it had, and may have others.

The network decides where a variation leaves its theme: at a new cadence, over another chord, in an ornament. Only the
highest notes count, which are the melody. The costs are chosen by judgement: about four of five notes stay, which is
what one calls a variation of a melody. R drafts, C choices, A time shifts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import BARLINE, FIRST_PITCH, PITCH_IDS, REST
from scoregen.model.features.inputs import TIME_SHIFT_STEPS
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints.recalls import Tops
from scoregen.tokens.constraints.state import ConstraintState
from scoregen.tokens.vocabulary import vocabulary

Prices = NDArray[np.float32]
Expected = tuple[Mapping[int, int] | None, ...]
"""By slot the choice that is expected at a tick; NOTE for a note that the alphabet lacks. None for a free voice."""
NOTE = -1
OTHER_NOTE, OTHER_ONSET = 5.0, 2.5
"""Nats for another note than the one of the theme, and for a note where it has none or none where it has one."""
_BEGINS, _WAITS = slice(FIRST_PITCH, None), slice(0, FIRST_PITCH)


def expected_choices(tops: Sequence[Tops | None]) -> Expected:
    """What is expected of the voices of a measure, as choices."""
    ticks = vocabulary().ticks_per_quarter
    return tuple(own if own is None else {int(at * ticks): _choice(top) for at, top in own.items()} for own in tops)


def _choice(top: Pitch | None) -> int:
    if top is None:
        return REST
    known = PITCH_IDS.get(top)
    return NOTE if known is None else FIRST_PITCH + known


def other_note_costs(
    states: Sequence[ConstraintState], expected: Sequence[Expected], voice: Sequence[int], choices: int
) -> Prices:
    """[R, C] the cost of a first note that the theme does not have there."""
    costs = np.zeros((len(states), choices), dtype=np.float32)
    for row, (state, every, slot) in enumerate(zip(states, expected, voice, strict=True)):
        wanted = _at(every, slot, state.tick)
        if wanted is not None and wanted >= FIRST_PITCH and not _has_pitch(state):
            costs[row, FIRST_PITCH : FIRST_PITCH + len(PITCH_IDS)] = OTHER_NOTE
            costs[row, wanted] = 0
    return costs


def other_onset_costs(
    states: Sequence[ConstraintState], expected: Sequence[Expected], voice: Sequence[int], choices: int
) -> Prices:
    """[R, C] the cost of beginning a note where the theme does not, and of not beginning one where it does; a voice is
    free at the start of a measure into which the theme is tied."""
    costs = np.zeros((len(states), choices), dtype=np.float32)
    for row, (state, every, slot) in enumerate(zip(states, expected, voice, strict=True)):
        own = every[slot] if every else None
        if own is not None and (state.tick or state.tick in own):
            costs[row, _WAITS if own.get(state.tick, REST) != REST else _BEGINS] = OTHER_ONSET
    return costs


def passing_costs(states: Sequence[ConstraintState], expected: Sequence[Expected]) -> Prices:
    """[R, A] the cost of passing over onsets of the theme."""
    costs = np.zeros((len(states), 1 + len(TIME_SHIFT_STEPS)), dtype=np.float32)
    for row, (state, every) in enumerate(zip(states, expected, strict=True)):
        later = sorted({tick for own in every if own for tick in own if tick > state.tick})
        costs[row, 1:] = OTHER_ONSET * np.searchsorted(later, state.tick + np.asarray(TIME_SHIFT_STEPS), side="left")
        costs[row, BARLINE] = OTHER_ONSET * len(later)
    return costs


def _at(expected: Expected, slot: int, tick: int) -> int | None:
    own = expected[slot] if expected else None
    return None if own is None else own.get(tick)


def _has_pitch(state: ConstraintState) -> bool:
    return any(isinstance(vocabulary().value(token), Pitch) for token in state.written)
