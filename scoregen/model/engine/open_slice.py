"""The slice that is being written, turn by turn.

A step runs for the rows whose turn it is alone; the others keep what they have.

R rows, V voices, C slices of capacity in the caches, K choices of an event, H heads.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.protocol import Array
from scoregen.model.features.alphabet import NO_CHOICE
from scoregen.model.features.inputs import SILENCE, Bools, Floats, Ints

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
class OpenSlice:
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

    def next_voice(self, voice: Ints) -> None:
        """Go to the voice [R] that takes the next turns."""
        self.voice, self.past_choices = voice, None
        self.index = np.zeros_like(voice)
        self.chord = np.full_like(voice, SILENCE)

    def turn_inputs(self, rows: Rows, roles: Array, strands: Array) -> tuple[Array, ...]:
        """The inputs of a step for the next turn of some rows, with roles [V, e] and memories [R, V, strand]."""
        voice, number = self.voice[rows], np.arange(len(self.voice))[rows]
        chord = self.chord[rows]
        return (
            self.state[rows],
            roles[voice],
            np.where(chord == SILENCE, self.before[number, voice], chord),
            self.age[number, voice],
            strands[number, voice],
            self.places.key[rows],
            *self.last_turn(rows, roles),
        )

    def last_turn(self, rows: Rows, roles: Array) -> tuple[Array, ...]:
        """The turn that was written last: role, choice, pitch, and whether there is one."""
        voice, choice, pitch = (each[rows] for each in self.last)
        return roles[voice], choice, pitch, (self.turns[rows] > 0).astype(np.float32)

    def past(self, rows: Rows) -> tuple[Array, ...]:
        """The earlier slices: scores, trust, agreement, and the number of turns that it counts."""
        turns = self.turns[rows, None].astype(np.float32)
        return self.scores[rows], self.trust[rows], self.agreement[rows], turns

    def write(self, rows: NDArray[np.intp], chosen: Ints, pitch: Ints, is_pitch: Bools, past: Ints) -> None:
        """Write the choices of some rows, which sound pitch ids; `past` [rows, C] are those of the earlier slices.

        Arrays have an entry for each of these rows. What the last step has read is replaced, not changed.
        """
        voice = self.voice[rows]
        self.agreement[rows] += past == chosen[:, None]
        self._keep_choice(rows, voice, chosen)
        self._keep_event(rows, voice, chosen, is_pitch & (self.chord[rows] == SILENCE))
        last = tuple(each.copy() for each in self.last)
        for each, new in zip(last, (voice, chosen, pitch), strict=True):
            each[rows] = new
        self.last = last[0], last[1], last[2]
        self.turns, self.index, self.chord = self.turns.copy(), self.index.copy(), self.chord.copy()
        self.turns[rows] += 1
        self.index[rows] += 1
        self.chord[rows] = np.where(is_pitch, pitch, self.chord[rows])
        self.past_choices = None

    def _keep_choice(self, rows: NDArray[np.intp], voice: Ints, chosen: Ints) -> None:
        index = self.index[rows]
        missing = int(index.max(initial=0)) + 1 - self.choices.shape[2]
        if missing > 0:
            self.choices = np.pad(self.choices, ((0, 0), (0, 0), (0, missing)), constant_values=NO_CHOICE)
        self.choices[rows, voice, index] = chosen

    def _keep_event(self, rows: NDArray[np.intp], voice: Ints, chosen: Ints, is_outer: Bools) -> None:
        """The event is the first choice, until the outer note of a chord is written."""
        kept = (self.index[rows] == 0) | is_outer
        self.events[rows[kept], voice[kept]] = chosen[kept]


def selection(active: Bools) -> Rows:
    """The active rows [R] as an index."""
    return ALL_ROWS if active.all() else np.flatnonzero(active)


def replace_rows(rows: Rows, new: Array, old: Array) -> Array:
    """The array `old` [R, ...] with some rows replaced by those of `new`."""
    if rows is ALL_ROWS:
        return new
    result = old.copy() if isinstance(old, np.ndarray) else old.clone()
    result[rows] = new
    return result
