"""Event sequences: all voices of a score together, and the melody of each voice.

In all voices together an event is a change of sonority (a repeated note counts as held), in a melody it is a note.
A step is the difference between two consecutive events and has a key, which is the same in any transposition:

- *all voices*: the pitches of both sonorities relative to the first sounding pitch of the earlier one, and the
  duration of that one. n - 1 consecutive equal steps are an equal window of n events, as in
  `tokens.window_hashes`. The key is a hash of 64 bits; among a million different steps two share a key with a
  probability of 1 in 37 million.
- *a melody*: the interval, and the time from onset to onset (a rest counts with the note before). The
  key is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.score.elements import Score, Slot
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, sounding_notes
from scoregen.tokens.sonorities import SILENT, Sonorities, score_sonorities, tick
from scoregen.tokens.window_hashes import mix_bits, reference_pitch, window_sums

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

_PAIR = 2
_INTERVALS = 512
"""More than the number of intervals between MIDI pitches, up and down."""


@dataclass(frozen=True, slots=True)
class EventSequence:
    """E events: keys [E - 1] of the steps between them, pitches [E] that give the transposition, measures [E]."""

    keys: Keys
    pitches: Ints
    measures: Ints

    def __len__(self) -> int:
        return len(self.pitches)


def event_sequences(score: Score, slots: Sequence[Slot]) -> tuple[EventSequence, tuple[EventSequence, ...]]:
    """The sequence of all voices of a score, and the melody of each voice."""
    notes = sounding_notes(score)
    lowest = slots[-1]
    melodies = tuple(
        melody([note for note in notes if note.slot == slot], lower=slot == lowest and len(slots) > 1) for slot in slots
    )
    return texture(score_sonorities(score, slots, notes)), melodies


def texture(sounds: Sonorities) -> EventSequence:
    """The sequence of all voices together, one event for each change."""
    changes = sounds.changes()
    base = _bases(changes.pitches)
    pairs = np.stack([changes.pitches[:-1], changes.pitches[1:]], 1)
    keys = mix_bits(window_sums(pairs, changes.durations[:-1, None], base[:-1]), _PAIR)
    return EventSequence(keys, base, changes.measure)


def _bases(pitches: Ints) -> Ints:
    """[E] the first sounding pitch; during a general rest the one before, at the start the first of the piece."""
    sounds = (pitches != SILENT).any(1)
    last = np.maximum.accumulate(np.where(sounds, np.arange(len(pitches)), int(sounds.argmax())))
    return reference_pitch(pitches[last][:, None])


def melody(notes: Iterable[SoundingNote], *, lower: bool = False) -> EventSequence:
    """The melody of one voice; of a chord the highest note, with `lower` the lowest."""
    outer = min if lower else max
    by_onset: dict[int, tuple[int, int]] = {}
    for note in notes:
        if isinstance(note.pitch, Pitch):
            onset, pitch = tick(note.onset), int(note.pitch.midi_pitch)
            before = by_onset.get(onset, (pitch, 0))[0]
            by_onset[onset] = (outer(before, pitch), note.measure_index)
    onsets = np.array(sorted(by_onset), np.int64)
    pitches = np.array([by_onset[onset][0] for onset in onsets.tolist()], np.int64)
    measures = np.array([by_onset[onset][1] for onset in onsets.tolist()], np.int64)
    keys = np.diff(onsets) * _INTERVALS + np.diff(pitches) + _INTERVALS // 2
    return EventSequence(keys.astype(np.uint64), pitches, measures)
