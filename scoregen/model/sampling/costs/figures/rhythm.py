"""Costs of rhythm: voices go together, keep their rhythm or rest as the texture of a measure asks, and go on in the
rhythm of their last measure.

A network decides note by note, and its drafts are conversations of soloists; those of hands change their rhythm in most
measures. The prices of a style (`texture`, `apart`, `rhythm_change`) are chosen on its training corpus. R drafts,
C choices, A time shifts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import BARLINE, FIRST_PITCH, HOLD, REST
from scoregen.model.features.inputs import TIME_SHIFT_STEPS
from scoregen.plan.forms.textures import Texture
from scoregen.tokens.constraints.next_onsets import NO_TURN
from scoregen.tokens.constraints.state import ConstraintState
from scoregen.tokens.events import TokenMeasure
from scoregen.tokens.vocabulary import vocabulary
from scoregen.tokens.voice_descriptions import VoiceDescription

Prices = NDArray[np.float32]
Rhythms = tuple[Mapping[int, int], ...]
"""By voice what it does at the ticks of a measure: NOTE or REST; {} for a voice that begins no note."""
NOTE, SILENT, ANY = -1, -2, -3
"""Any note, none, and any event, beside the choices HOLD and REST."""
_BEGINS = slice(FIRST_PITCH, None)
_WAITS = slice(0, FIRST_PITCH)
KEPT_MEASURES = 256
"""The measures whose onsets are kept: drafts are a few measures apart."""


class Moment(NamedTuple):
    """The state of a draft, its measure before this one, and the texture of this one; () for none."""

    state: ConstraintState
    before: TokenMeasure | None
    texture: Texture = ()


class RhythmCosts:
    """The costs of another rhythm than that of the measure before, and of another one than the texture of a measure
    asks for, in nats an event; only new voices have any.

    A voice that follows another begins and rests with it, one that keeps its rhythm where it did in the measure before,
    and one that rests begins nothing, at the price `texture`. Any other one begins notes where it did at the price
    `change`, and a hand beside those of the other hand at the price `apart`.
    """

    def __init__(self, change: float, texture: float, apart: float, hands: Sequence[Sequence[int]] = ()) -> None:
        """`hands`: by slot the other hands of its part."""
        self._change, self._texture, self._apart, self._hands = change, texture, apart, hands
        self._known: dict[int, tuple[TokenMeasure, Rhythms]] = {}

    def of_events(self, moments: Sequence[Moment], voice: NDArray[np.int64], choices: int) -> Prices:
        """[R, C] the cost of each choice of a voice [R] that begins an event."""
        costs = np.zeros((len(moments), choices), dtype=np.float32)
        for row, (moment, slot) in enumerate(zip(moments, voice.tolist(), strict=True)):
            before = self._before(moment)
            asked = _asked(moment, slot, before)
            if asked is not None:
                _ask(costs[row], asked, self._texture)
            else:
                self._price_free(costs[row], moment, slot, before)
        return costs

    def _price_free(self, costs: NDArray[np.float32], moment: Moment, slot: int, before: Rhythms | None) -> None:
        """The prices of a voice that follows none and keeps no rhythm."""
        state = moment.state
        others = self._hands[slot] if self._apart and self._hands and moment.texture else ()
        if any(_event_of(state, other) == NOTE for other in others):
            costs[_BEGINS] = self._apart
        if before is not None and before[slot]:
            is_onset = before[slot].get(state.tick) == NOTE
            costs[_WAITS if is_onset else _BEGINS] += self._change
        if moment.texture and _is_last_free(moment, slot, before):
            costs[HOLD] += self._texture

    def of_time_shifts(self, moments: Sequence[Moment]) -> Prices:
        """[R, A] the cost of passing over onsets of the new voices, and of stopping where none is expected to begin."""
        costs = np.zeros((len(moments), 1 + len(TIME_SHIFT_STEPS)), dtype=np.float32)
        for row, moment in enumerate(moments):
            kept, changed, price = self._expected(moment)
            if kept or changed or price:
                goals = moment.state.tick + np.asarray(TIME_SHIFT_STEPS)
                met = np.zeros(len(goals), dtype=np.bool_)
                for ticks, nats in ((kept, self._texture), (changed, self._change)):
                    later = sorted(tick for tick in ticks if tick > moment.state.tick)
                    passed = np.searchsorted(later, goals, side="left")
                    met |= np.array([*later, -1])[passed] == goals
                    costs[row, 1:] += nats * passed
                    costs[row, BARLINE] += nats * len(later)
                costs[row, 1:] += price * ~met
        return costs

    def _expected(self, moment: Moment) -> tuple[set[int], set[int], float]:
        """The ticks at which voices that keep their rhythm are expected to do something, those at which the others
        began notes in the measure before, and the price of stopping elsewhere."""
        before, rules = self._before(moment), moment.state.rules
        kept: set[int] = set()
        changed: set[int] = set()
        is_open = not moment.texture
        for slot, given in enumerate(rules.given):
            habit = moment.texture[slot] if moment.texture else None
            if given is not None or (habit is not None and (habit.rests or habit.follows is not None)):
                continue
            own = before[slot] if before is not None else {}
            if own and habit is not None and habit.keeps:
                kept.update(own)
            else:
                changed.update(tick for tick, event in own.items() if event == NOTE)
                is_open = True
        if is_open:
            return kept, changed, self._change if kept or changed else 0.0
        return kept | set(rules.plan.stops), changed, self._texture

    def _before(self, moment: Moment) -> Rhythms | None:
        """The rhythms of the new voices in the measure before; None if it is none of the same length."""
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
            found = self._known[id(measure)] = measure, _rhythms(measure)
        return tuple(row if given is None else {} for row, given in zip(found[1], rules.given, strict=True))


def _asked(moment: Moment, slot: int, before: Rhythms | None) -> int | None:
    """What the texture asks of a voice in this slice; None of a voice that is free."""
    habit = moment.texture[slot] if moment.texture else None
    if habit is None:
        return None
    if habit.rests:
        return REST if moment.state.sounding[slot] else SILENT
    if habit.follows is not None:
        return _event_of(moment.state, habit.follows)
    if habit.keeps and before is not None and before[slot]:
        return before[slot].get(moment.state.tick, HOLD)
    return None


def _is_last_free(moment: Moment, slot: int, before: Rhythms | None) -> bool:
    """Whether nothing changes in this slice unless this voice changes, or one after it against the texture."""
    state = moment.state
    order = state.rules.order
    after = [other for other in order[state.turn + 1 :] if state.rules.given[other] is None]
    return state.duty != NO_TURN and all(_asked(moment, other, before) in (HOLD, SILENT, ANY) for other in after)


def _ask(costs: NDArray[np.float32], event: int, nats: float) -> None:
    """The price of every choice but those of an event: NOTE, REST, HOLD or SILENT; ANY has none."""
    if event == NOTE:
        costs[_WAITS] = nats
    elif event == HOLD:
        costs[REST] = nats
        costs[_BEGINS] = nats
    elif event == REST:
        costs[HOLD] = nats
        costs[_BEGINS] = nats
    elif event == SILENT:
        costs[_BEGINS] = nats


def _event_of(state: ConstraintState, slot: int) -> int:
    """What a voice that is written already does in this slice; ANY if it is silent and stays so."""
    order = state.rules.order
    turn = order.index(slot)
    if turn >= len(state.events):
        return ANY
    first = state.events[turn][0]
    if first == token_of("rest"):
        return REST
    if first != token_of("hold"):
        return NOTE
    return HOLD if state.sounding[slot] else ANY


@cache
def token_of(word: str) -> int:
    return vocabulary().id(word)


def _rhythms(measure: TokenMeasure) -> Rhythms:
    """By voice what it does at the ticks of a measure; {} for one that begins no note."""
    ticks = vocabulary().ticks_per_quarter
    rows: list[dict[int, int]] = [{} for _ in measure.slices[0].events]
    for piece in measure.slices:
        for voice, event in enumerate(piece.events):
            if event.pitches:
                rows[voice][int(piece.onset * ticks)] = NOTE
            elif event.kind == "rest":
                rows[voice][int(piece.onset * ticks)] = REST
    return tuple(row if NOTE in row.values() else {} for row in rows)


def other_hands(descriptions: Sequence[VoiceDescription] | None) -> tuple[tuple[int, ...], ...]:
    """By slot the voices on the other staves of its part."""
    every = descriptions or ()
    return tuple(
        tuple(slot for slot, other in enumerate(every) if other.part == own.part and other.staff != own.staff)
        for own in every
    )
