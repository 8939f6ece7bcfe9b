"""The features of `history_features`, updated slice by slice while pieces are written.

R pieces in parallel, V voices, T slices so far, W = min(T, WINDOW) slices in the window before the next one. What is
kept of them lies in rings: slice s has the place s modulo WINDOW. A slice costs O(W) for all pieces at once, because
only the row of the next slice is kept of the runs of `history_features.matches`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import HOLD, Alphabet
from scoregen.model.features.conditioning import WINDOW
from scoregen.model.features.history_features import (
    Buckets,
    Floats,
    Ints,
    age_bucket,
    bucket,
    decay_rows,
    relative_to_key,
)

_NOTHING = -1
_PITCH = 1 << 40
"""A note is one number: its pitch id times this, plus its age or length in grid steps."""
_NOTES = WINDOW + 1
"""The notes of a voice that are kept: the current one, and as many as begin in a window."""
_MIX = np.array([0x4F1BBCDCBFA53E0B, 0x2545F4914F6CDD1D])


class IncrementalFeatures:
    """The past of R pieces. `enter` a slice, read `age`, `pitch_history` and `matches`, then `append` its events.

    age: [R, V] buckets; shares: [R, 2, 12]; matches: [R, V + 1, W] buckets for the current slice, by the
    place of the earlier one in the ring.
    """

    def __init__(self, rows: int, voices: int, alphabet: Alphabet) -> None:
        self.length = 0
        self.age: Ints = np.zeros((rows, voices), dtype=np.int64)
        self.matches: Buckets = np.zeros((rows, voices + 1, 0), dtype=np.uint8)
        self.shares: Floats = np.zeros((rows, 2, 12), dtype=np.float32)
        self._silence = alphabet.silence
        self._classes = np.vstack([np.eye(12, dtype=np.float32)[alphabet.fifths % 12], np.zeros((1, 12), np.float32)])
        self._fresh: Floats = np.zeros((rows, 12), dtype=np.float32)
        self._position: Ints = np.zeros(rows, dtype=np.int64)
        self._note: Ints = np.full((rows, voices), -1)  # the number of the current note
        self._onset: Ints = np.zeros((rows, voices), dtype=np.int64)
        self._pitch: Ints = np.zeros((rows, voices), dtype=np.int64)
        self._slice_runs: Ints = np.zeros((rows, WINDOW), dtype=np.int64)  # by slice: the matching run before the next
        self._slice_hashes: Ints = np.zeros((rows, WINDOW), dtype=np.int64)  # a hash of its events and time shift
        self._note_age: Ints = np.full((rows, voices, WINDOW), _NOTHING)  # by slice: the note before it, and its age
        self._note_number: Ints = np.zeros((rows, voices, WINDOW), dtype=np.int64)
        self._notes: Ints = np.full((rows, voices, _NOTES), _NOTHING)  # by note: pitch and length
        self._note_runs: Ints = np.zeros((rows, voices, _NOTES), dtype=np.int64)  # the run before it that matches

    def enter(self, position: Ints) -> None:
        """Go to the next slice, at `position` [R]."""
        if self.length:
            self.shares = decay_rows(self.shares, self._fresh, position - self._position)
        self._position = position
        has_note = self._note >= 0
        since = np.where(has_note, position[:, None] - self._onset, 0)
        self.age = age_bucket(since)
        note_age = np.where(has_note, self._pitch * _PITCH + since, _NOTHING)
        self.matches = self._matches(note_age)
        place = self.length % WINDOW
        self._note_age[:, :, place], self._note_number[:, :, place] = note_age, self._note

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

    def _matches(self, note_age: Ints) -> Buckets:
        width = min(self.length, WINDOW)
        table = np.zeros((*note_age.shape[:1], note_age.shape[1] + 1, width), dtype=np.uint8)
        table[:, 0] = bucket(self._slice_runs[:, :width])
        row, voice, past = np.nonzero(
            (self._note_age[:, :, :width] == note_age[:, :, None]) & (note_age[:, :, None] >= 0)
        )
        note = self._note_number[row, voice, past] % _NOTES
        table[row, voice + 1, past] = bucket(1 + self._note_runs[row, voice, note])
        return table

    def _count_slice(self, events: Ints, sounding: Ints, time_shift: Ints, inner: Ints) -> None:
        """Update the runs of identical slices: a run grows where this slice equals an earlier one."""
        places = np.arange(1, inner[0].size + 1).reshape(inner.shape[2], inner.shape[1]).T
        notes = np.where(inner == self._silence, 0, (inner + 1) * _MIX[0] + places) * _MIX[1]
        number = time_shift + (notes ^ (notes >> 17)).sum((1, 2))
        for column in (*events.T, *sounding.T):
            number = number * _MIX[0] + column * _MIX[1] + 1
        width = min(self.length + 1, WINDOW)
        runs = self._slice_runs[:, :width]
        grown = np.where(self._slice_hashes[:, :width] == number[:, None], runs + 1, 0)
        runs[:, 1:] = grown[:, :-1]
        runs[:, 0] = grown[:, -1] if self.length >= WINDOW else 0  # nothing is before the first slice
        self._slice_hashes[:, self.length % WINDOW] = number

    def _count_notes(self, ends: NDArray[np.bool_]) -> None:
        """Update the runs of identical notes, for the notes that end here and so have a length."""
        row, voice = np.nonzero(ends)
        if not len(row):
            return
        last = self._note[row, voice]
        note = self._pitch[row, voice] * _PITCH + self._position[row] - self._onset[row, voice]
        width = min(int(last.max()) + 2, _NOTES)
        runs = np.where(self._notes[row, voice, :width] == note[:, None], self._note_runs[row, voice, :width] + 1, 0)
        self._note_runs[row, voice, 1:width] = runs[:, :-1]
        self._note_runs[row, voice, 0] = runs[:, -1]
        self._notes[row, voice, last % _NOTES] = note


_ROWS = (
    *("_fresh", "_position", "_note", "_onset", "_pitch"),
    *("_slice_runs", "_slice_hashes", "_note_age", "_note_number", "_notes", "_note_runs"),
)
