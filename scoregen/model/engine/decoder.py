"""Incremental decoding: pieces are written slice by slice by the steps of a network, with caches of the past.

The log probabilities of a slice equal those of `likelihood.choices` on the finished piece; a test compares them. A
slice is opened at a place. Its voices then take their turns, one voice after the other: each choice is passed or
chosen, and written. The time shift to the next slice closes it.

The caches are rings of the last WINDOW slices: slice s has the place s modulo WINDOW.

R rows (pieces written in parallel), V voices, T slices so far, C slices of capacity in the caches, K choices of an
event, N inner notes of a chord, E ids of choices, A time shifts.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.incremental_features import IncrementalFeatures
from scoregen.model.engine.other_voices import compared_with, other_voices, voice_codes
from scoregen.model.engine.protocol import Array, Engine
from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, MOST_ACCIDENTALS, NO_CHOICE, alphabet
from scoregen.model.features.conditioning import NEVER, WINDOW
from scoregen.model.features.inputs import SILENCE, Bools, Floats, Ints

CACHE_BLOCK = 32
"""Slices by which the caches grow."""
READ_AT_ONCE = 1024
"""Given slices that the backbone reads in one step."""
Rows = NDArray[np.intp] | slice
ALL_ROWS = slice(None)


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
    """The slice that is being written. Arrays [R, V] are by voice number."""

    places: SlicePlaces
    order: Ints
    rank: Ints  # [R, V] the place of each voice in the order
    compared: Ints  # [R, V, K] the voices with which each voice is compared
    before: Ints  # [R, V] pitch ids before the slice
    age: Ints  # [R, V] age buckets of those pitches
    events: Ints  # [R, V] by voice number
    choices: Ints  # [R, V, K] of this slice, NO_CHOICE after the last one
    state: Array  # [R, s]
    scores: Array  # [R, H, C]
    trust: Array  # [R, H, C]
    agreement: Floats  # [R, C] how many of the turns so far have the same choice in an earlier slice
    turns: Ints  # [R] the number of turns so far
    last: tuple[Ints, Ints, Ints]  # [R] voice, choice and pitch of the last turn
    chord: Ints  # [R] the pitch written last in the present event, or silence
    index: Ints  # [R] the number of the next choice of the present event
    voice: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # [R] whose turn it is
    past_choices: Ints | None = None  # [R, C] of the next turn, once they are known


class Decoder:
    """The state of R pieces after T slices; `before`, `sounding` [R, V] are pitch ids, of chords their outer notes.

    `voices` [V, D] are the features of the voices (`voice_features`).
    """

    def __init__(self, engine: Engine, rows: int, voices: Ints) -> None:
        config, count = engine.config, len(voices)
        self.engine, self.alphabet = engine, alphabet(config.alphabet)
        self.features = IncrementalFeatures(rows, count, self.alphabet)
        self.before: Ints = np.full((rows, count), SILENCE)
        self.sounding: Ints = np.full((rows, count), SILENCE)
        self.inner: Ints = np.full((rows, count, 0), SILENCE)
        self._roles, self._pairs = voice_codes(engine, voices)
        self._hidden = engine.zeros(config.layers, rows, config.backbone)
        self._strands = engine.zeros(rows, count, config.strand)
        width = config.backbone // config.heads
        self._keys = engine.zeros(rows, config.heads, CACHE_BLOCK, width)
        self._values = engine.zeros(rows, config.heads, CACHE_BLOCK, width)
        self._positions: Ints = np.full((rows, CACHE_BLOCK), NEVER)
        self._choices: Ints = np.full((rows, count, 1, CACHE_BLOCK), self.alphabet.choices)
        self._time_shifts: Ints = np.zeros((rows, CACHE_BLOCK), dtype=np.int64)
        self._last_events: Ints = np.zeros((rows, count), dtype=np.int64)
        self._last_key: Ints = np.zeros(rows, dtype=np.int64)
        self._slice: _OpenSlice

    @property
    def length(self) -> int:
        """T."""
        return self.features.length

    def read(self, places: SlicePlaces, choices: Ints, sounding: Ints, inner: Ints, time_shifts: Ints) -> None:
        """Read the first slices of the only piece: `places` has a row for each, the other arrays are [T, ...].

        Nothing is chosen, so no attention is needed and only the backbone and the memories of the voices run.
        """
        count, events = len(choices), self._events(choices)
        self.inner = np.full((*self.sounding.shape, inner.shape[2]), SILENCE)
        histories = [
            self._read_slice(places, at, events[at], sounding[at], inner[at], int(time_shifts[at]))
            for at in range(count)
        ]
        around = self._backbone_inputs(places, np.concatenate(histories))
        self._grow(count, choices.shape[2])
        self._read_backbone([events, sounding, inner, places.key], around)
        kept = np.arange(max(0, count - WINDOW), count)
        at = kept % WINDOW
        self._positions[0, at] = places.position[kept]
        self._choices[0, :, : choices.shape[2], at] = self._stored(choices[kept])
        self._time_shifts[0, at] = np.maximum(time_shifts[kept], 0)
        self._last_events, self._last_key = events[-1:], places.key[-1:]

    def _read_backbone(self, slices: Sequence[Ints], around: Floats) -> None:
        """Run the backbone over the first slices of the only piece, and keep the keys and values of the last ones."""
        earlier = [np.concatenate([np.zeros_like(each[:1]), each[:-1]])[None] for each in slices]
        count = len(around)
        for start in range(0, count, READ_AT_ONCE):
            numbers = np.arange(start, min(start + READ_AT_ONCE, count))
            _, self._hidden, _, keys, values = self.engine.run(
                "read_slices",
                *(each[:, numbers] for each in earlier),
                self._roles,
                (numbers > 0)[None].astype(np.float32),
                around[None, numbers],
                self._hidden,
            )
            for cache, new, lag in ((self._keys, keys, 0), (self._values, values, 1)):
                kept = np.flatnonzero((numbers - lag >= 0) & (numbers - lag >= count - WINDOW))
                cache[:, :, (numbers[kept] - lag) % WINDOW] = new[:, :, kept]

    def open_slice(self, places: SlicePlaces, order: Ints, present: Bools, *, chooses: bool = True) -> None:
        """Begin a slice; `order` [R, V] lists the voices in the order in which they will be written.

        Voices that are not `present` [R, V] take no turn. Without `chooses` the slice has no log probabilities, which
        suffices if all voices are given.
        """
        at, rows = self.length, len(order)
        self.features.enter(places.position)
        around = self._backbone_inputs(places, self.features.pitch_history(places.key - MOST_ACCIDENTALS))[:, None]
        self._grow(at + 1, 1)
        at, last = at % WINDOW, (at - 1) % WINDOW
        context, self._hidden, previous, key, value = self.engine.run(
            "read_slices",
            self._last_events[:, None],
            self.sounding[:, None],
            self.inner[:, None],
            self._last_key[:, None],
            self._roles,
            np.full((rows, 1), float(self.length > 0), dtype=np.float32),
            around,
            self._hidden,
        )
        if self.length:
            self._values[:, :, last] = value[:, :, 0]
        state = scores = trust = None
        if chooses:
            state, scores, trust = self._attend(places, context, previous, around)
        self._keys[:, :, at] = key[:, :, 0]  # only now: the place is that of the first slice of a full window
        nothing = np.zeros(rows, dtype=np.int64)
        silent = np.full(rows, SILENCE)
        self._slice = _OpenSlice(
            places=places,
            order=order,
            rank=np.argsort(order, axis=1),
            compared=compared_with(present),
            before=self.before.copy(),
            age=self.features.age,
            events=np.full(order.shape, self.alphabet.absent),
            choices=np.full((*order.shape, self._choices.shape[2]), NO_CHOICE),
            state=state,
            scores=scores,
            trust=trust,
            agreement=np.zeros(self._positions.shape, dtype=np.float32),
            turns=nothing,
            last=(nothing, nothing, silent),
            chord=silent,
            index=nothing,
        )
        self.sounding = np.where(present, self.sounding, SILENCE)
        self.inner = np.where(present[..., None], self.inner, SILENCE)

    def next_voice(self, voice: Ints) -> None:
        """Go to the voice [R] that takes the next turns."""
        current = self._slice
        current.voice, current.past_choices = voice, None
        current.index = np.zeros_like(voice)
        current.chord = np.full_like(voice, SILENCE)

    def pass_choice(self, active: Bools) -> None:
        """Advance the active rows [R] to the next turn of their voice, whose choice is given."""
        current, rows = self._slice, selection(active)
        (state,) = self.engine.run("pass_turn", *self._turn_inputs(rows))
        current.state = replace_rows(rows, state, current.state)

    def choose(self, active: Bools) -> Floats:
        """Advance the active rows to the next turn of their voice: [R, E] log p of its choices, 0 in other rows."""
        current, rows = self._slice, selection(active)
        voice = current.voice[rows]
        others = other_voices(
            current.compared[rows],
            current.rank[rows],
            self.sounding[rows],
            current.before[rows],
            voice,
            current.chord[rows],
        )
        state, log_p = self.engine.run(
            "choose",
            *self._turn_inputs(rows),
            self._pairs[others.voice],
            *others[1:],
            *self._past(rows),
            self._past_choices()[rows],
            self._matches[np.arange(len(active))[rows], voice + 1],
        )
        current.state = replace_rows(rows, state, current.state)
        found = self.engine.numpy(log_p)
        return replace_rows(rows, found, np.zeros((len(active), found.shape[1]), dtype=np.float32))

    def write(self, choices: Ints, active: Bools) -> None:
        """Write the choice ids [R] of the turn that was passed or chosen, in the active rows."""
        current = self._slice
        rows = np.flatnonzero(active)
        self._grow(self.length + 1, int(current.index[rows].max(initial=0)) + 1)
        current.agreement[rows] += self._past_choices()[rows] == choices[rows, None]
        chosen, voice = choices[rows], current.voice[rows]
        is_pitch = (chosen >= FIRST_PITCH) & (chosen < self.alphabet.events)
        pitch = np.where(is_pitch, chosen - FIRST_PITCH, np.where(chosen == HOLD, self.sounding[rows, voice], SILENCE))
        self._keep_choice(rows, voice, chosen)
        self._sound(rows, voice, chosen, pitch, is_pitch)
        last_voice, last_choice, last_pitch = (each.copy() for each in current.last)
        last_voice[rows], last_choice[rows], last_pitch[rows] = voice, chosen, pitch
        current.last = last_voice, last_choice, last_pitch
        current.turns, current.index, current.chord = current.turns.copy(), current.index.copy(), current.chord.copy()
        current.turns[rows] += 1
        current.index[rows] += 1
        current.chord[rows] = np.where(is_pitch, pitch, current.chord[rows])
        current.past_choices = None

    def choose_time_shift(self) -> Floats:
        """[R, A] log p of the time shift to the next slice, once every voice is written."""
        current = self._slice
        (log_p,) = self.engine.run(
            "choose_time_shift",
            current.state,
            current.places.key,
            *self._last(ALL_ROWS),
            *self._past(ALL_ROWS),
            self._time_shifts,
        )
        return self.engine.numpy(log_p)

    def close_slice(self, time_shifts: Ints) -> None:
        """Close the slice with the time shift to the next, ids [R]."""
        current, at = self._slice, self.length % WINDOW
        self._positions[:, at] = current.places.position
        self._choices[:, :, : current.choices.shape[2], at] = self._stored(current.choices)
        self._time_shifts[:, at] = np.maximum(time_shifts, 0)
        self._read_strands(current.events, current.places.key, current.before, current.age, current.places.metric)
        self._last_events, self._last_key = current.events, current.places.key
        self.features.append(current.events, self.sounding, time_shifts, self.inner)

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

    def _events(self, choices: Ints) -> Ints:
        """[..., V] the events that choices [..., V, K] write: the outer note of a chord."""
        is_pitch = (choices >= FIRST_PITCH) & (choices < self.alphabet.events)
        events: Ints = np.take_along_axis(choices, is_pitch.argmax(-1)[..., None], -1)[..., 0]
        return events

    def _stored(self, choices: Ints) -> Ints:
        """The ids under which choices are proposed again; those of absent voices and after the last one never are."""
        end = self.alphabet.choices
        return np.where(choices == NO_CHOICE, end, np.minimum(choices, end))

    def _keep_choice(self, rows: NDArray[np.intp], voice: Ints, chosen: Ints) -> None:
        current = self._slice
        index = current.index[rows]
        missing = int(index.max(initial=0)) + 1 - current.choices.shape[2]
        if missing > 0:
            current.choices = np.pad(current.choices, ((0, 0), (0, 0), (0, missing)), constant_values=NO_CHOICE)
        current.choices[rows, voice, index] = chosen

    def _sound(self, rows: NDArray[np.intp], voice: Ints, chosen: Ints, pitch: Ints, is_pitch: Bools) -> None:
        """What sounds after a choice: of a chord the first pitch is the outer note, the others are inner ones."""
        current = self._slice
        opens, outer = current.index[rows] == 0, is_pitch & (current.chord[rows] == SILENCE)
        changes = opens & (chosen != HOLD)
        at = rows[changes], voice[changes]
        self.sounding[at] = SILENCE
        self.inner[at] = SILENCE
        current.events[rows[opens], voice[opens]] = chosen[opens]
        at = rows[outer], voice[outer]
        self.sounding[at] = self.before[at] = pitch[outer]
        current.events[at] = chosen[outer]
        for row, own, note in zip(*(each[is_pitch & ~outer] for each in (rows, voice, pitch)), strict=True):
            self._add_inner(row, own, note)

    def _add_inner(self, row: int, voice: int, pitch: int) -> None:
        count = int((self.inner[row, voice] != SILENCE).sum())
        if count == self.inner.shape[2]:
            self.inner = np.pad(self.inner, ((0, 0), (0, 0), (0, 1)), constant_values=SILENCE)
        self.inner[row, voice, count] = pitch

    def _attend(self, places: SlicePlaces, context: Array, previous: Array, around: Floats) -> tuple[Array, ...]:
        """The in-slice state, and the attention scores and trust of every earlier slice."""
        rows, voices, _, capacity = self._choices.shape
        self._matches = np.zeros((rows, voices + 1, capacity), dtype=np.uint8)
        self._matches[:, :, : self.features.matches.shape[2]] = self.features.matches
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

    def _turn_inputs(self, rows: Rows) -> tuple[Array, ...]:
        """The inputs of a step for the next turn of some rows."""
        current = self._slice
        voice, number = current.voice[rows], np.arange(len(current.voice))[rows]
        chord = current.chord[rows]
        return (
            current.state[rows],
            self._roles[voice],
            np.where(chord == SILENCE, current.before[number, voice], chord),
            current.age[number, voice],
            self._strands[number, voice],
            current.places.key[rows],
            *self._last(rows),
        )

    def _last(self, rows: Rows) -> tuple[Array, ...]:
        """The turn that was written last: role, choice, pitch, and whether there is one."""
        current = self._slice
        voice, choice, pitch = (each[rows] for each in current.last)
        return self._roles[voice], choice, pitch, (current.turns[rows] > 0).astype(np.float32)

    def _past(self, rows: Rows) -> tuple[Array, ...]:
        current = self._slice
        turns = current.turns[rows, None].astype(np.float32)
        return current.scores[rows], current.trust[rows], current.agreement[rows], turns

    def _past_choices(self) -> Ints:
        """[R, C] the choice of the same voice and number in each earlier slice."""
        current = self._slice
        if current.past_choices is None:
            rows, most = np.arange(len(current.voice)), self._choices.shape[2]
            chosen = self._choices[rows, current.voice, np.minimum(current.index, most - 1)]
            chosen[current.index >= most] = self.alphabet.choices
            current.past_choices = chosen
        return current.past_choices

    def _read_slice(
        self, places: SlicePlaces, at: int, events: Ints, sounding: Ints, inner: Ints, time_shift: int
    ) -> Floats:
        """The pitch history before the next slice of the only piece, which is then appended."""
        self.features.enter(places.position[at : at + 1])
        history = self.features.pitch_history(places.key[at : at + 1] - MOST_ACCIDENTALS)
        before = self.before
        attacks = (events >= FIRST_PITCH) & (events < self.alphabet.events)
        self.before = np.where(attacks, sounding, self.before)
        self.sounding, self.inner = sounding[None].copy(), inner[None].copy()
        self._read_strands(events[None], places.key[at : at + 1], before, self.features.age, places.metric[at : at + 1])
        self.features.append(events[None], self.sounding, np.array([time_shift]), self.inner)
        return history

    def _read_strands(self, events: Ints, key: Ints, before: Ints, age: Ints, metric: Floats) -> None:
        """Update the memories of the voices by the events of the slice that sounds."""
        if self.engine.config.strand:
            (self._strands,) = self.engine.run(
                "read_strands",
                events,
                self.sounding,
                self.inner,
                key,
                self._roles,
                before,
                age,
                metric,
                self._strands,
            )

    def _backbone_inputs(self, places: SlicePlaces, history: Floats) -> Floats:
        used = history if self.engine.config.use_pitch_history else np.zeros_like(history)
        return np.concatenate([places.metric, used, places.context], axis=1)

    def _grow(self, slices: int, choices: int) -> None:
        """Make room for this number of slices, and of choices of an event, in every cache."""
        if choices > self._choices.shape[2]:
            more = choices - self._choices.shape[2]
            self._choices = np.pad(
                self._choices, ((0, 0), (0, 0), (0, more), (0, 0)), constant_values=self.alphabet.choices
            )
        capacity, wanted = self._positions.shape[1], min(slices, WINDOW)
        if wanted <= capacity:
            return
        wider = -(-wanted // CACHE_BLOCK) * CACHE_BLOCK
        self._keys, self._values = self._widen(self._keys, wider), self._widen(self._values, wider)
        room = (0, wider - capacity)
        self._positions = np.pad(self._positions, ((0, 0), room), constant_values=NEVER)
        self._choices = np.pad(self._choices, ((0, 0), (0, 0), (0, 0), room), constant_values=self.alphabet.choices)
        self._time_shifts = np.pad(self._time_shifts, ((0, 0), room))

    def _widen(self, cache: Array, capacity: int) -> Array:
        rows, heads, length, width = cache.shape
        wider = self.engine.zeros(rows, heads, capacity, width)
        wider[:, :, :length] = cache
        return wider


_BY_ROW = (
    *("before", "sounding", "inner", "_strands", "_keys", "_values", "_positions"),
    *("_choices", "_time_shifts", "_last_events", "_last_key"),
)


def selection(active: Bools) -> Rows:
    """The active rows [R] as an index: rows whose turn it is not are no work."""
    return ALL_ROWS if active.all() else np.flatnonzero(active)


def replace_rows(rows: Rows, new: Array, old: Array) -> Array:
    """The array `old` [R, ...] with some rows replaced by those of `new`."""
    if rows is ALL_ROWS:
        return new
    result = old.copy() if isinstance(old, np.ndarray) else old.clone()
    result[rows] = new
    return result
