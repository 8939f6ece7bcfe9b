"""The features of `history_features`, updated slice by slice while pieces are written.

R pieces in parallel, V voices, T slices so far. A slice costs O(T) for all pieces at once, because only the row of
the next slice is kept of the runs of `history_features.matches`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import HOLD, Alphabet
from scoregen.model.features.history_features import Floats, Ints, age_bucket, bucket, decay_rows, relative_to_key

_NOTHING = -1
_PITCH = 1 << 40
"""A note is one number: its pitch id times this, plus its age or length in grid steps."""
_MIX = np.array([0x4F1BBCDCBFA53E0B, 0x2545F4914F6CDD1D])


class IncrementalFeatures:
    """The past of R pieces. `enter` a slice, read `age`, `pitch_history` and `matches`, then `append` its events.

    age: [R, V] buckets; shares: [R, 2, 12]; matches: [R, V + 1, T] buckets for the current slice.
    """

    def __init__(self, rows: int, voices: int, alphabet: Alphabet) -> None:
        self.length = 0
        self.age: Ints = np.zeros((rows, voices), dtype=np.int64)
        self.matches: Ints = np.zeros((rows, voices + 1, 0), dtype=np.int64)
        self.shares: Floats = np.zeros((rows, 2, 12), dtype=np.float32)
        self._silence = alphabet.silence
        self._classes = np.vstack([np.eye(12, dtype=np.float32)[alphabet.fifths % 12], np.zeros((1, 12), np.float32)])
        self._fresh: Floats = np.zeros((rows, 12), dtype=np.float32)
        self._position: Ints = np.zeros(rows, dtype=np.int64)
        self._note: Ints = np.full((rows, voices), -1)  # the number of the current note
        self._onset: Ints = np.zeros((rows, voices), dtype=np.int64)
        self._pitch: Ints = np.zeros((rows, voices), dtype=np.int64)
        self._slice_runs: Ints = np.zeros((rows, 64), dtype=np.int64)  # by slice: the matching run before the next
        self._slice_hashes: Ints = np.zeros((rows, 64), dtype=np.int64)  # by slice: a hash of its events and time shift
        self._note_age: Ints = np.full((rows, voices, 64), _NOTHING)  # by slice: the note before it, and its age
        self._note_number: Ints = np.zeros((rows, voices, 64), dtype=np.int64)
        self._notes: Ints = np.full((rows, voices, 64), _NOTHING)  # by note: pitch and length
        self._note_runs: Ints = np.zeros((rows, voices, 64), dtype=np.int64)  # by note: the run before it that matches

    def enter(self, position: Ints) -> None:
        """Go to the next slice, at `position` [R]."""
        if self.length:
            self.shares = decay_rows(self.shares, self._fresh, position - self._position)
        self._position = position
        has_note = self._note >= 0
        since = np.where(has_note, position[:, None] - self._onset, 0)
        self.age = age_bucket(since)
        self._grow()
        note_age = np.where(has_note, self._pitch * _PITCH + since, _NOTHING)
        self.matches = self._matches(note_age)
        self._note_age[:, :, self.length], self._note_number[:, :, self.length] = note_age, self._note

    def pitch_history(self, keys: Ints) -> Floats:
        """[R, PITCH_HISTORY] the pitch history before this slice, relative to its key signature [R] in fifths."""
        return relative_to_key(self.shares, keys)

    def append(self, events: Ints, sounding: Ints, time_shift: Ints, inner: Ints) -> None:
        """Add the slice: events and sounding pitches [R, V], the time shift to the next slice [R], and the inner notes
        of chords [R, V, N]."""
        self._fresh = self._classes[sounding].sum(1)
        self._count_slice(events, sounding, time_shift, inner)
        begins = events != HOLD
        self._count_notes(begins & (self._note >= 0))
        self._note = self._note + begins
        self._onset = np.where(begins, self._position[:, None], self._onset)
        self._pitch = np.where(begins, sounding, self._pitch)
        self.length += 1

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep only these pieces; a piece that is listed twice is duplicated."""
        for name in (*_ROWS, "age", "shares", "matches"):
            setattr(self, name, getattr(self, name)[rows])

    def _matches(self, note_age: Ints) -> Ints:
        length = self.length
        table = np.zeros((*note_age.shape[:1], note_age.shape[1] + 1, length), dtype=np.int64)
        table[:, 0] = bucket(self._slice_runs[:, :length])
        row, voice, past = np.nonzero(
            (self._note_age[:, :, :length] == note_age[:, :, None]) & (note_age[:, :, None] >= 0)
        )
        table[row, voice + 1, past] = bucket(1 + self._note_runs[row, voice, self._note_number[row, voice, past]])
        return table

    def _count_slice(self, events: Ints, sounding: Ints, time_shift: Ints, inner: Ints) -> None:
        """Update the runs of identical slices: a run grows where this slice equals an earlier one."""
        places = np.arange(1, inner[0].size + 1).reshape(inner.shape[2], inner.shape[1]).T
        notes = np.where(inner == self._silence, 0, (inner + 1) * _MIX[0] + places) * _MIX[1]
        number = time_shift + (notes ^ (notes >> 17)).sum((1, 2))
        for column in (*events.T, *sounding.T):
            number = number * _MIX[0] + column * _MIX[1] + 1
        length = self.length
        same = self._slice_hashes[:, :length] == number[:, None]
        self._slice_runs[:, 1 : length + 1] = np.where(same, self._slice_runs[:, :length] + 1, 0)
        self._slice_hashes[:, length] = number

    def _count_notes(self, ends: NDArray[np.bool_]) -> None:
        """Update the runs of identical notes, for the notes that end here and so have a length."""
        row, voice = np.nonzero(ends)
        if not len(row):
            return
        last = self._note[row, voice]
        note = self._pitch[row, voice] * _PITCH + self._position[row] - self._onset[row, voice]
        count = int(last.max()) + 1
        same = self._notes[row, voice, :count] == note[:, None]
        self._note_runs[row, voice, 1 : count + 1] = np.where(same, self._note_runs[row, voice, :count] + 1, 0)
        self._notes[row, voice, last] = note

    def _grow(self) -> None:
        """Double the capacity if the next slice or note would not fit."""
        if self.length + 2 < self._slice_hashes.shape[1]:
            return
        for name in ("_slice_runs", "_slice_hashes", "_note_age", "_note_number", "_notes", "_note_runs"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.full_like(old, _NOTHING)], axis=-1))


_ROWS = (
    *("_fresh", "_position", "_note", "_onset", "_pitch"),
    *("_slice_runs", "_slice_hashes", "_note_age", "_note_number", "_notes", "_note_runs"),
)
