"""Notes and beats of a notated piece as arrays, from which performances are made. N notes, B beats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.tokens.events import ABSENT, BLANK, HOLD, Header, TokenScore

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NotatedPiece:
    """`notes` [N, 4]: onset and end in quarters, MIDI pitch, voice; sorted by onset. `beats` [B + 1] in quarters.

    `downbeats` [B + 1] marks the beats that begin a measure. The last beat is the end of the piece.
    """

    notes: Floats
    beats: Floats
    downbeats: NDArray[np.bool_]


def notated_piece(tokens: TokenScore) -> NotatedPiece:
    """The arrays of a piece in tokens."""
    notes = np.array(sorted(_notes(tokens)), dtype=np.float64).reshape(-1, 4)
    beats: dict[Fraction, bool] = {}
    start = Fraction(0)
    for measure in tokens.measures:
        for place, is_downbeat in _beats(measure.header):
            beats.setdefault(start + place, is_downbeat)
        start += measure.header.duration
    beats[start] = True
    places = sorted(beats)
    return NotatedPiece(notes, np.array(places, dtype=np.float64), np.array([beats[place] for place in places]))


def _beats(header: Header) -> Iterator[tuple[Fraction, bool]]:
    """The beats inside a measure, and whether they begin it."""
    place = -header.start
    while place < header.duration:
        for index, group in enumerate(header.time.groups):
            if 0 <= place < header.duration:
                yield place, index == 0
            place += group


def _notes(tokens: TokenScore) -> Iterator[tuple[float, float, int, int]]:
    for voice in range(len(tokens.slots)):
        start, sounding = Fraction(0), dict[int, Fraction]()
        for measure in tokens.measures:
            for piece in measure.slices:
                event, now = piece.events[voice], start + piece.onset
                if event == HOLD:
                    continue
                held = {pitch.midi_pitch for pitch in event.tied} if event not in (ABSENT, BLANK) else set()
                for pitch in [pitch for pitch in sounding if pitch not in held]:
                    yield float(sounding.pop(pitch)), float(now), pitch, voice
                sounding |= {pitch.midi_pitch: now for pitch in event.pitches}
            start += measure.header.duration
        for pitch, onset in sounding.items():
            yield float(onset), float(start), pitch, voice
