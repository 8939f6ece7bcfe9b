"""A voice of an ABC file while the second reader counts it: pitches, lengths, ties, tuplets and broken rhythms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

_HEAD = re.compile(r"([\^_=]*)(/?)([A-Ga-g])([,']*)([\d/]*)(-?)")
_SCALE = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_TUPLETS = {"2": 3, "3": 2, "4": 3, "6": 2, "8": 3}


@dataclass(slots=True)
class Line:
    """A voice while it is counted: what its next note depends on, the lengths of its measures, and its notes."""

    key: Mapping[str, Fraction]
    metre: Fraction
    unit: Fraction
    compound: bool
    octave: int = 0
    semitones: int = 0
    now: Fraction = Fraction(0)
    longest: Fraction = Fraction(0)
    is_empty: bool = True
    lengths: list[Fraction] = field(default_factory=list)
    notes: list[tuple[int, Fraction, int]] = field(default_factory=list)
    accidentals: dict[tuple[str, int], Fraction] = field(default_factory=dict)
    last: list[tuple[str, int, Fraction]] = field(default_factory=list)
    held: set[tuple[str, int, Fraction]] = field(default_factory=set)
    tuplet: tuple[Fraction, int] = (Fraction(1), 0)
    last_length: Fraction = Fraction(0)
    broken: Fraction = Fraction(1)

    def close(self) -> None:
        """End the measure, if it has begun."""
        if not self.is_empty:
            self.lengths.append(max(self.longest, self.now))
        self.now, self.longest, self.is_empty, self.accidentals = Fraction(0), Fraction(0), True, {}


def alteration(signs: str) -> Fraction:
    return Fraction(signs.count("^") - signs.count("_"))


def read_item(line: Line, found: re.Match[str]) -> None:
    """A note, chord, rest, barline, tie or change of rhythm of a voice."""
    if found["bar"]:
        line.close()
    elif found["note"]:
        _sound(line, found["note"], _factor(found["length"]))
    elif found["chord"] is not None:
        _sound_chord(line, found["chord"], _factor(found["factor"]))
    elif found["grace"] is not None:
        line.is_empty = False
        _add_notes(line, list(_heads(line, found["grace"])), grace=True)
    elif found["rest"]:
        _rest(line, found["rest"], found["rests"])
    elif found["tie"]:
        line.held = set(line.last)
    elif found["broken"]:
        _break(line, found["broken"])
    elif found["tuplet"]:
        _begin_tuplet(line, found["tuplet"])
    elif found["overlay"]:
        line.longest, line.now, line.accidentals = max(line.longest, line.now), Fraction(0), {}


def _number(text: str, usual: int) -> int:
    """The number of at most nine digits at the beginning of a text; Python refuses to read thousands of them."""
    return int(text[:9] or usual)


def _factor(text: str) -> Fraction:
    """`3/2`, `/`, `//`, or nothing."""
    number, *divisors = text.split("/")
    length = Fraction(_number(number, 1))
    for divisor in divisors:
        length /= _number(divisor, 2) or 2
    return length


def _sound(line: Line, note: str, factor: Fraction) -> None:
    _add_notes(line, list(_heads(line, note)))
    _go_on(line, line.unit * factor)


def _sound_chord(line: Line, text: str, factor: Fraction) -> None:
    """The notes of a chord; its length is that of its first note. A tie may stand inside."""
    code = re.sub(r'!.*?!|"[^"]*"', "", text)
    heads = list(_heads(line, code))
    if not heads:
        return
    _add_notes(line, heads)
    entries = list(_HEAD.finditer(code))
    line.held = {head for head, entry in zip(heads, entries, strict=True) if entry[6]}
    _go_on(line, line.unit * factor * _factor(entries[0][5]))


def _heads(line: Line, code: str) -> Iterator[tuple[str, int, Fraction]]:
    """Letter, octave and alteration of each note."""
    for signs, half, letter, marks, _, _ in _HEAD.findall(code):
        octave = (5 if letter.islower() else 4) + marks.count("'") - marks.count(",") + line.octave
        place = (letter.upper(), octave)
        if signs:
            line.accidentals[place] = alteration(signs) / (2 if half else 1)
        tied = next((alter for step, other, alter in line.held if not signs and (step, other) == place), None)
        implied = line.accidentals.get(place, line.key.get(place[0], Fraction(0)))
        yield (*place, tied if tied is not None else implied)


def _add_notes(line: Line, heads: list[tuple[str, int, Fraction]], *, grace: bool = False) -> None:
    """Count the notes that are not tied from the last ones."""
    for head in heads:
        letter, octave, alter = head
        if grace or head not in line.held:
            pitch = (12 * (octave + 1) + _SCALE[letter] + alter + line.semitones) // 1
            line.notes.append((len(line.lengths), line.now, int(pitch)))
    if not grace:
        line.last, line.held = heads, set()


def _go_on(line: Line, length: Fraction) -> None:
    """Move on by a length, by the ratio of the tuplet and of a broken rhythm."""
    ratio, left = line.tuplet
    length *= line.broken * (ratio if left else 1)
    line.tuplet = (ratio, max(left - 1, 0))
    line.broken, line.is_empty, line.last_length = Fraction(1), False, length
    line.now += length


def _rest(line: Line, kind: str, text: str) -> None:
    if kind in "zx":
        line.last = []
        _go_on(line, line.unit * _factor(text))
        return
    for number in range(min(_number(text.split("/")[0], 1), 1000)):
        if number:
            line.close()
        _go_on(line, line.metre)


def _break(line: Line, signs: str) -> None:
    """`>` makes the last note longer and the next one shorter: what is begun later begins later."""
    short = Fraction(1, 2 ** len(signs))
    first = 2 - short if signs[0] == ">" else short
    line.now += line.last_length * (first - 1)
    line.broken = 2 - first


def _begin_tuplet(line: Line, text: str) -> None:
    actual, normal, count = (*text.split(":"), "", "")[:3]
    times = _number(normal, 0) or _TUPLETS.get(actual) or (3 if line.compound else 2)
    line.tuplet = (Fraction(times, max(_number(actual, 1), 1)), _number(count, 0) or _number(actual, 1))
