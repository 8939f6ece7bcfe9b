"""Where the next slice of a measure may begin, and which voices can begin anything there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from scoregen.tokens.constraints.measure_rules import Plan
from scoregen.tokens.constraints.places import EITHER, NEITHER
from scoregen.tokens.constraints.voice_masks import Mask, every_token
from scoregen.tokens.vocabulary import vocabulary

if TYPE_CHECKING:
    from scoregen.tokens.constraints.state import ConstraintState

NO_TURN = -1


def is_able(state: ConstraintState, slot: int) -> bool:
    """Whether a blank voice can begin anything: a note, or a rest if it sounds."""
    rules = state.rules
    return rules.plan.given[slot] is None and (bool(state.sounding[slot]) or not rules.voices[slot].is_silent)


def last_able(state: ConstraintState, divisions: Sequence[int], tick: int) -> int:
    """The last turn at which a blank voice can begin something at a tick."""
    here = state.rules.plan.divisions[tick]
    able = (turn for turn, slot in enumerate(state.rules.order) if divisions[slot] & here and is_able(state, slot))
    return max(able, default=NO_TURN)


def onset_mask(state: ConstraintState) -> Mask:
    """Every onset at which some voice can begin something, up to the next one of a given voice."""
    able = [slot for slot in range(len(state.divisions)) if is_able(state, slot)]
    reachable = 0
    for slot in able:
        reachable |= state.divisions[slot]
    key = (state.tick, reachable, bool(able))
    mask = state.rules.plan.onsets.get(key)
    if mask is None:
        mask = state.rules.plan.onsets[key] = _onsets(state.rules.plan, *key)
    return mask


def _onsets(plan: Plan, tick: int, reachable: int, any_able: bool) -> Mask:
    words = vocabulary()
    mask = np.zeros(len(words), dtype=np.bool_)
    later = plan.stops[bisect_right(plan.stops, tick) :]
    here, elsewhere = reachable, EITHER if any_able else NEITHER
    for place in range(tick + 1, later[0] if later else len(plan.spans)):
        in_span = plan.spans[place] == plan.spans[tick]
        mask[words.place_id(place)] = plan.divisions[place] & (here if in_span else elsewhere)
    mask[words.place_id(later[0]) if later else words.barline] = True
    mask.flags.writeable = False
    return mask


def no_later(state: ConstraintState, following: Fraction | None) -> Mask:
    """The next slice is no later than an onset, and divides the beat so that a note can begin there.

    None: any slice.
    """
    words, plan = vocabulary(), state.rules.plan
    if following is None:
        return every_token()
    key = (state.tick, int(following * words.ticks_per_quarter))
    mask = plan.no_later.get(key)
    if mask is None:
        mask = plan.no_later[key] = _no_later(plan, *key)
    return mask


def _no_later(plan: Plan, now: int, tick: int) -> Mask:
    words = vocabulary()
    mask = np.ones(len(words), dtype=np.bool_)
    mask[words.onsets] = False
    for place in range(now + 1, tick + 1):
        in_span = plan.spans[place] == plan.spans[tick]
        mask[words.place_id(place)] = not in_span or plan.divisions[place] & plan.divisions[tick] != NEITHER
    mask.flags.writeable = False
    return mask
