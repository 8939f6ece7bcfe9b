"""The notes of one sung or played line, by swift-f0 (Nieradzik, SwiftF0, 2025).

The pitches are put in tune with each other: people sing in tune with themselves rather than with a tuning fork.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoregen.transcription.performed import PerformedNote
from scoregen.transcription.recordings.sound import Sound

Floats = NDArray[np.float64]

_HOLD = 50.0
"""Milliseconds that a new pitch must last to be a note (`pitch_hold_ms` of swift-f0)."""
_SHORTEST = 0.09
"""Seconds; shorter notes are scoops and slips, and belong to the note after them."""
_OCTAVE_SLIP = 0.2
"""Seconds; a shorter note an octave from one that it touches is that note, heard at another harmonic."""
_JOINED = 0.04
_CONFIDENT = 0.8
_LOUD_DECIBELS = 35.0


@dataclass(frozen=True, slots=True)
class Line:
    """The notes of a line, how far its tuning is from A = 440 Hz in cents, and how clearly its pitch was heard.

    `clarity` is the share of the loud frames whose pitch is certain.
    """

    notes: tuple[PerformedNote, ...]
    cents: float
    clarity: float


def hear_line(sound: Sound) -> Line:
    """The notes of a recording of one line."""
    from swift_f0 import SAMPLE_RATE, SwiftF0, segment_notes

    result = SwiftF0(threads=1).detect(sound.at(SAMPLE_RATE).samples, SAMPLE_RATE)
    found = segment_notes(result, pitch_hold_ms=_HOLD)
    pitches = np.array([69 + 12 * np.log2(note.pitch_hz / 440) for note in found])
    lengths = np.array([note.end - note.start for note in found])
    shift = _tuning(pitches, lengths)
    notes = [
        PerformedNote(note.start, note.end, int(np.rint(pitch - shift)))
        for note, pitch in zip(found, pitches, strict=True)
    ]
    return Line(
        tuple(_without_octave_slips(_without_scoops(notes))),
        100 * shift,
        _clarity(result.confidence, result.loudness_db),
    )


def _tuning(pitches: Floats, lengths: Floats) -> float:
    """The semitones, from -0.5 to 0.5, by which the pitches are off: their circular mean, by length."""
    if not len(pitches):
        return 0.0
    mean = (lengths * np.exp(2j * np.pi * pitches)).sum() / lengths.sum()
    return float(np.angle(mean) / (2 * np.pi)) if abs(mean) > 0.2 else 0.0


def _without_scoops(notes: Sequence[PerformedNote]) -> list[PerformedNote]:
    """The notes without very short ones; one that leads into the next becomes its beginning."""
    kept: list[PerformedNote] = []
    early: PerformedNote | None = None
    for note in notes:
        if early is not None and note.onset - early.end < _JOINED:
            note = replace(note, onset=early.onset)
        early = note if note.end - note.onset < _SHORTEST else None
        if early is None:
            kept.append(note)
    return kept


def _without_octave_slips(notes: Sequence[PerformedNote]) -> list[PerformedNote]:
    """The notes, where a short one an octave from the next is its beginning, and one from the last its end."""
    kept: list[PerformedNote] = []
    begun: float | None = None
    for index, note in enumerate(notes):
        following = notes[index + 1] if index + 1 < len(notes) else None
        if begun is None and following is not None and _is_slip(note, following, following.onset - note.end):
            begun = note.onset
        elif begun is None and kept and _is_slip(note, kept[-1], note.onset - kept[-1].end):
            kept[-1] = replace(kept[-1], end=note.end)
        else:
            kept.append(note if begun is None else replace(note, onset=begun))
            begun = None
    return kept


def _is_slip(note: PerformedNote, other: PerformedNote, gap: float) -> bool:
    return note.end - note.onset < _OCTAVE_SLIP and abs(note.pitch - other.pitch) == 12 and gap < _JOINED


def _clarity(confidence: Floats, decibels: Floats) -> float:
    """The share of the loud frames whose pitch is certain."""
    if not len(confidence):
        return 0.0
    loud = decibels > decibels.max() - _LOUD_DECIBELS
    return float((confidence[loud] > _CONFIDENT).mean())
