"""The task in the ids of the network: places, given events, and the masks of the constraints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.open_slice import SlicePlaces
from scoregen.model.engine.protocol import Engine
from scoregen.model.engine.reading import encode_frames
from scoregen.model.features.alphabet import BARLINE, GRID, HOLD, PITCHES, UNSCORED
from scoregen.model.features.conditioning import usual_order
from scoregen.model.features.inputs import BLANK, TIME_SHIFT_STEPS, Ints, choice_ids, piece_arrays
from scoregen.model.features.outline import PieceOutline
from scoregen.system.errors import Place
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.places import DEFAULT_FINEST, Finest
from scoregen.tokens.constraints.plans.approaches import with_approaches
from scoregen.tokens.constraints.plans.given_chords import ChordSpan
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan, Plan
from scoregen.tokens.constraints.recalls import VoiceEvents
from scoregen.tokens.constraints.state import Carry, ConstraintState, MeasureRules, VoiceRule
from scoregen.tokens.constraints.voice_masks import KEPT_MASKS, Mask
from scoregen.tokens.encode import voice_events
from scoregen.tokens.events import ABSENT, Event, TokenMeasure, TokenScore
from scoregen.tokens.events import BLANK as BLANK_EVENT
from scoregen.tokens.vocabulary import vocabulary
from scoregen.tokens.voice_descriptions import VoiceDescription, low_voices

Bools = NDArray[np.bool_]

CHOICE_TOKENS = np.array(
    [
        *(vocabulary().id("hold"), vocabulary().id("rest")),
        *(vocabulary().pitch_id(pitch) for pitch in PITCHES),
        *(vocabulary().id("more"), vocabulary().id("tied")),
    ]
)
"""The token of every choice id."""


KEPT_RULES = 256
"""The measures whose rules are kept: drafts are a few measures apart."""


class DecodingContext:
    """A score with blanks, its rules, and the network's inputs at each place.

    `descriptions` tell what the voices are, for a network that knows no roles; `style` is the id of a style of the
    network; `sections` are the measures into which nothing is tied. present: [M, V] which voices a measure has; orders:
    [M, V] the order in which the voices of each measure are written, given ones first; free: [M, V] whether the voice
    at each place of that order is blank; starts, ends: [M] grid steps; closes and on_beat: [Q] by position, whether a
    phrase ends, and whether a beat begins.
    """

    def __init__(
        self,
        engine: Engine,
        tokens: TokenScore,
        voices: Sequence[VoiceRule],
        plans: Sequence[Plan],
        finest: Finest = DEFAULT_FINEST,
        descriptions: Sequence[VoiceDescription] | None = None,
        style: int = 0,
        sections: frozenset[int] = frozenset(),
    ) -> None:
        self.tokens, self._sections = tokens, sections
        self._low = low_voices(len(tokens.slots), descriptions)
        self._plans = [with_approaches(plan, tokens, voices) for plan in plans]
        self._voices, self._finest = voices, finest
        self._planned: dict[tuple[int, int], MeasureRules] = {}
        self.outline = PieceOutline.of([measure.header for measure in tokens.measures])
        rules = [self.rules(0, index) for index in range(self.measures)]
        self.orders: Ints = np.array([each.order for each in rules])
        self.free: Bools = np.array([[each.given[slot] is None for slot in each.order] for each in rules])
        self._given = [
            [_choices(events or {}, low) for events, low in zip(each.given, self._low, strict=True)] for each in rules
        ]
        self.present: Bools = np.array([[not _is_absent(events) for events in each.given] for each in rules])
        self.starts: Ints = np.array([int(start * GRID) for start in self.outline.starts])
        self.ends: Ints = np.append(self.starts[1:], int(self.outline.duration * GRID))
        self.closes: Bools = np.zeros(int(self.outline.duration * GRID) + 1, dtype=np.bool_)
        self.closes[[int(end * GRID) for end in self.outline.phrase_ends]] = True
        self._steps = np.array([int(header.time.duration * GRID) for header in self.outline.headers])
        self.keys: Ints = np.array([self.outline.key(index) for index in range(self.measures)])
        self.piece = piece_arrays(tokens, self.outline, descriptions, whole=False)
        self.on_beat: Bools = np.zeros_like(self.closes)
        self.on_beat[self.piece.position[self.piece.is_beat]] = True
        points, self._context = encode_frames(engine, self.piece, self.piece.events != BLANK, style)
        self._frame_positions: Ints = self.piece.position[points]
        self._choice_masks: dict[int, tuple[Mask, Bools]] = {}
        self._time_shift_masks: dict[int, tuple[Mask, Bools]] = {}

    @property
    def measures(self) -> int:
        return len(self.tokens.measures)

    @property
    def first(self) -> int:
        """The first measure with a blank."""
        return int(np.argmax(self.free.any(1)))

    @property
    def stop(self) -> int:
        """The index after the last measure with a blank; the measures from there on need no choice."""
        return self.measures - int(np.argmax(np.flip(self.free.any(1))))

    def rules(self, draft: int, measure: int) -> MeasureRules:
        """The rules of a measure for the draft of a number; only its plan depends on the draft."""
        number = draft % len(self._plans)
        found = self._planned.get((number, measure))
        if found is None:
            if len(self._planned) == KEPT_RULES:
                self._planned.clear()
            plan = self._plans[number].get(measure, MeasurePlan())
            found = measure_rules(self.tokens, measure, self._voices, plan, self._finest)
            self._planned[number, measure] = found
        return found

    def start(self) -> ConstraintState:
        """The state at the start of the first measure with a blank, after the given ones."""
        state = constraints.begin(self.rules(0, 0), (None,) * len(self.tokens.slots))
        for measure in range(self.first):
            while not constraints.is_finished(state):
                state = _skip_given(state)
            state = self.begin(0, measure + 1, state)
        return state

    def begin(
        self, draft: int, measure: int, before: ConstraintState, recalled: Sequence[VoiceEvents | None] = ()
    ) -> ConstraintState:
        """The state of a draft at the start of a measure after another one.

        Given and new notes are never tied to each other, and no tie leads into a new section. `recalled` are the events
        by slot that the draft is given again, where it is.
        """
        rules = self.rules(draft, measure)
        if recalled:
            rules = replace(rules, given=tuple(a or b for a, b in zip(recalled, rules.given, strict=True)))
        if measure in self._sections:
            return constraints.begin(rules, ((),) * len(self.tokens.slots))
        carried: Carry = tuple(
            sounding if (before_given is None) == (after_given is None) else ()
            for sounding, before_given, after_given in zip(
                constraints.carry(before), before.rules.given, rules.given, strict=True
            )
        )
        return constraints.begin(rules, carried, constraints.carry(before))

    def given_chords(self, draft: int, measure: int) -> Mapping[Fraction, ChordSpan]:
        """The chords that are given in a measure for the draft of a number, by onset."""
        plan = self._plans[draft % len(self._plans)].get(measure)
        return plan.given_chords if plan else {}

    def choices_of(self, events: Sequence[VoiceEvents | None]) -> tuple[Mapping[int, tuple[int, ...]] | None, ...]:
        """By slot the choice ids of some events by tick."""
        rows = zip(events, self._low, strict=True) if events else ()
        return tuple(None if own is None else _choices(own, low) for own, low in rows)

    @property
    def suggests(self) -> bool:
        """Whether any given chord is a suggestion."""
        spans = (span for plan in self._plans for each in plan.values() for span in each.given_chords.values())
        return any(not span.fixed for span in spans)

    def places(self, measure: Ints, position: Ints) -> SlicePlaces:
        """Places by measure index [R] and grid steps from the start of the piece [R]."""
        tick = position - self.starts[measure]
        metric = [
            self.outline.metric(index, Fraction(at, GRID))
            for index, at in zip(measure.tolist(), tick.tolist(), strict=True)
        ]
        frame = np.searchsorted(self._frame_positions, position, side="right") - 1
        steps, keys = self._steps[measure], self.keys[measure]
        return SlicePlaces(position, steps, keys, np.stack(metric), self._context[frame])

    def given_choices(self, measure: int, slot: int, tick: int) -> tuple[int, ...]:
        """The choice ids of the event of a given voice."""
        return self._given[measure][slot].get(tick, (HOLD,))

    def choice_mask(self, state: ConstraintState) -> Bools:
        """[E] the choices allowed to the voice whose turn it is."""
        return _project(constraints.allowed_tokens(state), self._choice_masks, lambda mask: mask[CHOICE_TOKENS])

    def time_shift_mask(self, state: ConstraintState) -> Bools:
        """[A] the time shifts allowed after a slice; none if the only places left are not in the alphabet."""
        return _project(
            constraints.allowed_tokens(state), self._time_shift_masks, lambda mask: _time_shifts(mask, state.tick)
        )


def measure_rules(
    tokens: TokenScore,
    index: int,
    voices: Sequence[VoiceRule],
    plan: MeasurePlan,
    finest: Finest = DEFAULT_FINEST,
) -> MeasureRules:
    """The rules of one measure for the constraints: its header, its given events and its order of voices."""
    measure = tokens.measures[index]
    given = tuple(_given(measure, voice) for voice in range(len(tokens.slots)))
    return MeasureRules(
        measure.header,
        voice_order([events is not None for events in given], [_is_absent(events) for events in given]),
        given,
        tuple(voices),
        first=index == 0,
        finest=finest,
        place=Place(measure=measure.header.number),
        slots=tokens.slots,
        onsets=plan.onsets,
        extra=plan.mask(),
    )


def voice_order(given: Sequence[bool], absent: Sequence[bool] | None = None) -> tuple[int, ...]:
    """The order in which voices are written: given ones first, outer ones before inner ones, absent ones last."""
    missing = np.zeros((1, len(given)), dtype=bool) if absent is None else np.array([absent])
    return tuple(usual_order(np.array([given]), missing)[0].tolist())


def time_shift_token(state: ConstraintState, time_shift: int) -> int:
    """The token of a time shift; for UNSCORED, that of the nearest allowed place."""
    start: int = vocabulary().onsets.start
    if time_shift == UNSCORED:
        return start + int(np.flatnonzero(constraints.allowed_tokens(state)[vocabulary().onsets])[0])
    if time_shift == BARLINE:
        return start
    return start + 1 + state.tick + int(TIME_SHIFT_STEPS[time_shift - 1])


def _skip_given(state: ConstraintState) -> ConstraintState:
    """The state at the next slice of a measure in which everything is given."""
    for _ in state.rules.order:
        state = constraints.advance_given(state)
    return constraints.advance(state, int(np.flatnonzero(constraints.allowed_tokens(state))[0]))


def _given(measure: TokenMeasure, voice: int) -> dict[Fraction, Event] | None:
    entry = dict(voice_events(measure, voice))
    return None if entry[Fraction(0)] == BLANK_EVENT else entry


def _choices(events: VoiceEvents, low: bool) -> dict[int, tuple[int, ...]]:
    """The choices of the events of a given voice by tick, where it begins anything."""
    return {int(onset * GRID): choice_ids(event, low) for onset, event in events.items()}


def _is_absent(events: Mapping[Fraction, Event] | None) -> bool:
    return events is not None and events.get(Fraction(0)) == ABSENT


def _project(mask: Mask, cache: dict[int, tuple[Mask, Bools]], project: Callable[[Mask], Bools]) -> Bools:
    """A mask over the vocabulary in the network's ids, cached for the masks that the constraints keep."""
    if mask.flags.writeable:
        return project(mask)
    entry = cache.get(id(mask))
    if entry is None:
        if len(cache) == KEPT_MASKS:
            cache.clear()
        entry = cache[id(mask)] = (mask, project(mask))  # the mask is kept too, so that its id stays its own
    return entry[1]


def _time_shifts(mask: Mask, tick: int) -> Bools:
    onsets = mask[vocabulary().onsets]
    places = 1 + tick + TIME_SHIFT_STEPS
    inside = places < len(onsets)
    entry: Bools = np.concatenate([onsets[:1], onsets[np.where(inside, places, 0)] & inside])
    return entry
