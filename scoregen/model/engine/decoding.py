"""The network at work on pieces that grow: all it needs of the past is kept, nothing is computed twice.

What comes out for a slice is what `likelihood.choices` says of it in the finished piece; a test
compares them. A slice is opened at a place, its voices are asked for and told one after the other,
and it is closed with the time shift to the next.

R pieces that grow side by side, V voices, T slices so far, E events, A time shifts.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scoregen.model.engine.copy_attention import GrowingPointer
from scoregen.model.engine.heads import Around, QuickHeads, quick_heads
from scoregen.model.engine.incremental_features import IncrementalFeatures
from scoregen.model.engine.layers import array, quick_layers
from scoregen.model.engine.tables import tables
from scoregen.model.network.alphabet import FIRST_PITCH, HOLD, MOST_ACCIDENTALS
from scoregen.model.network.heads import OtherVoices
from scoregen.model.network.inputs import SILENCE, Floats, Ints
from scoregen.model.network.network import Network

_ROOM = 64


@dataclass(frozen=True, slots=True)
class SlicePlaces:
    """Where the next slices stand. `around`: metric features [R, F] and what is given around [R, 2 context]."""

    measure: Ints  # [R] index of the measure
    position: Ints  # [R] grid steps from the start of the piece
    measure_steps: Ints  # [R] grid steps in a full measure of the metre
    key: Ints  # [R] index of the key in the alphabet
    metric: Floats
    context: Floats


@dataclass(slots=True)
class _Slice:
    """A slice in the making. `rank` counts in the order of the voices."""

    places: SlicePlaces
    order: Ints  # [R, V]
    hidden: Floats  # [R, d]
    alike: tuple[int, ...] | None  # the order that all pieces have, if they have one
    quick: QuickHeads | None  # where they are in one key besides
    before: Ints  # [R, V] by rank
    comes: Floats  # [R, V, ...] by rank, what `Tables` says of who comes, from which pitch and since when
    now: Ints  # [R, V] by rank, what sounds once a voice has been told
    state: Floats  # [R, s]
    listening: bool
    done: list[Ints] = field(default_factory=list)  # by rank, [R] what `Tables` calls it
    events: list[Ints] = field(default_factory=list)  # by rank, [R]


class Decoder:
    """The network's state after T slices of R pieces; before, sounding: [R, V] pitch ids."""

    def __init__(self, network: Network, rows: int, voices: int, keys: Sequence[int]) -> None:
        config = network.config
        self.network = network
        self.recall = IncrementalFeatures(rows, voices, network.alphabet)
        self.before: Ints = np.full((rows, voices), SILENCE)
        self.sounding: Ints = np.full((rows, voices), SILENCE)
        self._version = sum(weight._version for weight in network.parameters())
        self._tables = tables(network, tuple(keys), self._version)
        self._layers = quick_layers(network, self._version)
        self._pointer = GrowingPointer(network.copy_attention, rows, config.backbone)
        self._hidden: Floats = np.zeros((config.layers, rows, config.backbone), dtype=np.float32)
        self._previous: Floats = np.zeros((rows, config.backbone), dtype=np.float32)
        self._events: Ints = np.zeros((rows, voices, _ROOM), dtype=np.int64)
        self._time_shifts: Ints = np.zeros((rows, _ROOM), dtype=np.int64)
        self._slice: _Slice

    @property
    def length(self) -> int:
        """T."""
        return self.recall.length

    def absorb(self, places: SlicePlaces, events: Ints, sounding: Ints, time_shifts: Ints) -> None:
        """Take the first slices of one piece at once: `places` has a row for each of them, the rest is [T, V] and [T].

        Attention asks nothing of slices that are wholly given, so that only the backbone reads them.
        """
        heard = np.concatenate(
            [self._recalled(places, *row) for row in zip(events, sounding, time_shifts, strict=True)]
        )
        network, count = self.network, len(events)
        key = torch.from_numpy(places.key)
        roles = torch.arange(events.shape[1])
        codes = network.voice_code(torch.from_numpy(events), torch.from_numpy(sounding), key, roles)
        slices = network.slice_code(codes)
        previous = torch.cat([torch.from_numpy(self._previous), slices[:-1]])
        read = network.backbone_input(previous, torch.from_numpy(self._around(places, heard)))
        out, hidden = network.read_slices(read[None], torch.from_numpy(self._hidden))
        coded, self._hidden = array(slices), array(hidden)
        self._pointer.absorb(array(out[0]), coded, places.position)
        self._grow(count)
        self._events[0, :, :count] = events.T
        self._time_shifts[0, :count] = np.maximum(time_shifts, 0)
        self._previous = coded[-1:]

    def open(self, places: SlicePlaces, order: Ints, *, listening: bool = True) -> None:
        """Begin a slice; `order` [R, V] says in which order the voices will be told.

        Without `listening` nothing can be asked: enough where all voices are given.
        """
        self.recall.arrive(places.position)
        around = self._around(places, self.recall.pitch_history(places.key - MOST_ACCIDENTALS))
        self._hidden = self._layers.read_slice(self._previous, around, self._hidden)
        hidden = state = self._hidden[-1]
        if listening:
            attended = self._pointer.attend(hidden, places.position, places.measure_steps, self.recall.matches)
            state = self._layers.start_slice(hidden, attended, self._previous, around)
        every = np.arange(len(order))[:, None]
        earlier, ages = self.before[every, order], self.recall.age[every, order]
        alike = tuple(order[0].tolist()) if (order == order[0]).all() else None
        key = int(places.key[0]) if alike and (places.key == places.key[0]).all() else None
        self._slice = _Slice(
            places=places,
            order=order,
            hidden=hidden,
            alike=alike,
            quick=None if key is None else quick_heads(self.network, key, self._version),
            before=earlier,
            comes=self._tables.comes(order, ages, earlier, places.key),
            now=earlier.copy(),
            state=state,
            listening=listening,
        )

    def listen(self) -> None:
        """Turn to the next voice: to be called before it is asked for or told, if the slice is listened to."""
        here, step = self._slice, len(self._slice.events)
        here.state = self._tables.read_voice(here.state, here.comes[:, step], here.done[-1] if step else None)

    def event_logits(self) -> Floats:
        """[R, E] what the voice whose turn it is may do."""
        here, step = self._slice, len(self._slice.events)
        rows, voice = self._whose(step)
        added = self._pointer.added(here.state, self.recall.matches[rows, voice + 1])
        return _with_added(self._heads(here, step), self._events[rows, voice, : self.length], added)

    def tell(self, events: Ints) -> None:
        """What the voice whose turn it is does, event ids [R]."""
        here, step = self._slice, len(self._slice.events)
        rows, voice = self._whose(step)
        attacks = events >= FIRST_PITCH
        still = np.where(events == HOLD, self.sounding[rows, voice], SILENCE)
        sounding = np.where(attacks, events - FIRST_PITCH, still)
        self.sounding[rows, voice] = sounding
        self.before[rows, voice] = np.where(attacks, sounding, self.before[rows, voice])
        here.now[:, step] = sounding
        here.done.append(self._tables.done(here.order[:, step], events, sounding, here.places.key))
        here.events.append(events)
        if here.listening:
            self._pointer.agree(self._events[rows, voice, : self.length] == events[:, None])

    def time_shift_logits(self) -> Floats:
        """[R, A] where the next slice stands, once every voice has been told."""
        here = self._slice
        state = self._tables.time_shift_state(here.state, here.done[-1])
        added = self._pointer.added(state, None, time_shift=True)
        return _with_added(self._layers.time_shift(state), self._time_shifts[:, : self.length], added)

    def close(self, time_shifts: Ints) -> None:
        """End the slice with the time shift to the next, ids [R]."""
        here, at = self._slice, self.length
        events = np.empty_like(here.order)
        events[np.arange(len(events))[:, None], here.order] = np.stack(here.events, 1)
        self._previous = self._tables.slice_code(here.done)
        self._pointer.remember(here.hidden, self._previous, here.places.position)
        self._grow(at + 1)
        self._events[:, :, at] = events
        self._time_shifts[:, at] = np.maximum(time_shifts, 0)
        self.recall.leave(events, self.sounding, time_shifts)

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Go on with these pieces only, between two slices; one named several times becomes several."""
        self.recall.keep(rows)
        self._pointer.keep(rows)
        self.before, self.sounding = self.before[rows], self.sounding[rows]
        self._hidden, self._previous = self._hidden[:, rows], self._previous[rows]
        self._events, self._time_shifts = self._events[rows], self._time_shifts[rows]

    def fork(self, row: int) -> Decoder:
        """A decoder of one of these pieces as far as it has come, between two slices."""
        one = copy(self)
        one.recall, one._pointer = copy(self.recall), copy(self._pointer)
        one.keep(np.array([row]))
        return one

    def _recalled(self, places: SlicePlaces, events: Ints, sounding: Ints, time_shift: int) -> Floats:
        """What was heard before the next slice of the only piece; the slice is over then."""
        at = self.length
        self.recall.arrive(places.position[at : at + 1])
        heard = self.recall.pitch_history(places.key[at : at + 1] - MOST_ACCIDENTALS)
        self.recall.leave(events[None], sounding[None], np.array([time_shift]))
        self.before = np.where(events >= FIRST_PITCH, sounding, self.before)
        self.sounding = sounding[None].copy()
        return heard

    def _whose(self, step: int) -> tuple[slice | Ints, int | Ints]:
        """Rows and voices, as an index: of each piece the voice whose rank is `step`."""
        here = self._slice
        return (slice(None), here.alike[step]) if here.alike else (np.arange(len(here.order)), here.order[:, step])

    def _heads(self, here: _Slice, step: int) -> Floats:
        others, is_set = _others(here.order.shape[1], step)
        now, before = here.now[:, others], here.before[:, others]
        if here.alike and here.quick:
            return here.quick.logits(here.state, here.before[:, step], Around(now, before), here.alike, step)
        roles, key = torch.from_numpy(here.order[:, others]), torch.from_numpy(here.places.key)
        known = OtherVoices(self.network.role(roles), torch.from_numpy(now), torch.from_numpy(before), is_set)
        return array(
            self.network.heads(torch.from_numpy(here.state), key, torch.from_numpy(here.before[:, step]), known)
        )

    def _around(self, places: SlicePlaces, heard: Floats) -> Floats:
        if not self.network.config.use_pitch_history:
            heard = np.zeros_like(heard)
        return np.concatenate([places.metric, heard, places.context], axis=1)

    def _grow(self, needed: int) -> None:
        while self._time_shifts.shape[1] < needed:
            self._events = np.concatenate([self._events, np.zeros_like(self._events)], 2)
            self._time_shifts = np.concatenate([self._time_shifts, np.zeros_like(self._time_shifts)], 1)


def _with_added(logits: Floats, past: Ints, added: Floats) -> Floats:
    """The logits [R, N], and to those of what was done in the past [R, T] what each of its slices adds."""
    torch.from_numpy(logits).scatter_add_(1, torch.from_numpy(past), torch.from_numpy(added))
    return logits


@cache
def _others(voices: int, step: int) -> tuple[Ints, Tensor]:
    """The ranks of all voices but one, and which of them are set already, [1, K]."""
    others = [rank for rank in range(voices) if rank != step]
    return np.array(others, dtype=np.int64), torch.tensor([[int(rank < step) for rank in others]])
