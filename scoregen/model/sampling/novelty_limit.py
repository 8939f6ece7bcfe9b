"""The novelty limit in sampling: the last voice of a slice avoids events that would complete a window of the corpus.

The index of a corpus is the file NAME.novelty next to the weights that were trained on it.

R drafts, V voices, E events, N = LIMIT sonorities.
"""

from __future__ import annotations

from copy import copy
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD
from scoregen.model.features.inputs import MIDI, SPELLED, Ints
from scoregen.system.companions import load_companion
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
_EVENT_PITCHES = np.concatenate([np.full(FIRST_PITCH, SILENT), SPELLED.midi])
"""The MIDI pitch of each event id; that of a hold depends on the sounding pitch."""


def load_index(weights: Path) -> NoveltyIndex | None:
    """The index next to some weights, None if there is none; InputError if it is damaged."""
    return load_companion(weights, SUFFIX, NoveltyIndex.from_bytes)


def save_index(index: NoveltyIndex, weights: Path) -> None:
    """Write the index next to some weights."""
    write_files([(weights.with_suffix(SUFFIX), index.to_bytes())], force=True)


class NoveltyLimit:
    """The last sonorities of every draft, and the events that would complete a window of the corpus with them."""

    def __init__(self, index: NoveltyIndex, rows: int, voices: int) -> None:
        self._index = index
        self._pitches: Ints = np.full((rows, LIMIT - 1, voices), SILENT)
        self._onsets: Ints = np.zeros((rows, LIMIT - 1), dtype=np.int64)
        self._count: Ints = np.zeros(rows, dtype=np.int64)

    def append(self, sounding: Ints, position: Ints) -> None:
        """Append the pitch ids [R, V] that sound from `position` [R] on."""
        pitches = MIDI[sounding]
        rows = np.flatnonzero((self._count == 0) | (pitches != self._pitches[:, -1]).any(1))
        self._pitches[rows, :-1], self._pitches[rows, -1] = self._pitches[rows, 1:], pitches[rows]
        self._onsets[rows, :-1], self._onsets[rows, -1] = self._onsets[rows, 1:], position[rows]
        self._count[rows] += 1

    def completions(self, sounding: Ints, position: Ints, voice: Ints) -> Bools | None:
        """[R, E] the events of the last voice [R] that would complete a window of the corpus; None if there are none.

        `sounding` [R, V]: the pitch ids at `position` [R]; for that voice, those before.
        """
        close = self._index.contains(hash_windows(self._pitches, np.diff(self._onsets)), LIMIT - 1)
        rows = np.flatnonzero(close & (self._count >= LIMIT - 1))
        if not len(rows):
            return None
        masks = np.zeros((len(sounding), len(_EVENT_PITCHES)), dtype=np.bool_)
        masks[rows] = self._completes(rows, sounding[rows], position[rows], voice[rows])
        return masks if masks.any() else None

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep only these drafts."""
        self._pitches, self._onsets, self._count = self._pitches[rows], self._onsets[rows], self._count[rows]

    def fork(self, row: int) -> NoveltyLimit:
        """The limit of one of these drafts with its state so far."""
        one = copy(self)
        one.keep(np.array([row]))
        return one

    def _completes(self, rows: NDArray[np.intp], sounding: Ints, position: Ints, voice: Ints) -> Bools:
        past, voices = self._pitches[rows], sounding.shape[1]
        durations = np.diff(np.column_stack([self._onsets[rows], position]))
        base = reference_pitch(past)
        sonorities = np.repeat(MIDI[sounding][:, None], len(_EVENT_PITCHES), axis=1)  # [R, E, V]
        every = np.arange(len(rows))
        holds = sonorities[every, HOLD, voice]
        sonorities[every, :, voice] = _EVENT_PITCHES
        sonorities[every, HOLD, voice] = holds
        added = pitch_terms(relative_pitches(sonorities, base[:, None, None]), LIMIT - 1, voices).sum(2)
        completed = hashes_of_sums(window_sums(past, durations, base)[:, None] + added, LIMIT)
        changes = (sonorities != past[:, -1:]).any(2)
        result: Bools = self._index.contains(completed, LIMIT) & changes
        return result
