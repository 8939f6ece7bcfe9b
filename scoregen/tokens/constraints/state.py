"""Writing a measure token by token so that it can always be completed, notated and decoded.

A slice has one event of every voice, in `MeasureRules.order`; then comes the onset of the next
slice, or the barline. `allowed_tokens` contains only tokens from which the barline can be reached:

    syntax      hold what sounds, rest only once, one event per voice, a slice that changes something
    time        each tuplet span of a voice has one division; no onset of a given voice is skipped
    range       the pitches of the voice's rule
    extra       the mask of the caller

They combine by intersection; if the extra mask leaves nothing, a ConstraintError names the voice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, lru_cache
from typing import Literal

import numpy as np

from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.system.errors import ConstraintError
from scoregen.tokens.constraints.measure_rules import MeasureRules as MeasureRules
from scoregen.tokens.constraints.next_onsets import NO_TURN, last_able, onset_mask
from scoregen.tokens.constraints.places import EITHER, NEITHER
from scoregen.tokens.constraints.places import Finest as Finest
from scoregen.tokens.constraints.voice_masks import (
    Mask,
    VoiceTurn,
    completes_event,
    in_token_order,
    only_token,
    sounding_after,
    turn_mask,
    turn_masks,
)
from scoregen.tokens.constraints.voice_masks import VoiceRule as VoiceRule
from scoregen.tokens.event_tokens import event_of
from scoregen.tokens.events import Event, Slice
from scoregen.tokens.vocabulary import EVENT_WORDS, vocabulary

Carry = tuple[tuple[Pitch, ...] | None, ...]
"""By slot what sounds at the start of a measure: the pitches, () during a rest, None if absent."""

_ANY_PITCH = (len(EVENT_WORDS),)


@dataclass(frozen=True, slots=True, eq=False)
class ConstraintState:
    """A partly written measure."""

    rules: MeasureRules
    tick: int
    turn: int  # the index in `order` of the next event; the length of `order` if an onset comes next
    written: tuple[int, ...]  # the tokens of the incomplete event
    sounding: tuple[tuple[int, ...] | None, ...]  # by slot, as pitch ids
    divisions: tuple[int, ...]  # by slot, the divisions that are still possible in this tuplet span
    duty: int  # the turn that must not hold if no voice changes before it
    events: tuple[tuple[int, ...], ...]  # of this slice, by turn
    slices: tuple[tuple[int, tuple[tuple[int, ...], ...]], ...]
    finished: bool = False
    heard: tuple[tuple[int, ...] | None, ...] = ()  # by slot, what sounded before the measure, tied into it or not


def begin(
    rules: MeasureRules,
    carry: Carry | Sequence[tuple[Pitch, ...] | None],
    heard: Carry | Sequence[tuple[Pitch, ...] | None] | None = None,
) -> ConstraintState:
    """The start of a measure, where every voice has an event.

    `carry` is what sounds before the barline and may be tied over it, `heard` what sounds there at all.
    """
    words = vocabulary()
    before = [None if pitches is None else () if rules.first else pitches for pitches in carry]
    sounding = tuple(None if row is None else tuple(words.pitch_id(pitch) for pitch in row) for row in before)
    divisions = (rules.plan.divisions[0],) * len(rules.order)
    slices = () if rules.order else ((0, ()),)  # without voices the only slice is complete
    known = carry if heard is None else heard
    last = tuple(None if row is None else tuple(words.pitch_id(pitch) for pitch in row) for row in known)
    return ConstraintState(rules, 0, 0, (), sounding, divisions, NO_TURN, (), slices, heard=last)


def next_step(state: ConstraintState) -> tuple[Literal["event"], int] | tuple[Literal["onset"]]:
    """What comes next: the event of a slot, or the onset of the next slice (or the barline)."""
    order = state.rules.order
    return ("event", order[state.turn]) if state.turn < len(order) else ("onset",)


def onset(state: ConstraintState) -> Fraction:
    """The onset of the current slice, in quarters."""
    return _quarters(state.tick)


def is_on_beat(state: ConstraintState) -> bool:
    """Whether the current slice begins on a beat."""
    return onset(state) in _beat_onsets(state.rules.header.time)


def is_finished(state: ConstraintState) -> bool:
    """Whether the barline is written."""
    return state.finished


def allowed_tokens(state: ConstraintState) -> Mask:
    """A read-only mask over the vocabulary: the tokens that may come next. Raises ConstraintError if there are none."""
    mask = unrestricted_tokens(state)
    if state.rules.extra is None:
        return mask
    narrowed = mask & state.rules.extra(state)
    if not narrowed.any():
        raise _nothing_left(state, mask)
    return narrowed


def left_pitches(state: ConstraintState, slot: int) -> tuple[int, ...]:
    """The ids of the pitches that a voice leaves at its turn: what it sounds, at a barline what it sounded before."""
    if state.tick == 0 and state.heard:
        return state.heard[slot] or ()
    return state.sounding[slot] or ()


def masks_by_constraint(state: ConstraintState) -> dict[str, Mask]:
    """The mask of each constraint alone, by its name, for the blank voice whose turn it is."""
    slot = state.rules.order[state.turn]
    return turn_masks(state.rules.voices[slot], voice_turn(state, slot))


def after_event(state: ConstraintState, event: tuple[int, ...]) -> ConstraintState:
    """The state after a complete event, whether it is allowed or not."""
    return _with_event(state, event)


def at_tick(state: ConstraintState, tick: int) -> ConstraintState:
    """The state at the start of the slice at a tick, after complete slices, whether they are allowed or not."""
    return _to_onset(state, vocabulary().place_id(tick))


def advance(state: ConstraintState, token: int) -> ConstraintState:
    """The state after a token; ValueError if the rules do not allow it."""
    if not unrestricted_tokens(state)[token]:
        raise ValueError(f"{vocabulary().token_text(token)} is not allowed at onset {onset(state)}")
    if state.turn == len(state.rules.order):
        return _to_onset(state, token)
    return after_token(state, token)


def advance_given(state: ConstraintState) -> ConstraintState:
    """The state after the event of a given voice, whose turn it must be."""
    return _with_event(state, _given_event(state, state.rules.order[state.turn]))


def slices(state: ConstraintState) -> tuple[Slice, ...]:
    """The complete slices."""
    order = state.rules.order
    ticks = vocabulary().ticks_per_quarter
    return tuple(
        Slice(Fraction(tick, ticks), tuple(_event(events[order.index(slot)]) for slot in range(len(order))))
        for tick, events in state.slices
    )


def carry(state: ConstraintState) -> Carry:
    """What each slot sounds, with which to `begin` the next measure."""
    words = vocabulary()
    return tuple(
        None if sounding is None else tuple(words.value(pitch) for pitch in sounding) for sounding in state.sounding
    )


def _given_event(state: ConstraintState, slot: int) -> tuple[int, ...]:
    plan = state.rules.plan
    events = plan.given[slot]
    if events is None:
        raise ValueError(f"voice {slot + 1} is blank: it has no given event")
    return events.get(state.tick, plan.between[slot])


@lru_cache(maxsize=16)  # each of the masks that are combined asks for it
def unrestricted_tokens(state: ConstraintState) -> Mask:
    """A read-only mask of the tokens that may come next without the extra mask of the caller; never empty."""
    order = state.rules.order
    if state.turn == len(order):
        return onset_mask(state)
    slot = order[state.turn]
    if state.rules.plan.given[slot] is not None:
        return only_token(_given_event(state, slot)[len(state.written)])
    return turn_mask(state.rules.voices[slot], voice_turn(state, slot))


def voice_turn(state: ConstraintState, slot: int) -> VoiceTurn:
    """The turn of a blank voice; of a single line, any pitch stands for what sounds."""
    may_begin = state.tick == 0 or state.divisions[slot] & state.rules.plan.divisions[state.tick] != NEITHER
    sounding = state.sounding[slot]
    if sounding and state.rules.voices[slot].max_chord == 1:
        sounding = _ANY_PITCH  # the pitch is irrelevant: fewer turns in the cache
    return VoiceTurn(state.tick == 0, sounding, may_begin, state.duty == state.turn, state.written)


def after_token(state: ConstraintState, token: int) -> ConstraintState:
    """The state after a token of an event, whether it is allowed or not."""
    written = (*state.written, token)
    return _with_event(state, written) if completes_event(written) else replace(state, written=written)


def _with_event(state: ConstraintState, written: tuple[int, ...]) -> ConstraintState:
    """The state after a complete event."""
    written = in_token_order(written)
    rules, slot = state.rules, state.rules.order[state.turn]
    first = written[0]
    changes = first != _hold() and rules.plan.given[slot] is None
    sounding, divisions, duty = state.sounding, state.divisions, state.duty
    if first != _hold():
        sounding = (*sounding[:slot], sounding_after(written, sounding[slot]), *sounding[slot + 1 :])
    if changes:
        kept = divisions[slot] & rules.plan.divisions[state.tick]
        divisions = (*divisions[:slot], kept, *divisions[slot + 1 :])
        duty = NO_TURN
    turn, events = state.turn + 1, (*state.events, written)
    complete = state.slices if turn < len(rules.order) else (*state.slices, (state.tick, events))
    return ConstraintState(rules, state.tick, turn, (), sounding, divisions, duty, events, complete, heard=state.heard)


def _to_onset(state: ConstraintState, token: int) -> ConstraintState:
    """The state at the start of the next slice, or at the barline."""
    rules, words = state.rules, vocabulary()
    if token == words.barline:
        return replace(state, finished=True)
    tick = words.tick(token)
    divisions = state.divisions
    if rules.plan.spans[tick] != rules.plan.spans[state.tick]:
        divisions = (EITHER,) * len(divisions)
    duty = NO_TURN if tick in rules.plan.stops else last_able(state, divisions, tick)
    return ConstraintState(rules, tick, 0, (), state.sounding, divisions, duty, (), state.slices, heard=state.heard)


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
    problem = f"no event is possible at onset {onset(state)}: the extra constraints exclude {few}"
    return ConstraintError(f"{problem}; relax one of them", place)


@lru_cache(maxsize=4096)
def _event(written: tuple[int, ...]) -> Event:
    return event_of(written)


@cache
def _quarters(tick: int) -> Fraction:
    return Fraction(tick, vocabulary().ticks_per_quarter)


@lru_cache(maxsize=64)
def _beat_onsets(time: TimeSignature) -> frozenset[Fraction]:
    return frozenset(time.beat_onsets)


@cache
def _hold() -> int:
    return vocabulary().id("hold")
