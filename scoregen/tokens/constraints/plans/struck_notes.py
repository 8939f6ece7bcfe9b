"""Voices whose rhythm is fixed before their pitches: a note at certain places, a rest at others."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache, reduce
from operator import or_
from typing import NamedTuple

import numpy as np

from scoregen.tokens.constraints.places import EITHER, NEITHER
from scoregen.tokens.constraints.state import ConstraintState, next_step, onset
from scoregen.tokens.constraints.voice_masks import KEPT_MASKS, Mask, only_word, without_words
from scoregen.tokens.vocabulary import vocabulary


class StruckNotes(NamedTuple):
    """Where a voice begins a note and where a rest, in quarters from the start of its measure.

    It does so nowhere else if they are `complete`: what sounds, or a rest, goes on, over the barline too. At places
    that are `repeated` it begins the note that sounds once more, if one does.
    """

    notes: frozenset[Fraction] = frozenset()
    rests: frozenset[Fraction] = frozenset()
    complete: bool = True
    repeated: frozenset[Fraction] = frozenset()


def struck_mask(state: ConstraintState, struck: Mapping[int, StruckNotes]) -> Mask | None:
    """The mask of the rhythm of the voice whose turn it is, or of the next slice; None if it is free."""
    step = next_step(state)
    if step[0] == "onset":
        return _next_place(state, struck)
    own = struck.get(step[1])
    if own is None or state.written:
        return None
    place = onset(state)
    sounding = state.sounding[step[1]]
    if place in own.repeated and sounding:
        return _only_these(sounding)
    if place in own.notes | own.repeated:
        return without_words("hold", "rest")
    if place in own.rests:
        return only_word("hold") if sounding == () else only_word("rest")
    return only_word("hold") if own.complete else None


def _next_place(state: ConstraintState, struck: Mapping[int, StruckNotes]) -> Mask:
    """The next slice is where a fixed rhythm has a note or a rest, or where another voice can begin something."""
    words, plan = vocabulary(), state.rules.plan
    free = [slot for slot in state.rules.order if plan.given[slot] is None and not _is_complete(struck, slot)]
    fixed = frozenset[int]().union(*map(_places, struck.values()))
    within = reduce(or_, (state.divisions[slot] for slot in free), NEITHER)
    mask = np.ones(len(words), dtype=np.bool_)
    here, later = plan.spans[state.tick], range(state.tick + 1, len(plan.spans))
    mask[words.place_id(later.start) : words.place_id(later.stop)] = [
        place in fixed
        or (bool(free) and plan.divisions[place] & (within if plan.spans[place] == here else EITHER) != NEITHER)
        for place in later
    ]
    return mask


@lru_cache(maxsize=KEPT_MASKS)
def _places(own: StruckNotes) -> frozenset[int]:
    """The ticks at which a fixed rhythm has a note or a rest."""
    return frozenset(int(place * vocabulary().ticks_per_quarter) for place in own.notes | own.rests | own.repeated)


def _is_complete(struck: Mapping[int, StruckNotes], slot: int) -> bool:
    return slot in struck and struck[slot].complete


@lru_cache(maxsize=KEPT_MASKS)
def _only_these(pitches: tuple[int, ...]) -> Mask:
    """These pitches, by their tokens."""
    mask = np.zeros(len(vocabulary()), dtype=np.bool_)
    mask[list(pitches)] = True
    mask.flags.writeable = False
    return mask
