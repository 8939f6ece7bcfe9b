"""What pieces in the making have in common with their own past: `history_features`, updated slice by slice.

Axes: R pieces written side by side, V voices, T slices so far. A slice costs O(T) for all pieces at
once: of the runs of `history_features.matches` only the row of the slice to come is kept.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoregen.model.network.alphabet import HOLD, Alphabet
from scoregen.model.network.history_features import Floats, Ints, age_bucket, bucket, decayed_rows, relative_to_key

_NOTHING = -1
_PITCH = 1 << 40
"""A note is one number: its pitch id times this, and its age or length in grid steps."""
_MIX = np.array([0x4F1BBCDCBFA53E0B, 0x2545F4914F6CDD1D])


class IncrementalFeatures:
    """The past of R pieces. `enter` a slice, read `age`, `pitch_history` and `matches`, then `append` its events.

    age: [R, V] buckets; shares: [R, 2, 12]; matches: [R, V + 1, T] buckets for the slice arrived at.
    """

    def __init__(self, rows: int, voices: int, alphabet: Alphabet) -> None:
        self.length = 0
        self.age: Ints = np.zeros((rows, voices), dtype=np.int64)
        self.matches: Ints = np.zeros((rows, voices + 1, 0), dtype=np.int64)
        self.shares: Floats = np.zeros((rows, 2, 12), dtype=np.float32)
        self._classes = np.vstack([np.eye(12, dtype=np.float32)[alphabet.fifths % 12], np.zeros((1, 12), np.float32)])
        self._fresh: Floats = np.zeros((rows, 12), dtype=np.float32)
        self._here: Ints = np.zeros(rows, dtype=np.int64)
        self._note: Ints = np.full((rows, voices), -1)  # the number of the note that sounds
        self._onset: Ints = np.zeros((rows, voices), dtype=np.int64)
        self._pitch: Ints = np.zeros((rows, voices), dtype=np.int64)
        self._whole: Ints = np.zeros((rows, 64), dtype=np.int64)  # by slice: how far its past is that of the next
        self._slices: Ints = np.zeros((rows, 64), dtype=np.int64)  # by slice: all that was done there, in one number
        self._came: Ints = np.full((rows, voices, 64), _NOTHING)  # by slice: the note that it came upon, and its age
        self._came_note: Ints = np.zeros((rows, voices, 64), dtype=np.int64)
        self._notes: Ints = np.full((rows, voices, 64), _NOTHING)  # by note: pitch and length
        self._runs: Ints = np.zeros((rows, voices, 64), dtype=np.int64)  # by note: how far its past is the current's

    def enter(self, position: Ints) -> None:
        """Go to the next slice, which stands at `position` [R]."""
        if self.length:
            self.shares = decayed_rows(self.shares, self._fresh, position - self._here)
        self._here = position
        began = self._note >= 0
        since = np.where(began, position[:, None] - self._onset, 0)
        self.age = age_bucket(since)
        self._grow()
        came = np.where(began, self._pitch * _PITCH + since, _NOTHING)
        self.matches = self._matches(came)
        self._came[:, :, self.length], self._came_note[:, :, self.length] = came, self._note

    def pitch_history(self, keys: Ints) -> Floats:
        """[R, HEARD] what has sounded before this slice, seen from its key signature [R] in fifths."""
        return relative_to_key(self.shares, keys)

    def append(self, events: Ints, sounding: Ints, time_shift: Ints) -> None:
        """Add the slice: what the voices do and sound [R, V], and the time shift to the next slice [R]."""
        self._fresh = self._classes[sounding].sum(1)
        self._count_slice(events, sounding, time_shift)
        begins = events != HOLD
        self._count_notes(begins & (self._note >= 0))
        self._note = self._note + begins
        self._onset = np.where(begins, self._here[:, None], self._onset)
        self._pitch = np.where(begins, sounding, self._pitch)
        self.length += 1

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Go on with these pieces only; with a piece named twice, with two copies of it."""
        for name in (*_ROWS, "age", "shares", "matches"):
            setattr(self, name, getattr(self, name)[rows])

    def _matches(self, came: Ints) -> Ints:
        length = self.length
        table = np.zeros((*came.shape[:1], came.shape[1] + 1, length), dtype=np.int64)
        table[:, 0] = bucket(self._whole[:, :length])
        row, voice, past = np.nonzero((self._came[:, :, :length] == came[:, :, None]) & (came[:, :, None] >= 0))
        table[row, voice + 1, past] = bucket(1 + self._runs[row, voice, self._came_note[row, voice, past]])
        return table

    def _count_slice(self, events: Ints, sounding: Ints, time_shift: Ints) -> None:
        """Whole slices in a row that are the same: the runs move on by one where this slice equals an earlier one."""
        now = time_shift.copy()
        for doing in (*events.T, *sounding.T):
            now = now * _MIX[0] + doing * _MIX[1] + 1
        length = self.length
        same = self._slices[:, :length] == now[:, None]
        self._whole[:, 1 : length + 1] = np.where(same, self._whole[:, :length] + 1, 0)
        self._slices[:, length] = now

    def _count_notes(self, ends: NDArray[np.bool_]) -> None:
        """Notes in a row that are the same: where a note ends, its length is known."""
        row, voice = np.nonzero(ends)
        if not len(row):
            return
        last = self._note[row, voice]
        note = self._pitch[row, voice] * _PITCH + self._here[row] - self._onset[row, voice]
        count = int(last.max()) + 1
        same = self._notes[row, voice, :count] == note[:, None]
        self._runs[row, voice, 1 : count + 1] = np.where(same, self._runs[row, voice, :count] + 1, 0)
        self._notes[row, voice, last] = note

    def _grow(self) -> None:
        """Twice the room where the next slice or note would find none."""
        if self.length + 2 < self._slices.shape[1]:
            return
        for name in ("_whole", "_slices", "_came", "_came_note", "_notes", "_runs"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.full_like(old, _NOTHING)], axis=-1))


_ROWS = (
    "_fresh", "_here", "_note", "_onset", "_pitch", "_whole", "_slices", "_came", "_came_note", "_notes", "_runs"
)  # fmt: skip
