"""Incremental decoding: pieces are written slice by slice by the steps of a network, with caches of the past.

The log probabilities of a slice equal those of `likelihood.choices` on the finished piece; a test compares them. A
slice is opened at a place. Its voices are then passed or chosen, and written, one after the other. The time shift to
the next slice closes it.

R rows (pieces written in parallel), V voices, T slices so far, C slices of capacity in the caches, E events,
A time shifts.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.incremental_features import IncrementalFeatures
from scoregen.model.engine.other_voices import other_voices
from scoregen.model.engine.protocol import Array, Engine
from scoregen.model.network.alphabet import FIRST_PITCH, HOLD, MOST_ACCIDENTALS, alphabet
from scoregen.model.network.conditioning import NEVER
from scoregen.model.network.inputs import SILENCE, Floats, Ints

CACHE_BLOCK = 32
"""Slices by which the caches grow."""


@dataclass(frozen=True, slots=True)
class SlicePlaces:
    """The places of slices. `metric` [R, F] and `context` [R, 2 context] hold their features and the given context."""

    position: Ints  # [R] grid steps from the start of the piece
    measure_steps: Ints  # [R] grid steps in a full measure of the metre
    key: Ints  # [R] index of the key in the alphabet
    metric: Floats
    context: Floats


@dataclass(slots=True)
class _OpenSlice:
    """The slice that is being written. Arrays [R, V] are in the order of the voices."""

    places: SlicePlaces
    order: Ints
    before: Ints  # pitch ids before the slice
    age: Ints  # age buckets of those pitches
    sounding: Ints  # pitch ids that sound; the ids before the slice for voices not written yet
    events: Ints  # by voice index
    state: Array  # [R, s]
    scores: Array  # [R, H, C]
    trust: Array  # [R, H, C]
    agreement: Floats  # [R, C] how many of the written voices have the same event in an earlier slice
    count: int = 0


class Decoder:
    """The state of R pieces after T slices; `before`, `sounding` [R, V] are pitch ids."""

    def __init__(self, engine: Engine, rows: int, voices: int) -> None:
        config = engine.config
        self.engine = engine
        self.features = IncrementalFeatures(rows, voices, alphabet(config.alphabet))
        self.before: Ints = np.full((rows, voices), SILENCE)
        self.sounding: Ints = np.full((rows, voices), SILENCE)
        self._roles = np.arange(voices)
        self._hidden = engine.zeros(config.layers, rows, config.backbone)
        width = config.backbone // config.heads
        self._keys = engine.zeros(rows, config.heads, CACHE_BLOCK, width)
        self._values = engine.zeros(rows, config.heads, CACHE_BLOCK, width)
        self._positions: Ints = np.full((rows, CACHE_BLOCK), NEVER)
        self._events: Ints = np.zeros((rows, voices, CACHE_BLOCK), dtype=np.int64)
        self._time_shifts: Ints = np.zeros((rows, CACHE_BLOCK), dtype=np.int64)
        self._last_events: Ints = np.zeros((rows, voices), dtype=np.int64)
        self._last_key: Ints = np.zeros(rows, dtype=np.int64)
        self._slice: _OpenSlice

    @property
    def length(self) -> int:
        """T."""
        return self.features.length

    def read(self, places: SlicePlaces, events: Ints, sounding: Ints, time_shifts: Ints) -> None:
        """Read the first slices of the only piece: `places` has a row for each, the other arrays are [T, V] and [T].

        Nothing is chosen, so no attention is needed and only the backbone runs.
        """
        count = len(events)
        histories = [self._read_features(places, *row) for row in zip(events, sounding, time_shifts, strict=True)]
        around = self._backbone_inputs(places, np.concatenate(histories))
        earlier = [
            np.concatenate([np.zeros_like(each[:1]), each[:-1]])[None] for each in (events, sounding, places.key)
        ]
        is_slice = np.ones((1, count), dtype=np.float32)
        is_slice[:, 0] = 0
        _, self._hidden, _, keys, values = self.engine.run(
            "read_slices", *earlier, self._roles, is_slice, around[None], self._hidden
        )
        self._grow(count)
        self._keys[:, :, :count] = keys
        self._values[:, :, : count - 1] = values[:, :, 1:]
        self._positions[0, :count] = places.position
        self._events[0, :, :count] = events.T
        self._time_shifts[0, :count] = np.maximum(time_shifts, 0)
        self._last_events, self._last_key = events[-1:], places.key[-1:]

    def open_slice(self, places: SlicePlaces, order: Ints, *, chooses: bool = True) -> None:
        """Begin a slice; `order` [R, V] lists the voices in the order in which they will be written.

        Without `chooses` the slice has no log probabilities, which suffices if all voices are given.
        """
        at = self.length
        self.features.enter(places.position)
        around = self._backbone_inputs(places, self.features.pitch_history(places.key - MOST_ACCIDENTALS))[:, None]
        self._grow(at + 1)
        context, self._hidden, previous, key, value = self.engine.run(
            "read_slices",
            self._last_events[:, None],
            self.sounding[:, None],
            self._last_key[:, None],
            self._roles,
            np.full((len(order), 1), float(at > 0), dtype=np.float32),
            around,
            self._hidden,
        )
        self._keys[:, :, at] = key[:, :, 0]
        if at:
            self._values[:, :, at - 1] = value[:, :, 0]
        state = scores = trust = None
        if chooses:
            state, scores, trust = self._attend(places, context, previous, around)
        every = np.arange(len(order))[:, None]
        before = self.before[every, order]
        agreement = np.zeros(self._positions.shape, dtype=np.float32)
        self._slice = _OpenSlice(
            places,
            order,
            before,
            self.features.age[every, order],
            before.copy(),
            np.zeros_like(order),
            state,
            scores,
            trust,
            agreement,
        )

    def pass_voice(self) -> None:
        """Advance to the next voice, whose event is given."""
        current = self._slice
        (current.state,) = self.engine.run("pass_voice", *self._voice_inputs())

    def choose_voice(self) -> Floats:
        """Advance to the next voice: [R, E] log p of its events."""
        current, step = self._slice, self._slice.count
        voice = current.order[:, step]
        rows = np.arange(len(voice))
        current.state, log_p = self.engine.run(
            "choose_voice",
            *self._voice_inputs(),
            *other_voices(current.order, current.sounding, current.before, step),
            *self._past(),
            self._events[rows, voice],
            self._matches[rows, voice + 1],
        )
        return self.engine.numpy(log_p)

    def write_voice(self, events: Ints) -> None:
        """Write the event ids [R] of the voice that was passed or chosen."""
        current, step = self._slice, self._slice.count
        voice, rows = current.order[:, step], np.arange(len(events))
        attacks = events >= FIRST_PITCH
        still = np.where(events == HOLD, self.sounding[rows, voice], SILENCE)
        sounding = np.where(attacks, events - FIRST_PITCH, still)
        self.sounding[rows, voice] = sounding
        self.before[rows, voice] = np.where(attacks, sounding, self.before[rows, voice])
        current.sounding[:, step] = sounding
        current.events[rows, voice] = events
        current.agreement += self._events[rows, voice] == events[:, None]
        current.count += 1

    def choose_time_shift(self) -> Floats:
        """[R, A] log p of the time shift to the next slice, once every voice is written."""
        current = self._slice
        (log_p,) = self.engine.run(
            "choose_time_shift", current.state, current.places.key, *self._last(), *self._past(), self._time_shifts
        )
        return self.engine.numpy(log_p)

    def close_slice(self, time_shifts: Ints) -> None:
        """Close the slice with the time shift to the next, ids [R]."""
        current, at = self._slice, self.length
        self._positions[:, at] = current.places.position
        self._events[:, :, at] = current.events
        self._time_shifts[:, at] = np.maximum(time_shifts, 0)
        self._last_events, self._last_key = current.events, current.places.key
        self.features.append(current.events, self.sounding, time_shifts)

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep only these pieces, between two slices; a row that is listed several times is duplicated."""
        self.features.keep(rows)
        self._hidden = self._hidden[:, rows]
        for name in _BY_ROW:
            setattr(self, name, getattr(self, name)[rows])

    def fork(self, row: int) -> Decoder:
        """A decoder of one of these pieces with its state so far, between two slices."""
        one = copy(self)
        one.features = copy(self.features)
        one.keep(np.array([row]))
        return one

    def _attend(self, places: SlicePlaces, context: Array, previous: Array, around: Floats) -> tuple[Array, ...]:
        """The in-slice state, and the attention scores and trust of every earlier slice."""
        shape = (*self._events.shape[:1], self._events.shape[1] + 1, self._events.shape[2])
        self._matches = np.zeros(shape, dtype=np.uint8)
        self._matches[:, :, : self.length] = self.features.matches
        return self.engine.run(
            "open_slices",
            context,
            previous,
            around,
            self._keys,
            self._values,
            places.position[:, None],
            self._positions,
            places.measure_steps[:, None],
            self._matches[:, :, None],
        )

    def _voice_inputs(self) -> tuple[Array, ...]:
        """The inputs of a step for the next voice."""
        current, step = self._slice, self._slice.count
        inputs = (current.order[:, step], current.before[:, step], current.age[:, step], current.places.key)
        return (current.state, *map(np.ascontiguousarray, inputs), *self._last())

    def _last(self) -> tuple[Array, ...]:
        """The voice that was written last: role, event, pitch, and whether there is one."""
        current, last = self._slice, max(self._slice.count - 1, 0)
        voice = current.order[:, last]
        events = current.events[np.arange(len(voice)), voice]
        is_voice = np.full(len(voice), float(current.count > 0), dtype=np.float32)
        return np.ascontiguousarray(voice), events, np.ascontiguousarray(current.sounding[:, last]), is_voice

    def _past(self) -> tuple[Array, ...]:
        current = self._slice
        return current.scores, current.trust, current.agreement, np.array(current.count, dtype=np.float32)

    def _read_features(self, places: SlicePlaces, events: Ints, sounding: Ints, time_shift: int) -> Floats:
        """The pitch history before the next slice of the only piece, which is then appended."""
        at = self.length
        self.features.enter(places.position[at : at + 1])
        history = self.features.pitch_history(places.key[at : at + 1] - MOST_ACCIDENTALS)
        self.features.append(events[None], sounding[None], np.array([time_shift]))
        self.before = np.where(events >= FIRST_PITCH, sounding, self.before)
        self.sounding = sounding[None].copy()
        return history

    def _backbone_inputs(self, places: SlicePlaces, history: Floats) -> Floats:
        used = history if self.engine.config.use_pitch_history else np.zeros_like(history)
        return np.concatenate([places.metric, used, places.context], axis=1)

    def _grow(self, needed: int) -> None:
        """Make room for this number of slices in every cache."""
        capacity = self._positions.shape[1]
        if needed <= capacity:
            return
        wider = -(-needed // CACHE_BLOCK) * CACHE_BLOCK
        self._keys, self._values = self._widen(self._keys, wider), self._widen(self._values, wider)
        more = wider - capacity
        self._positions = np.pad(self._positions, ((0, 0), (0, more)), constant_values=NEVER)
        self._events = np.pad(self._events, ((0, 0), (0, 0), (0, more)))
        self._time_shifts = np.pad(self._time_shifts, ((0, 0), (0, more)))

    def _widen(self, cache: Array, capacity: int) -> Array:
        rows, heads, length, width = cache.shape
        wider = self.engine.zeros(rows, heads, capacity, width)
        wider[:, :, :length] = cache
        return wider


_BY_ROW = (
    "before", "sounding", "_keys", "_values", "_positions", "_events", "_time_shifts", "_last_events", "_last_key"
)  # fmt: skip
