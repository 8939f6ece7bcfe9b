"""Suspensions into planned chords: one voice holds the note a step above the root or third, and falls before the next.

The chord must leave room for the resolution: a place within the measure at which the voice may begin a note. Until
then no other voice takes the third that is delayed, and the next slice is no later than the last such place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from scoregen.tokens.constraints.places import NEITHER
from scoregen.tokens.constraints.state import ConstraintState
from scoregen.tokens.vocabulary import vocabulary

STEPS_DOWN = (5, -2)
"""A minor and a major second down on the line of fifths."""
SOONEST, LATEST = Fraction(1, 2), Fraction(2)
"""The quarters after the chord begins between which a suspension resolves."""


def delayed(state: ConstraintState, slot: int, members: Sequence[int]) -> int | None:
    """The root or third a step below what a voice sounds, on the line of fifths; None if it sounds a member."""
    sounding = state.sounding[slot] or ()
    if len(sounding) != 1:
        return None
    own = vocabulary().value(sounding[0]).fifths
    return None if own in members else next((own + step for step in STEPS_DOWN if own + step in members[:2]), None)


def suspended(state: ConstraintState, members: Sequence[int], since: int) -> Iterator[tuple[int, int]]:
    """The blank voices above the lowest that hold a suspension since a tick, each with the member that it delays."""
    order, given = state.rules.order, state.rules.given
    for turn, slot in enumerate(order):
        is_free = slot != len(order) - 1 and given[slot] is None
        target = delayed(state, slot, members) if is_free else None
        if target is not None and _is_held(state, turn, since):
            yield slot, target


def _is_held(state: ConstraintState, turn: int, since: int) -> bool:
    """Whether a voice has had its turn since a tick, and held each time."""
    written = [events for tick, events in state.slices if tick >= since]
    if state.turn < len(state.rules.order):
        written.append(state.events)
    own = [events[turn] for events in written if turn < len(events)]
    return bool(own) and all(event == (vocabulary().id("hold"),) for event in own)


def resolutions(state: ConstraintState, slot: int, since: int, following: Fraction | None) -> list[int]:
    """The ticks after this slice at which a voice may resolve what it holds since a tick, before the next chord."""
    per_quarter, plan = vocabulary().ticks_per_quarter, state.rules.plan
    end = len(plan.spans) if following is None else int(following * per_quarter)
    step, last = int(SOONEST * per_quarter), since + int(LATEST * per_quarter)
    return [
        tick
        for tick in range(since + step, min(end, last + 1), step)
        if tick > state.tick and _may_begin(state, slot, tick)
    ]


def _may_begin(state: ConstraintState, slot: int, tick: int) -> bool:
    plan = state.rules.plan
    same_span = plan.spans[tick] == plan.spans[state.tick]
    divisions = plan.divisions[tick] & (state.divisions[slot] if same_span else plan.divisions[tick])
    return divisions != NEITHER
