"""The novelty limit while notes are drawn: the last voice of a slice leaves out what would complete a known window.

The index of a corpus lies beside the weights that were trained on it, as NAME.novelty.

R drafts, V voices, E events, N = LIMIT sonorities.
"""

from __future__ import annotations

from copy import copy
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoregen.model.network.alphabet import FIRST_PITCH, HOLD
from scoregen.model.network.inputs import MIDI, SPELLED, Ints
from scoregen.system.errors import InputError, ScoregenError
from scoregen.system.files import write_files
from scoregen.tokens.sonorities import SILENT
from scoregen.tokens.window_hashes import (
    LIMIT,
    NoveltyIndex,
    hash_windows,
    hashes_of_sums,
    pitch_terms,
    reference_pitch,
    relative_pitches,
    window_sums,
)

Bools = NDArray[np.bool_]
SUFFIX = ".novelty"
_OF_EVENT = np.concatenate([np.full(FIRST_PITCH, SILENT), SPELLED.midi])
"""By event id; that of a hold hangs on what sounds."""


def load_index(weights: Path) -> NoveltyIndex | None:
    """The index beside some weights, None where there is none; InputError where it is damaged."""
    path = weights.with_suffix(SUFFIX)
    if not path.is_file():
        return None
    try:
        return NoveltyIndex.from_bytes(path.read_bytes())
    except (ScoregenError, ValueError, KeyError) as error:
        raise InputError(f"{path} is damaged ({error}); fetch it again or remove it") from error


def save_index(index: NoveltyIndex, weights: Path) -> None:
    """Write the index beside some weights."""
    write_files([(weights.with_suffix(SUFFIX), index.to_bytes())], force=True)


class NoveltyLimit:
    """The last sonorities of every draft, and which pitches would make them too long a window of the corpus."""

    def __init__(self, index: NoveltyIndex, rows: int, voices: int) -> None:
        self._index = index
        self._pitches: Ints = np.full((rows, LIMIT - 1, voices), SILENT)
        self._onsets: Ints = np.zeros((rows, LIMIT - 1), dtype=np.int64)
        self._count: Ints = np.zeros(rows, dtype=np.int64)

    def append(self, sounding: Ints, position: Ints) -> None:
        """Take in what sounds [R, V], as pitch ids, from `position` [R] on."""
        pitches = MIDI[sounding]
        rows = np.flatnonzero((self._count == 0) | (pitches != self._pitches[:, -1]).any(1))
        self._pitches[rows, :-1], self._pitches[rows, -1] = self._pitches[rows, 1:], pitches[rows]
        self._onsets[rows, :-1], self._onsets[rows, -1] = self._onsets[rows, 1:], position[rows]
        self._count[rows] += 1

    def completions(self, sounding: Ints, position: Ints, voice: Ints) -> Bools | None:
        """[R, E] which events of the last voice [R] would complete a window of the corpus; None if none would.

        `sounding` [R, V]: what sounds at `position` [R], but for that voice what sounded before.
        """
        close = self._index.contains(hash_windows(self._pitches, np.diff(self._onsets)), LIMIT - 1)
        rows = np.flatnonzero(close & (self._count >= LIMIT - 1))
        if not len(rows):
            return None
        found = np.zeros((len(sounding), len(_OF_EVENT)), dtype=np.bool_)
        found[rows] = self._completes(rows, sounding[rows], position[rows], voice[rows])
        return found if found.any() else None

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Go on with these drafts only."""
        self._pitches, self._onsets, self._count = self._pitches[rows], self._onsets[rows], self._count[rows]

    def fork(self, row: int) -> NoveltyLimit:
        """The limit of one of these drafts, as far as it has come."""
        one = copy(self)
        one.keep(np.array([row]))
        return one

    def _completes(self, rows: NDArray[np.intp], sounding: Ints, position: Ints, voice: Ints) -> Bools:
        past, voices = self._pitches[rows], sounding.shape[1]
        durations = np.diff(np.column_stack([self._onsets[rows], position]))
        base = reference_pitch(past)
        now = np.repeat(MIDI[sounding][:, None], len(_OF_EVENT), axis=1)  # [R, E, V]
        every = np.arange(len(rows))
        holds = now[every, HOLD, voice]
        now[every, :, voice] = _OF_EVENT
        now[every, HOLD, voice] = holds
        added = pitch_terms(relative_pitches(now, base[:, None, None]), LIMIT - 1, voices).sum(2)
        completed = hashes_of_sums(window_sums(past, durations, base)[:, None] + added, LIMIT)
        changes = (now != past[:, -1:]).any(2)
        result: Bools = self._index.contains(completed, LIMIT) & changes
        return result
