"""The ids that a network reads and writes: events, pitches, time shifts.

The `spelled` alphabet is that of scores, made of the token language (`scoregen.tokens.vocabulary`, whose
`[network]` table names the part that is used). A benchmark may register one of its own (`register`).

An event id is 0 for hold, 1 for rest, 2 + pitch id for an attack. A pitch id counts the pitches
from below; the id after the last stands for silence. A time shift leads from one slice to the next:
0 to the barline, else an index of `time_shifts`, plus one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoregen.score.pitch import Pitch
from scoregen.system.errors import InputError
from scoregen.tokens.vocabulary import vocabulary

Ints = NDArray[np.int64]

_LANGUAGE = vocabulary()
_SUBSET = _LANGUAGE.network

GRID = _LANGUAGE.ticks_per_quarter
"""Grid steps in a quarter: one is a tick of the token language."""

HOLD, REST = _SUBSET.events.index("hold"), _SUBSET.events.index("rest")
FIRST_PITCH = len(_SUBSET.events)
BARLINE = 0
UNSCORED = -100
SILENT_CLASS = 12
"""The pitch class of a voice that does not sound."""

MOST_ACCIDENTALS = _SUBSET.most_accidentals
"""Key signatures reach so far, either way; one beyond is read as the last."""
FIFTHS_REACH = _SUBSET.fifths_reach
"""Scale degrees and melodic steps reach so far along the line of fifths, either way."""
PITCHES: tuple[Pitch, ...] = _SUBSET.pitches
"""The spelled pitches by id."""
PITCH_IDS = {pitch: index for index, pitch in enumerate(PITCHES)}


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
    def pitch_classes(self) -> Ints:
        """[P + 1] by pitch id, `SILENT_CLASS` for silence."""
        return np.append(self.midi % 12, SILENT_CLASS)

    @property
    def no_key(self) -> int:
        return len(self.degrees) - 1


_BUILDERS: dict[str, Callable[[], Alphabet]] = {}


def register(name: str, build: Callable[[], Alphabet]) -> None:
    """Make an alphabet available under a name, which a network's configuration may then give."""
    _BUILDERS[name] = build


@cache
def alphabet(name: str) -> Alphabet:
    """The alphabet of that name; InputError where none is registered."""
    if name not in _BUILDERS:
        raise InputError(
            f"these weights write in the alphabet {name!r}, which serves a benchmark alone;"
            f" expected weights in one of: {', '.join(_BUILDERS)}"
        )
    return _BUILDERS[name]()


def framed(degrees: Ints, size: int) -> Ints:
    """With a column for silence and a row for the unknown key, both a degree of their own."""
    return np.pad(degrees, ((0, 1), (0, 1)), constant_values=size)


def _spelled() -> Alphabet:
    midi = np.array([pitch.midi_pitch for pitch in PITCHES])
    fifths = np.array([pitch.fifths for pitch in PITCHES])
    keys = np.arange(-MOST_ACCIDENTALS, MOST_ACCIDENTALS + 1)[:, None]
    size = 2 * FIFTHS_REACH + 1
    degrees = np.clip(fifths - keys, -FIFTHS_REACH, FIFTHS_REACH) + FIFTHS_REACH
    steps = np.clip(fifths[None] - fifths[:, None], -FIFTHS_REACH, FIFTHS_REACH) + FIFTHS_REACH
    return Alphabet(
        "spelled",
        midi,
        fifths,
        framed(degrees, size),
        size,
        np.pad(steps, ((0, 1), (0, 0))),
        size,
        _SUBSET.time_shifts,
        repeats=True,
    )


register("spelled", _spelled)


def pitch_id(pitch: Pitch) -> int:
    """The id of a spelled pitch; one out of reach is moved by octaves into it, a microtone rounded down."""
    lowest, highest = PITCHES[0].midi_pitch, PITCHES[-1].midi_pitch
    moved = Pitch(pitch.step, int(pitch.alter // 1), pitch.octave)
    while moved.midi_pitch < lowest:
        moved = Pitch(moved.step, moved.alter, moved.octave + 1)
    while moved.midi_pitch > highest:
        moved = Pitch(moved.step, moved.alter, moved.octave - 1)
    return PITCH_IDS[moved]
