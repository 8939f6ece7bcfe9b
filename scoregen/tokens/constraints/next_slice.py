"""Masks of the onset of the next slice."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from scoregen.tokens.constraints.measure_rules import Plan
from scoregen.tokens.constraints.places import NEITHER
from scoregen.tokens.constraints.state import ConstraintState
from scoregen.tokens.constraints.voice_masks import Mask, every_token
from scoregen.tokens.vocabulary import vocabulary


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
