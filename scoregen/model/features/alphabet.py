"""The ids that a network reads and writes: events, pitches, time shifts.

The `spelled` alphabet, for scores, is made from the token language (`scoregen.tokens.vocabulary`, whose `[network]`
table names the part in use). A benchmark may register an alphabet of its own (`register`).

An event id is 0 for hold, 1 for rest, 2 + pitch id for an attack. Pitch ids count the pitches
from the lowest up; the id after the last means silence. A voice chooses an event, or, in an alphabet with chords, a
row of choices: before each pitch of a chord except the last comes `more`, before one that only continues `tied`.
`blank` and `absent` are read and never chosen. A time shift is the distance to the next slice:
0 means the barline, any other id is an index of `time_shifts` plus one.
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
NO_CHOICE = -1
"""After the last choice of an event."""
SILENT_CLASS = 12
"""The pitch class of a voice that does not sound."""

MOST_ACCIDENTALS = _SUBSET.most_accidentals
"""The largest number of accidentals of a key signature; larger ones are read as this one."""
FIFTHS_REACH = _SUBSET.fifths_reach
"""The largest distance of a scale degree or melodic step on the line of fifths, in either direction."""
PITCHES: tuple[Pitch, ...] = _SUBSET.pitches
"""The spelled pitches by id."""
PITCH_IDS = {pitch: index for index, pitch in enumerate(PITCHES)}


@dataclass(frozen=True, slots=True, eq=False)
class Alphabet:
    """An alphabet in tables. P pitches; a key is an index below `keys`, or `no_key` if it is unknown.

    midi, fifths: [P]; degrees: [keys + 1, P + 1] the scale degree of each pitch in each key (last column:
    silence, last row: no key); classes: [P + 1, P] the class of the interval between two pitches.
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
    chords: bool = False

    @property
    def silence(self) -> int:
        return len(self.midi)

    @property
    def events(self) -> int:
        """The number of events: hold, rest, and an attack of each pitch."""
        return FIRST_PITCH + len(self.midi)

    @property
    def more(self) -> int:
        """The id before a pitch of a chord that is not the last one."""
        return self.events

    @property
    def tied(self) -> int:
        """The id before a pitch of a chord that only goes on sounding."""
        return self.events + 1

    @property
    def choices(self) -> int:
        """The number of ids that a voice can choose from."""
        return self.events + 2 * self.chords

    @property
    def blank(self) -> int:
        """The event id of a voice that is still to be written."""
        return self.choices

    @property
    def absent(self) -> int:
        """The event id of a voice that a measure lacks."""
        return self.choices + 1

    @property
    def pitch_classes(self) -> Ints:
        """[P + 1] by pitch id, `SILENT_CLASS` for silence."""
        return np.append(self.midi % 12, SILENT_CLASS)

    @property
    def no_key(self) -> int:
        return len(self.degrees) - 1


_BUILDERS: dict[str, Callable[[], Alphabet]] = {}


def register(name: str, build: Callable[[], Alphabet]) -> None:
    """Make an alphabet available under a name, which the configuration of a network can then use."""
    _BUILDERS[name] = build


@cache
def alphabet(name: str) -> Alphabet:
    """The alphabet of that name; InputError if none is registered."""
    if name not in _BUILDERS:
        raise InputError(
            f"these weights use the alphabet {name!r}, which is for a benchmark only;"
            f" expected weights with one of: {', '.join(_BUILDERS)}"
        )
    return _BUILDERS[name]()


def pad_degrees(degrees: Ints, size: int) -> Ints:
    """Add a column for silence and a row for the unknown key, both with a degree of their own."""
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
        pad_degrees(degrees, size),
        size,
        np.pad(steps, ((0, 1), (0, 0))),
        size,
        _SUBSET.time_shifts,
        repeats=True,
        chords=True,
    )


register("spelled", _spelled)


@cache
def pitch_id(pitch: Pitch) -> int:
    """The id of a spelled pitch; a pitch out of range is moved into it by octaves, a microtone is rounded down."""
    lowest, highest = PITCHES[0].midi_pitch, PITCHES[-1].midi_pitch
    moved = Pitch(pitch.step, int(pitch.alter // 1), pitch.octave)
    while moved.midi_pitch < lowest:
        moved = Pitch(moved.step, moved.alter, moved.octave + 1)
    while moved.midi_pitch > highest:
        moved = Pitch(moved.step, moved.alter, moved.octave - 1)
    return PITCH_IDS[moved]
