"""The ids that a network reads and writes: events, pitches, time shifts in time.

An alphabet is one of two alphabets. `spelled` is that of scores: pitches with their spelling, keys
that are written, repeated notes apart from held ones. `chromatic` is that of piano rolls such as
JSB16: MIDI pitches, keys that are guessed from what has sounded, and no repeated notes.

An event id is 0 for hold, 1 for rest, 2 + pitch id for an attack. A pitch id counts the pitches
from below; the id after the last stands for silence. A time shift leads from one slice to the next:
0 to the barline, else an index of `time_shifts`, plus one. The chromatic alphabet, which has no barlines,
has every length twice: the second time it leads to the end of the piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scoregen.score.pitch import STEPS, Pitch

Ints = NDArray[np.int64]

GRID = 48
"""Grid steps in a quarter: they hold 64ths and the 32nds of triplets."""

HOLD, REST, FIRST_PITCH = 0, 1, 2
BARLINE = 0
UNSCORED = -100

MOST_ACCIDENTALS = 7
"""Key signatures reach so far, either way; one beyond is read as the last."""
FIFTHS_RANGE = 14
"""Scale degrees and melodic steps reach so far along the line of fifths, either way."""


@dataclass(frozen=True, slots=True, eq=False)
class Alphabet:
    """An alphabet in tables. P pitches; a key is an index: `keys` of them, then `no_key` where none is known.

    midi, fifths: [P]; degrees: [keys + 1, P + 1] where each pitch stands in each key (the last column:
    silence, the last row: no key); classes: [P + 1, P] the class of the interval between two pitches.
    """

    name: str
    midi: Ints
    fifths: Ints
    degrees: Ints
    degree_count: int
    classes: Ints
    class_count: int
    time_shifts: tuple[Fraction, ...]
    repeats: bool

    @property
    def silence(self) -> int:
        return len(self.midi)

    @property
    def events(self) -> int:
        return FIRST_PITCH + len(self.midi)

    @property
    def blank(self) -> int:
        """The event id of a voice that is still to be written."""
        return self.events

    @property
    def no_key(self) -> int:
        return len(self.degrees) - 1


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
"""The spelled pitches by id."""
PITCH_IDS = {pitch: index for index, pitch in enumerate(PITCHES)}

_SPELLED_TIME_SHIFTS = tuple(
    sorted(
        {Fraction(k, 8) for k in range(1, 9)}
        | {Fraction(k, 6) for k in range(1, 7)}
        | {Fraction(k, 2) for k in range(2, 17)}
    )
)
_CHROMATIC_LOW, _CHROMATIC_HIGH = 29, 88
LONGEST_IN_16THS = 64


@lru_cache(maxsize=2)
def alphabet(name: str) -> Alphabet:
    """`spelled` or `chromatic`; ValueError for another name."""
    if name == "spelled":
        return _spelled()
    if name == "chromatic":
        return _chromatic()
    raise ValueError(f"there is no alphabet {name!r}; expected spelled or chromatic")


def _spelled() -> Alphabet:
    midi = np.array([pitch.midi_pitch for pitch in PITCHES])
    fifths = np.array([pitch.fifths for pitch in PITCHES])
    keys = np.arange(-MOST_ACCIDENTALS, MOST_ACCIDENTALS + 1)[:, None]
    size = 2 * FIFTHS_RANGE + 1
    degrees = np.clip(fifths - keys, -FIFTHS_RANGE, FIFTHS_RANGE) + FIFTHS_RANGE
    steps = np.clip(fifths[None] - fifths[:, None], -FIFTHS_RANGE, FIFTHS_RANGE) + FIFTHS_RANGE
    return Alphabet(
        "spelled",
        midi,
        fifths,
        _framed(degrees, size),
        size,
        np.pad(steps, ((0, 1), (0, 0))),
        size,
        _SPELLED_TIME_SHIFTS,
        repeats=True,
    )


def _chromatic() -> Alphabet:
    midi = np.arange(_CHROMATIC_LOW, _CHROMATIC_HIGH + 1)
    fifths = 7 * midi % 12
    degrees = (fifths - np.arange(12)[:, None]) % 12
    steps = (fifths[None] - fifths[:, None]) % 12
    time_shifts = 2 * tuple(Fraction(k, 4) for k in range(1, LONGEST_IN_16THS + 1))
    return Alphabet(
        "chromatic",
        midi,
        fifths,
        _framed(degrees, 12),
        12,
        np.pad(steps, ((0, 1), (0, 0))),
        12,
        time_shifts,
        repeats=False,
    )


def _framed(degrees: Ints, size: int) -> Ints:
    """With a column for silence and a row for the unknown key, both a degree of their own."""
    return np.pad(degrees, ((0, 1), (0, 1)), constant_values=size)


def pitch_id(pitch: Pitch) -> int:
    """The id of a spelled pitch; one out of reach is moved by octaves into it, a microtone rounded down."""
    moved = Pitch(pitch.step, int(pitch.alter // 1), pitch.octave)
    while moved.midi_pitch < LOWEST_MIDI:
        moved = Pitch(moved.step, moved.alter, moved.octave + 1)
    while moved.midi_pitch > HIGHEST_MIDI:
        moved = Pitch(moved.step, moved.alter, moved.octave - 1)
    return PITCH_IDS[moved]
