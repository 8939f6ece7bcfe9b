"""Costs of figuration: a part goes on in the rhythm of its last measure, a hand moves, a bow sounds one note, and a
voice of a choir does not repeat a note alone.

The drafts of hands change their rhythm in most measures and repeat their chords, where those of the corpora keep a
figure and move through the chord; their bows sound chords four times as often. The prices of a style (`rhythm_change`,
`repeated_note`, `double_stop`) are chosen on its training corpus. R drafts, C choices, E events, A time shifts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import BARLINE, FIRST_PITCH, PITCH_IDS
from scoregen.model.features.inputs import SPELLED, TIME_SHIFT_STEPS
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints.state import ConstraintState, onset
from scoregen.tokens.events import TokenMeasure
from scoregen.tokens.vocabulary import vocabulary

Prices = NDArray[np.float32]
Onsets = tuple[frozenset[int], ...]
"""By voice the ticks of a measure at which it attacks."""
_BEGINS = slice(FIRST_PITCH, None)
_WAITS = slice(0, FIRST_PITCH)
ECHO = 2.0
"""Nats for a note of a choir that is sung again while all given voices hold or rest: it has no syllable. Set by
judgement."""
KEPT_MEASURES = 256
"""The measures whose onsets are kept: drafts are a few measures apart."""


class Moment(NamedTuple):
    """The state of a draft, and its measure before this one."""

    state: ConstraintState
    before: TokenMeasure | None


class RhythmCosts:
    """The cost of another rhythm than that of the measure before, in nats an onset; only new voices have one."""

    def __init__(self, nats: float) -> None:
        self._nats = nats
        self._known: dict[int, tuple[TokenMeasure, Onsets]] = {}

    def of_events(self, moments: Sequence[Moment], voice: NDArray[np.int64], choices: int) -> Prices:
        """[R, C] the cost of beginning a note off the rhythm of a voice [R], and of not beginning one on it."""
        costs = np.zeros((len(moments), choices), dtype=np.float32)
        for row, (moment, slot) in enumerate(zip(moments, voice.tolist(), strict=True)):
            before = self._before(moment)
            if before is not None and before[slot]:
                costs[row, _WAITS if moment.state.tick in before[slot] else _BEGINS] = self._nats
        return costs

    def of_time_shifts(self, moments: Sequence[Moment]) -> Prices:
        """[R, A] the cost of passing over onsets of the new voices, and of stopping off all of them."""
        costs = np.zeros((len(moments), 1 + len(TIME_SHIFT_STEPS)), dtype=np.float32)
        for row, moment in enumerate(moments):
            before, state = self._before(moment), moment.state
            onsets = set().union(*before) if before is not None else set()
            later = sorted(tick for tick in onsets if tick > state.tick)
            if onsets:
                goals = state.tick + np.asarray(TIME_SHIFT_STEPS)
                passed = np.searchsorted(later, goals, side="left")
                is_met = np.array([*later, -1])[passed] == goals
                costs[row, 1:] = self._nats * (passed + ~is_met)
                costs[row, BARLINE] = self._nats * len(later)
        return costs

    def _before(self, moment: Moment) -> Onsets | None:
        """The onsets of the new voices in the measure before; None if it is none of the same length."""
        measure, rules = moment.before, moment.state.rules
        if (
            measure is None
            or measure.header.duration != rules.header.duration
            or measure.header.time != rules.header.time
        ):
            return None
        found = self._known.get(id(measure))
        if found is None:
            if len(self._known) == KEPT_MEASURES:
                self._known.clear()
            found = self._known[id(measure)] = measure, _onsets(measure)
        return tuple(row if given is None else frozenset() for row, given in zip(found[1], rules.given, strict=True))


def _onsets(measure: TokenMeasure) -> Onsets:
    ticks = vocabulary().ticks_per_quarter
    rows: list[set[int]] = [set() for _ in measure.slices[0].events]
    for piece in measure.slices:
        for voice, event in enumerate(piece.events):
            if event.pitches:
                rows[voice].add(int(piece.onset * ticks))
    return tuple(map(frozenset, rows))


def double_stop_costs(states: Sequence[ConstraintState], voice: Sequence[int], choices: int, nats: float) -> Prices:
    """[R, C] the cost of a second note for a bow."""
    costs = np.zeros((len(states), choices), dtype=np.float32)
    for row, (state, slot) in enumerate(zip(states, voice, strict=True)):
        rule = state.rules.voices[slot]
        if rule.max_chord > 1 and not rule.is_hand and not state.written:
            costs[row, SPELLED.more] = nats
    return costs


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
