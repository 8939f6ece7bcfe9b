"""The ids that the network reads and writes: events, spelled pitches, advances in time.

An event id is 0 for hold, 1 for rest, 2 + pitch id for an attack. A pitch id counts the spelled
pitches between `LOWEST_MIDI` and `HIGHEST_MIDI`; the id after the last stands for silence. An
advance leads from one slice to the next: a length in 48ths of a quarter, or to the barline.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.score.pitch import STEPS, Pitch

GRID = 48
"""Grid steps in a quarter: they hold 64ths and the 32nds of triplets."""

LOWEST_MIDI, HIGHEST_MIDI = 31, 93
PITCHES: tuple[Pitch, ...] = tuple(
    sorted(
        (
            pitch
            for octave in range(0, 8)
            for step in STEPS
            for alter in range(-2, 3)
            if LOWEST_MIDI <= (pitch := Pitch(step, alter, octave)).midi_pitch <= HIGHEST_MIDI
        ),
        key=lambda pitch: (pitch.midi_pitch, pitch.fifths),
    )
)
PITCH_IDS = {pitch: index for index, pitch in enumerate(PITCHES)}
SILENCE = len(PITCHES)
MIDI: NDArray[np.int64] = np.array([pitch.midi_pitch for pitch in PITCHES])
FIFTHS: NDArray[np.int64] = np.array([pitch.fifths for pitch in PITCHES])

HOLD, REST, FIRST_PITCH = 0, 1, 2
EVENTS = FIRST_PITCH + len(PITCHES)

BARLINE = 0
ADVANCES: tuple[Fraction, ...] = tuple(
    sorted(
        {Fraction(k, 8) for k in range(1, 9)}
        | {Fraction(k, 6) for k in range(1, 7)}
        | {Fraction(k, 2) for k in range(2, 17)}
    )
)
ADVANCE_IDS = {advance: index + 1 for index, advance in enumerate(ADVANCES)}
UNSCORED = -100

MOST_ACCIDENTALS = 7
"""Key signatures reach so far, either way; one beyond is read as the last."""
FIFTHS_RANGE = 14
"""Scale degrees and melodic steps reach so far along the line of fifths, either way."""


def pitch_id(pitch: Pitch) -> int:
    """The id of a pitch; one out of reach is moved by octaves into it, a microtone rounded down."""
    moved = Pitch(pitch.step, int(pitch.alter // 1), pitch.octave)
    while moved.midi_pitch < LOWEST_MIDI:
        moved = Pitch(moved.step, moved.alter, moved.octave + 1)
    while moved.midi_pitch > HIGHEST_MIDI:
        moved = Pitch(moved.step, moved.alter, moved.octave - 1)
    return PITCH_IDS[moved]
