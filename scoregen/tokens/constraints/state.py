"""Writing a measure token by token so that it can always be completed, notated and decoded.

A slice takes one event of every voice, in `MeasureRules.order`; then comes the onset of the next
slice, or the barline. `allowed` offers only what leaves a way to the barline:

    syntax      hold what sounds, rest only once, one event a voice, a slice that changes something
    time        each tuplet span of a voice keeps to one division; no onset of a given voice is skipped
    range       what the voice's rule lets it attack
    extra       the caller's own mask

They combine by intersection; where the extra mask leaves nothing a ConstraintError names the voice.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, lru_cache
from typing import Literal

import numpy as np

from scoregen.score.pitch import Pitch
from scoregen.system.errors import ConstraintError
from scoregen.tokens.constraints.measure_rules import MeasureRules as MeasureRules
from scoregen.tokens.constraints.measure_rules import Plan
from scoregen.tokens.constraints.places import EITHER, NEITHER
from scoregen.tokens.constraints.places import Finest as Finest
from scoregen.tokens.constraints.voice_masks import (
    Mask,
    VoiceTurn,
    completes_event,
    sounding_after,
    turn_mask,
    turn_masks,
)
from scoregen.tokens.constraints.voice_masks import VoiceRule as VoiceRule
from scoregen.tokens.event_tokens import event_of
from scoregen.tokens.events import Event, Slice
from scoregen.tokens.vocabulary import EVENT_WORDS, vocabulary

Carry = tuple[tuple[Pitch, ...] | None, ...]
"""By slot what it is doing as a measure begins: the pitches it sounds, () if it rests, None if absent."""

_NOBODY = -1
_ANYTHING = (len(EVENT_WORDS),)


@dataclass(frozen=True, slots=True, eq=False)
class ConstraintState:
    """How far a measure is written."""

    rules: MeasureRules
    tick: int
    turn: int  # whose event comes next, as an index of `order`; its length when an onset comes
    written: tuple[int, ...]  # the tokens of the event in writing
    sounding: tuple[tuple[int, ...] | None, ...]  # by slot, as pitch ids
    divisions: tuple[int, ...]  # by slot, what is left open in this tuplet span
    duty: int  # the turn that must not hold, if nobody changes anything before it
    events: tuple[tuple[int, ...], ...]  # of this slice, by turn
    slices: tuple[tuple[int, tuple[tuple[int, ...], ...]], ...]
    finished: bool = False


def begin(rules: MeasureRules, carry: Carry | Sequence[tuple[Pitch, ...] | None]) -> ConstraintState:
    """The start of a measure, where every voice says something; `carry` is what goes on over the barline."""
    words = vocabulary()
    heard = [None if doing is None else () if rules.first else doing for doing in carry]
    sounding = tuple(None if doing is None else tuple(words.pitch_id(pitch) for pitch in doing) for doing in heard)
    divisions = (rules.plan.divisions[0],) * len(rules.order)
    slices = () if rules.order else ((0, ()),)  # without voices the one slice is complete as it is
    return ConstraintState(rules, 0, 0, (), sounding, divisions, _NOBODY, (), slices)


def expected(state: ConstraintState) -> tuple[Literal["event"], int] | tuple[Literal["onset"]]:
    """What comes next: the event of a slot, or the onset of the next slice (or the barline)."""
    order = state.rules.order
    return ("event", order[state.turn]) if state.turn < len(order) else ("onset",)


def onset(state: ConstraintState) -> Fraction:
    """The onset of the slice in writing."""
    return Fraction(state.tick, vocabulary().ticks_per_quarter)


def finished(state: ConstraintState) -> bool:
    """Whether the barline is written."""
    return state.finished


def allowed(state: ConstraintState) -> Mask:
    """A mask over the vocabulary (read-only): the tokens that may come next. Raises ConstraintError if none."""
    mask = _mask(state)
    if state.rules.extra is None:
        return mask
    narrowed = mask & state.rules.extra(state)
    if not narrowed.any():
        raise _nothing_left(state, mask)
    return narrowed


def left_by(state: ConstraintState) -> dict[str, Mask]:
    """What each constraint leaves by itself to the blank voice whose turn it is, by the constraint's name."""
    slot = state.rules.order[state.turn]
    return turn_masks(state.rules.voices[slot], _turn(state, slot))


def taken(state: ConstraintState, event: tuple[int, ...]) -> ConstraintState:
    """The state after a whole event that stands written, allowed or not."""
    return _with_event(state, event)


def moved(state: ConstraintState, tick: int) -> ConstraintState:
    """The state at the start of the slice at a tick, after whole slices that stand written, allowed or not."""
    return _to_onset(state, vocabulary().place_id(tick))


def advance(state: ConstraintState, token: int) -> ConstraintState:
    """The state after a token; ValueError if the rules do not allow it."""
    if not _mask(state)[token]:
        raise ValueError(f"{vocabulary().token_text(token)} is not allowed at onset {onset(state)}")
    if state.turn == len(state.rules.order):
        return _to_onset(state, token)
    written = (*state.written, token)
    if not completes_event(written):
        return replace(state, written=written)
    return _with_event(state, written)


def give(state: ConstraintState) -> ConstraintState:
    """The state after the whole event of a given voice, whose turn it must be."""
    return _with_event(state, _given_event(state, state.rules.order[state.turn]))


def slices(state: ConstraintState) -> tuple[Slice, ...]:
    """The slices that are complete."""
    order = state.rules.order
    ticks = vocabulary().ticks_per_quarter
    return tuple(
        Slice(Fraction(tick, ticks), tuple(_event(events[order.index(slot)]) for slot in range(len(order))))
        for tick, events in state.slices
    )


def carry(state: ConstraintState) -> Carry:
    """What each slot is doing: to `begin` the next measure with."""
    words = vocabulary()
    return tuple(
        None if sounding is None else tuple(words.value(pitch) for pitch in sounding) for sounding in state.sounding
    )


def _given_event(state: ConstraintState, slot: int) -> tuple[int, ...]:
    plan = state.rules.plan
    events = plan.given[slot]
    if events is None:
        raise ValueError(f"voice {slot + 1} is blank: it has no event to give")
    return events.get(state.tick, plan.otherwise[slot])


def _mask(state: ConstraintState) -> Mask:
    order = state.rules.order
    if state.turn == len(order):
        return _onset_mask(state)
    slot = order[state.turn]
    if state.rules.plan.given[slot] is not None:
        return _only(_given_event(state, slot)[len(state.written)])
    return turn_mask(state.rules.voices[slot], _turn(state, slot))


def _turn(state: ConstraintState, slot: int) -> VoiceTurn:
    may_begin = state.tick == 0 or state.divisions[slot] & state.rules.plan.divisions[state.tick] != NEITHER
    sounding = state.sounding[slot]
    if sounding and state.rules.voices[slot].max_chord == 1:
        sounding = _ANYTHING  # which pitch it is decides nothing: fewer turns to remember
    return VoiceTurn(state.tick == 0, sounding, may_begin, state.duty == state.turn, state.written)


def _with_event(state: ConstraintState, written: tuple[int, ...]) -> ConstraintState:
    """The state after a whole event."""
    rules, slot = state.rules, state.rules.order[state.turn]
    first = written[0]
    changes = first != _hold() and rules.plan.given[slot] is None
    sounding, divisions, duty = state.sounding, state.divisions, state.duty
    if first != _hold():
        sounding = (*sounding[:slot], sounding_after(written, sounding[slot]), *sounding[slot + 1 :])
    if changes:
        kept = divisions[slot] & rules.plan.divisions[state.tick]
        divisions = (*divisions[:slot], kept, *divisions[slot + 1 :])
        duty = _NOBODY
    turn, events = state.turn + 1, (*state.events, written)
    complete = state.slices if turn < len(rules.order) else (*state.slices, (state.tick, events))
    return ConstraintState(rules, state.tick, turn, (), sounding, divisions, duty, events, complete)


def _to_onset(state: ConstraintState, token: int) -> ConstraintState:
    """The state at the start of the next slice, or at the barline."""
    rules, words = state.rules, vocabulary()
    if token == words.barline:
        return replace(state, finished=True)
    tick = words.tick(token)
    divisions = state.divisions
    if rules.plan.spans[tick] != rules.plan.spans[state.tick]:
        divisions = (EITHER,) * len(divisions)
    duty = _NOBODY if tick in rules.plan.stops else _last_able(state, divisions, tick)
    return ConstraintState(rules, tick, 0, (), state.sounding, divisions, duty, (), state.slices)


def _is_able(state: ConstraintState, slot: int) -> bool:
    """Whether a blank voice has anything to begin: a note, or a rest if it sounds."""
    rules = state.rules
    return rules.plan.given[slot] is None and (bool(state.sounding[slot]) or not rules.voices[slot].is_silent)


def _last_able(state: ConstraintState, divisions: Sequence[int], tick: int) -> int:
    """The last turn at which a blank voice can begin something at a tick."""
    here = state.rules.plan.divisions[tick]
    able = (turn for turn, slot in enumerate(state.rules.order) if divisions[slot] & here and _is_able(state, slot))
    return max(able, default=_NOBODY)


def _onset_mask(state: ConstraintState) -> Mask:
    """Every onset at which some voice can begin something, up to the next one of a given voice."""
    able = [slot for slot in range(len(state.divisions)) if _is_able(state, slot)]
    reachable = 0
    for slot in able:
        reachable |= state.divisions[slot]
    key = (state.tick, reachable, bool(able))
    found = state.rules.plan.onsets.get(key)
    if found is None:
        found = state.rules.plan.onsets[key] = _onsets(state.rules.plan, *key)
    return found


def _onsets(plan: Plan, tick: int, reachable: int, anybody: bool) -> Mask:
    words = vocabulary()
    mask = np.zeros(len(words), dtype=np.bool_)
    later = plan.stops[bisect_right(plan.stops, tick) :]
    here, elsewhere = reachable, EITHER if anybody else NEITHER
    for place in range(tick + 1, later[0] if later else len(plan.spans)):
        in_span = plan.spans[place] == plan.spans[tick]
        mask[words.place_id(place)] = plan.divisions[place] & (here if in_span else elsewhere)
    mask[words.place_id(later[0]) if later else words.barline] = True
    mask.flags.writeable = False
    return mask


def _nothing_left(state: ConstraintState, mask: Mask) -> ConstraintError:
    rules, words = state.rules, vocabulary()
    place = replace(rules.place, measure=rules.header.number)
    if state.turn < len(rules.order):
        slot = rules.order[state.turn]
        place = replace(place, voice=str(slot + 1))
        if rules.slots:
            place = replace(place, part=rules.slots[slot].part, voice=str(rules.slots[slot].voice))
    options = [words.token_text(int(token)) for token in np.flatnonzero(mask)]
    few = ", ".join(options[:4]) + (f" and {len(options) - 4} more" if len(options) > 4 else "")
    found = f"nothing is left to write at onset {onset(state)}: the extra constraints rule out {few}"
    return ConstraintError(f"{found}; loosen one of them", place)


@lru_cache(maxsize=4096)
def _event(written: tuple[int, ...]) -> Event:
    return event_of(written)


@cache
def _hold() -> int:
    return vocabulary().id("hold")


@cache
def _only(token: int) -> Mask:
    mask = np.zeros(len(vocabulary()), dtype=np.bool_)
    mask[token] = True
    mask.flags.writeable = False
    return mask
