"""Costs of chords: hands seldom strike thick chords quickly, and bows sound single notes.

A hand of the training songs sounds two notes or more in 12 % of its sixteenths and in 47 % of longer notes, and a fifth
of these have three in sixteenths; drafts without these costs have twice as many. Bows of drafts sound chords four times
as often as those of quartets. The prices of a style (`second_note`, `full_chord`, `quick_chord`, `double_stop`) are
chosen on its training corpus. R drafts, C choices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from scoregen.model.features.inputs import SPELLED
from scoregen.model.sampling.costs.figures.rhythm import Moment, Prices, token_of
from scoregen.tokens.constraints.state import ConstraintState
from scoregen.tokens.sonorities import whole_ticks
from scoregen.tokens.vocabulary import vocabulary

FULL_CHORD = 2
"""The notes of a chord of a hand after whose next one it is full."""
QUICK = 0.25
"""The quarters between two chords of a hand that are quick."""


class ChordPrices(NamedTuple):
    """Nats for the notes of a chord of a hand: `second` for the second one; `full` for each after the third, unless the
    hand has rested or held for more than a quarter; `quick` for each after the first if the hand strikes sixteenths or
    faster."""

    second: float
    full: float
    quick: float


def hand_chord_costs(moments: Sequence[Moment], voice: Sequence[int], choices: int, prices: ChordPrices) -> Prices:
    """[R, C] the cost of a further note in the chord of a hand [R]."""
    costs = np.zeros((len(moments), choices), dtype=np.float32)
    quarter = vocabulary().ticks_per_quarter
    for row, (moment, slot) in enumerate(zip(moments, voice, strict=True)):
        rule = moment.state.rules.voices[slot]
        if not rule.is_hand or rule.max_chord == 1:
            continue
        written, since = _notes(moment.state.written), _since_note(moment, slot)
        costs[row, SPELLED.more] = (
            prices.second * (written == 0)
            + prices.full * (written >= FULL_CHORD and since <= quarter)
            + prices.quick * (since <= quarter * QUICK)
        )
    return costs


def _notes(written: Sequence[int]) -> int:
    """The notes of an incomplete chord."""
    return sum(token >= vocabulary().first_pitch for token in written)


def _since_note(moment: Moment, slot: int) -> int:
    """The ticks since a voice last began a note, in this measure or the one before; more than a quarter if in none."""
    state, turn = moment.state, moment.state.rules.order.index(slot)
    for tick, events in reversed(state.slices):
        if events[turn][0] not in (token_of("hold"), token_of("rest")):
            return state.tick - tick
    ticks = vocabulary().ticks_per_quarter
    if moment.before is not None:
        end = whole_ticks(moment.before.header.duration)
        for piece in reversed(moment.before.slices):
            if piece.events[slot].pitches:
                return end - whole_ticks(piece.onset) + state.tick
    return ticks + 1


def double_stop_costs(states: Sequence[ConstraintState], voice: Sequence[int], choices: int, nats: float) -> Prices:
    """[R, C] the cost of a second note for a bow."""
    costs = np.zeros((len(states), choices), dtype=np.float32)
    for row, (state, slot) in enumerate(zip(states, voice, strict=True)):
        rule = state.rules.voices[slot]
        if rule.max_chord > 1 and not rule.is_hand and not state.written:
            costs[row, SPELLED.more] = nats
    return costs
