"""Spelled pitch: a step, an alteration and an octave, from which MIDI numbers are derived."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

STEPS = "CDEFGAB"
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
_STEP_BY_FIFTHS = {fifths: step for step, fifths in _FIFTHS.items()}
_ALTER_SIGNS = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}


_INTERVAL = re.compile(r"(?P<sign>[+-]?)(?P<quality>[PMmAd])(?P<number>[1-9]\d?)")
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_PERFECT = (0, 3, 4)


def _interval_semitones(steps: int, quality: str) -> int | None:
    """The semitones of an upward interval of a quality (P M m A d); None if there is none of that quality."""
    octaves, step = divmod(steps, 7)
    perfect = step in _PERFECT
    widths = {"P": 0, "A": 1, "d": -1} if perfect else {"M": 0, "m": -1, "A": 1, "d": -2}
    return 12 * octaves + _MAJOR[step] + widths[quality] if quality in widths else None


def _is_plain(steps: int, semitones: int) -> bool:
    """Whether an interval of at most an octave is perfect, major, minor, or the tritone."""
    return any(
        _interval_semitones(steps, name) == semitones
        for name in ("PMm" if steps % 7 != 3 and steps % 7 != 4 else "PAd")
    )


@dataclass(frozen=True, slots=True)
class Interval:
    """A directed spelled interval in diatonic steps and semitones."""

    steps: int
    semitones: int

    def __neg__(self) -> Interval:
        return Interval(-self.steps, -self.semitones)

    @classmethod
    def parse(cls, text: str) -> Interval:
        """Parse `M2`, `-m3`, `P4`, `+A4` or `P8`: quality, number, and a minus for downwards; ValueError for others."""
        found = _INTERVAL.fullmatch(text.strip())
        steps = int(found["number"]) - 1 if found else 0
        width = _interval_semitones(steps, found["quality"]) if found else None
        if found is None or width is None:
            raise ValueError(f"{text!r} is not an interval; expected a quality and a number, as in M2, -m3 or P4")
        return cls(-steps, -width) if found["sign"] == "-" else cls(steps, width)

    @classmethod
    def nearest(cls, semitones: int, fifths: int) -> Interval:
        """The interval of some semitones that moves a signature of `fifths` to the one with the fewest accidentals."""
        up = abs(semitones)
        found = [cls(up // 12 * 7 + steps, up) for steps in range(8) if _is_plain(steps, up % 12)]
        each = [-interval if semitones < 0 else interval for interval in found]
        return min(each, key=lambda interval: abs(fifths + interval.fifths))

    def __str__(self) -> str:
        """The name: `-m3` for a minor third down."""
        steps, width = abs(self.steps), self.semitones if self.steps >= 0 else -self.semitones
        if self.steps == 0:
            width = abs(self.semitones)
        quality = next((name for name in "PMmAd" if _interval_semitones(steps, name) == width), f"{width} semitones ")
        return f"{'-' if self.steps < 0 or self.semitones < 0 else ''}{quality}{steps + 1}"

    @property
    def fifths(self) -> int:
        """The distance on the line of fifths: a major second is 2, a minor third -3."""
        return 7 * self.semitones - 12 * self.steps


UNISON = Interval(0, 0)


@dataclass(frozen=True, slots=True)
class Pitch:
    """A spelled pitch: `Pitch("B", -1, 4)` is the B flat above middle C.

    `alter` is in semitones; a fraction (1/2 a quarter-tone) is microtonal.
    """

    step: str
    alter: int | Fraction
    octave: int

    def __str__(self) -> str:
        sign = _ALTER_SIGNS.get(int(self.alter)) if self.alter == int(self.alter) else None
        return f"{self.step}{sign if sign is not None else f'({self.alter})'}{self.octave}"

    @classmethod
    def parse(cls, text: str) -> Pitch:
        """The inverse of `str`, for text such as `F#4` or `Bb3`; ValueError for anything else."""
        step, rest = text[:1].upper(), text[1:]
        sign = rest.rstrip("-0123456789")
        alters = {name: alter for alter, name in _ALTER_SIGNS.items()}
        if step not in _SEMITONES or sign not in alters or not rest[len(sign) :]:
            raise ValueError(f"{text!r} is not a pitch; expected a step, # or b, and an octave, as in F#4")
        return cls(step, alters[sign], int(rest[len(sign) :]))

    @property
    def is_microtonal(self) -> bool:
        return self.alter != int(self.alter)

    @property
    def chromatic(self) -> int | Fraction:
        """Semitones above C-1: the exact MIDI number, a fraction for a microtone."""
        return 12 * (self.octave + 1) + _SEMITONES[self.step] + self.alter

    @property
    def midi_pitch(self) -> int:
        """0-127 in the range of MIDI, with middle C at 60; a microtone is rounded down."""
        return int(self.chromatic // 1)

    @property
    def pitch_class(self) -> int:
        return self.midi_pitch % 12

    @property
    def diatonic(self) -> int:
        """Staff position: 7 x octave + step, so that C4 is 28 and D4 is 29."""
        return 7 * self.octave + STEPS.index(self.step)

    @property
    def fifths(self) -> int:
        """Position on the line of fifths: F is -1, C 0, G 1, B flat -2; the fraction of a microtone is dropped."""
        return _FIFTHS[self.step] + 7 * int(self.alter)

    def transposed(self, interval: Interval) -> Pitch:
        """The pitch an interval away, spelled by the interval."""
        octave, index = divmod(self.diatonic + interval.steps, 7)
        natural = 12 * (octave + 1) + _SEMITONES[STEPS[index]]
        return Pitch(STEPS[index], self.chromatic + interval.semitones - natural, octave)

    def interval_to(self, other: Pitch) -> Interval:
        """The spelled interval from this pitch to another."""
        return Interval(other.diatonic - self.diatonic, int(other.chromatic - self.chromatic))


@dataclass(frozen=True, slots=True)
class Unpitched:
    """A percussion note: its staff position and its instrument."""

    step: str
    octave: int
    instrument: str | None = None


def spell(midi_pitch: int, fifths: int) -> Pitch:
    """The pitch with this MIDI number at position `fifths` on the line of fifths; ValueError if there is none."""
    alter, step = divmod(fifths + 1, 7)
    name = _STEP_BY_FIFTHS[step - 1]
    octave, remainder = divmod(midi_pitch - _SEMITONES[name] - alter, 12)
    if remainder:
        raise ValueError(f"MIDI pitch {midi_pitch} is not at {fifths} on the line of fifths")
    return Pitch(name, alter, octave - 1)


def spell_near(midi_pitch: int, key_fifths: int, *, minor: bool = False) -> Pitch:
    """The spelling of a MIDI number that is closest to a key signature on the line of fifths.

    In major the window runs from four fifths below the tonic to seven above it: without sharps or flats, from
    A flat to C sharp. In minor it is two fifths higher, from B flat to D sharp, so that it has the raised sixth
    and seventh degrees and the leading note of the dominant.
    """
    home = 7 * midi_pitch % 12
    lowest = key_fifths - (2 if minor else 4)
    return spell(midi_pitch, lowest + (home - lowest) % 12)
