"""A piece as slices of spelled pitches, for measurements that share no code with what ranks or prices drafts.

T slices (one wherever a note begins or ends), V voices, the highest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.score.elements import Score, Slot
from scoregen.score.keys import Key
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import measure_onsets, metrical_starts, sounding_notes

SILENT = -1
NO_FIFTHS = 99
_LETTER_FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Texture:
    """midi and fifths: [T, V] pitches and their places on the line of fifths; attack: [T, V]; time, length: [T]
    quarters; on_beat: [T]; ends: the times of the fermatas; signature: fifths; tonic: a pitch class."""

    midi: Ints
    fifths: Ints
    attack: NDArray[np.bool_]
    time: NDArray[np.float64]
    length: NDArray[np.float64]
    on_beat: NDArray[np.bool_]
    ends: tuple[float, ...]
    signature: int
    tonic: int

    @property
    def beats(self) -> float:
        return float(self.time[-1] + self.length[-1] - self.time[0])


def texture(score: Score, slots: Sequence[Slot]) -> Texture:
    """The slices of the voices of a score."""
    notes = [note for note in sounding_notes(score) if note.slot in slots and isinstance(note.pitch, Pitch)]
    times = sorted({note.onset for note in notes} | {note.end for note in notes})
    rows = {time: row for row, time in enumerate(times)}
    shape = (len(times), len(slots))
    midi, fifths = np.full(shape, SILENT), np.full(shape, NO_FIFTHS)
    attack = np.zeros(shape, dtype=np.bool_)
    for note in notes:
        assert isinstance(note.pitch, Pitch)
        voice, span = slots.index(note.slot), slice(rows[note.onset], rows[note.end])
        midi[span, voice] = note.pitch.midi_pitch
        fifths[span, voice] = _LETTER_FIFTHS[note.pitch.step] + 7 * int(note.pitch.alter)
        attack[rows[note.onset], voice] = True
    time = np.array([float(each) for each in times])
    sounds = (midi != SILENT).any(1)
    beats = _beats(score)
    on_beat = np.array([each in beats for each in times])
    ends = tuple(
        float(start + end)
        for start, measure in zip(measure_onsets(score), score.measures, strict=True)
        for end in sorted(measure.phrase_ends)
    )
    length = np.diff(np.append(time, time[-1]))
    signature = score.measures[0].key
    tonic = Key.of(signature).triad[0]
    keep = slice(int(np.argmax(sounds)), len(times) - int(np.argmax(sounds[::-1])))
    parts = (midi[keep], fifths[keep], attack[keep], time[keep], length[keep], on_beat[keep])
    return Texture(*parts, ends, signature.fifths, tonic)


def changes(piece: Texture) -> Ints:
    """The indices of the slices at which a pitch changes; repeated notes count as held."""
    return np.flatnonzero(np.append(True, (piece.midi[1:] != piece.midi[:-1]).any(1)))


def over_bass(row: Ints) -> int:
    """A sonority as bits: the interval classes over its lowest sounding pitch; 0 for silence."""
    sounding = row[row != SILENT]
    if not len(sounding):
        return 0
    return int(np.bitwise_or.reduce(1 << ((sounding - sounding.min()) % 12)))


def bass(row: Ints) -> int:
    """The lowest sounding pitch, SILENT for none."""
    sounding = row[row != SILENT]
    return int(sounding.min()) if len(sounding) else SILENT


def _beats(score: Score) -> set[Fraction]:
    """All times at which a beat begins."""
    result: set[Fraction] = set()
    rows = zip(score.measures, measure_onsets(score), metrical_starts(score), strict=True)
    for measure, onset, start in rows:
        position = Fraction(0)
        for group in measure.time.groups:
            if start <= position < start + measure.duration:
                result.add(onset + position - start)
            position += group
    return result
