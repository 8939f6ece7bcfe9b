"""Sonorities: a score, or a score in tokens, as a table of MIDI pitches by slice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.score.elements import Score, Slot
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, measure_onsets
from scoregen.tokens.events import TokenScore
from scoregen.tokens.vocabulary import vocabulary

Ints = NDArray[np.int64]

SILENT = -1


@dataclass(frozen=True, slots=True)
class Sonorities:
    """pitches: [T, V] MIDI pitches, SILENT for none; onset: [T] ticks from the start; measure: [T]; end: ticks."""

    pitches: Ints
    onset: Ints
    measure: Ints
    end: int

    def changes(self) -> Sonorities:
        """Only the slices at which the sonority changes; repeated notes count as held."""
        new = np.append(True, (self.pitches[1:] != self.pitches[:-1]).any(1))
        return Sonorities(self.pitches[new], self.onset[new], self.measure[new], self.end)

    @property
    def durations(self) -> Ints:
        """[T] ticks."""
        return np.diff(np.append(self.onset, self.end))


def sonorities(tokens: TokenScore) -> Sonorities:
    """The sonority of each slice. Of a chord only the highest note counts, in the last voice the lowest."""
    outer = [-1] * (len(tokens.slots) - 1) + [0]  # which pitch of a chord counts, by voice
    return _by_slice(
        tokens,
        lambda sounding: [chord[which] if chord else SILENT for chord, which in zip(sounding, outer, strict=True)],
    )


def outer_sonorities(tokens: TokenScore) -> Sonorities:
    """The highest and the lowest note that sounds in each slice, of all voices and chords: [T, 2] pitches."""
    return _by_slice(tokens, lambda sounding: _outer([pitch for chord in sounding for pitch in chord] or [SILENT]))


def _outer(pitches: Sequence[int]) -> list[int]:
    return [max(pitches), min(pitches)]


def _by_slice(tokens: TokenScore, read: Callable[[Sequence[tuple[int, ...]]], list[int]]) -> Sonorities:
    """The sonorities that are read from the MIDI pitches of each voice, lowest first, in each slice."""
    sounding: list[tuple[int, ...]] = [()] * len(tokens.slots)
    pitches, onset, measure = [], [], []
    start = 0
    for index, written in enumerate(tokens.measures):
        for piece in written.slices:
            events = zip(piece.events, sounding, strict=True)
            sounding = [before if event.kind == "hold" else _midi(event.sounding) for event, before in events]
            pitches.append(read(sounding))
            onset.append(start + whole_ticks(piece.onset))
            measure.append(index)
        start += whole_ticks(written.header.duration)
    return Sonorities(np.array(pitches), np.array(onset), np.array(measure), start)


def score_sonorities(score: Score, slots: Sequence[Slot], notes: Iterable[SoundingNote]) -> Sonorities:
    """The sonorities of any score, from its `sounding_notes`, with onsets and ends rounded to ticks."""
    ends = tick(score.duration)
    starts = np.array([tick(onset) for onset in measure_onsets(score)])
    column = {slot: index for index, slot in enumerate(slots)}
    spans = [
        (tick(note.onset), tick(note.end), column[note.slot], int(note.pitch.midi_pitch))
        for note in notes
        if note.slot in column and isinstance(note.pitch, Pitch)
    ]
    onset = np.unique([0, *(time for span in spans for time in span[:2] if time < ends)])
    pitches = np.full((len(onset), len(slots)), SILENT)
    for start, end, voice, pitch in spans:
        place = pitches[np.searchsorted(onset, start) : np.searchsorted(onset, end), voice]
        outer = np.minimum if voice == len(slots) - 1 else np.maximum
        place[:] = np.where(place == SILENT, pitch, outer(place, pitch))
    return Sonorities(pitches, onset, np.searchsorted(starts, onset, side="right") - 1, ends)


def tick(position: Fraction) -> int:
    """A position in quarters as the nearest tick."""
    ticks, rest = divmod(position.numerator * vocabulary().ticks_per_quarter, position.denominator)
    return round(position * vocabulary().ticks_per_quarter) if rest else ticks


def whole_ticks(place: Fraction) -> int:
    """An onset of the token language, which is always on a tick."""
    return place.numerator * vocabulary().ticks_per_quarter // place.denominator


def _midi(pitches: Iterable[Pitch]) -> tuple[int, ...]:
    return tuple([pitch.midi_pitch for pitch in pitches])
