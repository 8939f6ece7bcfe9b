"""What is compared when passages are: all voices as one strand, and the melody of each voice.

A strand is a row of events. In all voices together an event is a change of sonority (a repeated note
is heard as a held one), in a melody it is a note. A step leads from one event to the next and has a
key, the same for the same step in any transposition:

- *all voices*: the pitches of both sonorities relative to the first that sounds in the earlier one, and
  how long that lasts. So n - 1 equal steps in a row are an equal window of n events, as in
  `tokens.novelty`. The key is a hash of 64 bits; among a million different steps two share one with a
  chance of 1 in 37 million.
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
"""More than there are intervals between MIDI pitches, up and down."""


@dataclass(frozen=True, slots=True)
class EventSequence:
    """E events: keys [E - 1] of the steps between them, pitches [E] to tell a transposition by, measures [E]."""

    keys: Keys
    pitches: Ints
    measures: Ints

    def __len__(self) -> int:
        return len(self.pitches)


def event_sequences(score: Score, slots: Sequence[Slot]) -> tuple[EventSequence, tuple[EventSequence, ...]]:
    """All voices of a score, and the melody of each."""
    notes = sounding_notes(score)
    lowest = slots[-1]
    melodies = tuple(
        melody([note for note in notes if note.slot == slot], lower=slot == lowest and len(slots) > 1) for slot in slots
    )
    return texture(score_sonorities(score, slots, notes)), melodies


def texture(sounds: Sonorities) -> EventSequence:
    """All voices together, one event a change."""
    changes = sounds.changes()
    base = _bases(changes.pitches)
    pairs = np.stack([changes.pitches[:-1], changes.pitches[1:]], 1)
    keys = mix_bits(window_sums(pairs, changes.durations[:-1, None], base[:-1]), _PAIR)
    return EventSequence(keys, base, changes.measure)


def _bases(pitches: Ints) -> Ints:
    """[E] the first pitch that sounds; in a general rest that of before, at the start the first of all."""
    sounds = (pitches != SILENT).any(1)
    last = np.maximum.accumulate(np.where(sounds, np.arange(len(pitches)), int(sounds.argmax())))
    return reference_pitch(pitches[last][:, None])


def melody(notes: Iterable[SoundingNote], *, lower: bool = False) -> EventSequence:
    """The notes of one voice; of a chord the highest, or with `lower` the lowest."""
    outer = min if lower else max
    found: dict[int, tuple[int, int]] = {}
    for note in notes:
        if isinstance(note.pitch, Pitch):
            onset, pitch = tick(note.onset), int(note.pitch.midi_pitch)
            before = found.get(onset, (pitch, 0))[0]
            found[onset] = (outer(before, pitch), note.measure_index)
    onsets = np.array(sorted(found), np.int64)
    pitches = np.array([found[onset][0] for onset in onsets.tolist()], np.int64)
    measures = np.array([found[onset][1] for onset in onsets.tolist()], np.int64)
    keys = np.diff(onsets) * _INTERVALS + np.diff(pitches) + _INTERVALS // 2
    return EventSequence(keys.astype(np.uint64), pitches, measures)
