"""Incremental decoding: pieces are written slice by slice by the steps of a network, with caches of the past.

The log probabilities of a slice equal those of `likelihood.choices` on the finished piece; a test compares them. A
slice is opened at a place. Its voices then take their turns, one voice after the other: each choice is passed or
chosen, and written. The time shift to the next slice closes it.

R rows (pieces written in parallel), V voices, T slices so far, C slices of capacity in the caches, K choices of an
event, N inner notes of a chord, E ids of choices, A time shifts.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.incremental_features import IncrementalFeatures
from scoregen.model.engine.open_slice import ALL_ROWS, OpenSlice, SlicePlaces, replace_rows, selection
from scoregen.model.engine.other_voices import compared_with, other_voices, voice_codes
from scoregen.model.engine.protocol import Array, Engine
from scoregen.model.engine.reading import read_backbone
from scoregen.model.engine.slice_cache import SliceCache
from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, MOST_ACCIDENTALS, NO_CHOICE, alphabet
from scoregen.model.features.conditioning import WINDOW
from scoregen.model.features.inputs import SILENCE, Bools, Floats, Ints


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
        self._cache = SliceCache(engine, rows, count, self.alphabet.choices)
        self._last_events: Ints = np.zeros((rows, count), dtype=np.int64)
        self._last_key: Ints = np.zeros(rows, dtype=np.int64)
        self._slice: OpenSlice

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
        self._cache.grow(count, choices.shape[2])
        self._read_backbone([events, sounding, inner, places.key], around)
        self._cache.close_first(places.position, choices, time_shifts)
        self._last_events, self._last_key = events[-1:], places.key[-1:]

    def _read_backbone(self, slices: Sequence[Ints], around: Floats) -> None:
        """Run the backbone over the first slices of the only piece, and keep the keys and values of the last ones."""
        oldest = max(0, len(around) - WINDOW)
        for numbers, outputs in read_backbone(self.engine, slices, self._roles, around, self._hidden):
            _, self._hidden, _, keys, values = outputs
            for put, new, lag in ((self._cache.put_keys, keys, 0), (self._cache.put_values, values, 1)):
                kept = np.flatnonzero(numbers - lag >= oldest)
                put(numbers[kept] - lag, new[:, :, kept])

    def open_slice(self, places: SlicePlaces, order: Ints, present: Bools, *, chooses: bool = True) -> None:
        """Begin a slice; `order` [R, V] lists the voices in the order in which they will be written.

        Voices that are not `present` [R, V] take no turn. Without `chooses` the slice has no log probabilities, which
        suffices if all voices are given.
        """
        at, rows = np.array([self.length]), len(order)
        self.features.enter(places.position)
        around = self._backbone_inputs(places, self.features.pitch_history(places.key - MOST_ACCIDENTALS))[:, None]
        self._cache.grow(self.length + 1, 1)
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
            self._cache.put_values(at - 1, value)
        state = scores = trust = None
        if chooses:
            state, scores, trust = self._attend(places, context, previous, around)
        self._cache.put_keys(at, key)  # only now: the place is that of the first slice of a full window
        nothing = np.zeros(rows, dtype=np.int64)
        silent = np.full(rows, SILENCE)
        self._slice = OpenSlice(
            places=places,
            order=order,
            rank=np.argsort(order, axis=1),
            compared=compared_with(present),
            before=self.before.copy(),
            age=self.features.age,
            events=np.full(order.shape, self.alphabet.absent),
            choices=np.full((*order.shape, self._cache.most_choices), NO_CHOICE),
            state=state,
            scores=scores,
            trust=trust,
            agreement=np.zeros((rows, self._cache.capacity), dtype=np.float32),
            turns=nothing,
            last=(nothing, nothing, silent),
            chord=silent,
            index=nothing,
        )
        self.sounding = np.where(present, self.sounding, SILENCE)
        self.inner = np.where(present[..., None], self.inner, SILENCE)

    def next_voice(self, voice: Ints) -> None:
        """Go to the voice [R] that takes the next turns."""
        self._slice.next_voice(voice)

    def pass_choice(self, active: Bools) -> None:
        """Advance the active rows [R] to the next turn of their voice, whose choice is given."""
        current, rows = self._slice, selection(active)
        (state,) = self.engine.run("pass_turn", *current.turn_inputs(rows, self._roles, self._strands))
        current.state = replace_rows(rows, state, current.state)

    def choose(self, active: Bools) -> Floats:
        """Advance the active rows to the next turn of their voice: [R, E] log p of its choices, 0 in other rows."""
        current, rows = self._slice, selection(active)
        voice = current.voice[rows]
        voices = current.compared[rows], current.rank[rows], self.sounding[rows], current.before[rows]
        others = other_voices(*voices, voice, current.chord[rows])
        state, log_p = self.engine.run(
            "choose",
            *current.turn_inputs(rows, self._roles, self._strands),
            self._pairs[others.voice],
            *others[1:],
            *current.past(rows),
            self._past_choices()[rows],
            self._matches[np.arange(len(active))[rows], voice + 1],
        )
        current.state = replace_rows(rows, state, current.state)
        found = self.engine.numpy(log_p)
        if rows is ALL_ROWS:
            return found
        result: Floats = np.zeros((len(active), found.shape[1]), dtype=np.float32)
        result[rows] = found
        return result

    def write(self, choices: Ints, active: Bools) -> None:
        """Write the choice ids [R] of the turn that was passed or chosen, in the active rows."""
        current = self._slice
        rows = np.flatnonzero(active)
        self._cache.grow(self.length + 1, int(current.index[rows].max(initial=0)) + 1)
        past = self._past_choices()[rows]
        chosen, voice = choices[rows], current.voice[rows]
        is_pitch = (chosen >= FIRST_PITCH) & (chosen < self.alphabet.events)
        held = np.where(chosen == HOLD, self.sounding[rows, voice], SILENCE)
        self._sound(rows, voice, chosen, is_pitch)
        current.write(rows, chosen, np.where(is_pitch, chosen - FIRST_PITCH, held), is_pitch, past)

    def _sound(self, rows: NDArray[np.intp], voice: Ints, chosen: Ints, is_pitch: Bools) -> None:
        """What sounds after a choice: of a chord the first pitch is the outer note, the others are inner ones."""
        current = self._slice
        changes = (current.index[rows] == 0) & (chosen != HOLD)
        at = rows[changes], voice[changes]
        self.sounding[at] = SILENCE
        self.inner[at] = SILENCE
        outer = is_pitch & (current.chord[rows] == SILENCE)
        at = rows[outer], voice[outer]
        self.sounding[at] = self.before[at] = chosen[outer] - FIRST_PITCH
        for row, own, choice in zip(*(each[is_pitch & ~outer] for each in (rows, voice, chosen)), strict=True):
            self._add_inner(row, own, choice - FIRST_PITCH)

    def _add_inner(self, row: int, voice: int, pitch: int) -> None:
        count = int((self.inner[row, voice] != SILENCE).sum())
        if count == self.inner.shape[2]:
            self.inner = np.pad(self.inner, ((0, 0), (0, 0), (0, 1)), constant_values=SILENCE)
        self.inner[row, voice, count] = pitch

    def choose_time_shift(self) -> Floats:
        """[R, A] log p of the time shift to the next slice, once every voice is written."""
        current = self._slice
        (log_p,) = self.engine.run(
            "choose_time_shift",
            current.state,
            current.places.key,
            *current.last_turn(ALL_ROWS, self._roles),
            *current.past(ALL_ROWS),
            self._cache.time_shifts,
        )
        return self.engine.numpy(log_p)

    def close_slice(self, time_shifts: Ints) -> None:
        """Close the slice with the time shift to the next, ids [R]."""
        current = self._slice
        self._cache.close(self.length, current.places.position, current.choices, time_shifts)
        self._read_strands(current.events, current.places.key, current.before, current.age, current.places.metric)
        self._last_events, self._last_key = current.events, current.places.key
        self.features.append(current.events, self.sounding, time_shifts, self.inner)

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep only these pieces, between two slices; a row that is listed several times is duplicated."""
        self.features.keep(rows)
        self._hidden, self._cache = self._hidden[:, rows], self._cache.kept(rows)
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

    def _attend(self, places: SlicePlaces, context: Array, previous: Array, around: Floats) -> tuple[Array, ...]:
        """The in-slice state, and the attention scores and trust of every earlier slice."""
        rows, voices = self.before.shape
        self._matches = np.zeros((rows, voices + 1, self._cache.capacity), dtype=np.uint8)
        self._matches[:, :, : self.features.matches.shape[2]] = self.features.matches
        return self.engine.run(
            "open_slices",
            context,
            previous,
            around,
            self._cache.keys,
            self._cache.values,
            places.position[:, None],
            self._cache.positions,
            places.measure_steps[:, None],
            self._matches[:, :, None],
        )

    def _past_choices(self) -> Ints:
        """[R, C] the choice of the same voice and number in each earlier slice."""
        current = self._slice
        if current.past_choices is None:
            current.past_choices = self._cache.past_choices(current.voice, current.index)
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
            notes = events, self.sounding, self.inner, key, self._roles
            (self._strands,) = self.engine.run("read_strands", *notes, before, age, metric, self._strands)

    def _backbone_inputs(self, places: SlicePlaces, history: Floats) -> Floats:
        used = history if self.engine.config.use_pitch_history else np.zeros_like(history)
        return np.concatenate([places.metric, used, places.context], axis=1)


_BY_ROW = ("before", "sounding", "inner", "_strands", "_last_events", "_last_key")
