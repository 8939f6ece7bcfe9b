"""Single values of MusicXML text: numbers, lengths, pitches. Equal texts share one value."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from scoregen.score.directions import Placement
from scoregen.score.pitch import STEPS, Interval, Pitch
from scoregen.score.rhythm import NOTE_TYPES, NoteValue
from scoregen.system.errors import ReadError

Exact = int | Fraction

MAX_DIVISIONS = 10_000_000
MAX_QUARTERS = 4096
MAX_DOTS = 8
MAX_VOICE_NAME = 100

FORTE = 90
"""The MIDI velocity of 100 percent in MusicXML."""

_STAFF_BOTTOM = -40  # tenths from the top line
_NUMBER = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})")
_DIATONIC_STEPS = (0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6)


def text_of(element: etree._Element | None) -> str | None:
    """The text of an element with white space normalised; None if there is none."""
    if element is None or element.text is None:
        return None
    return " ".join(element.text.split()) or None


@lru_cache(maxsize=1024)
def voice_name(text: str | None) -> str:
    """The name of a voice; `1` without a <voice>."""
    return (text or "").strip()[:MAX_VOICE_NAME] or "1"


@lru_cache(maxsize=4096)
def number(text: str | None, what: str) -> Exact:
    """An exact decimal; the ReadError for anything else names it by `what`."""
    found = (text or "").strip()
    if not _NUMBER.fullmatch(found):
        raise ReadError(f"{what} is {found[:40]!r}; expected a number")
    value = Fraction(found)
    return value.numerator if value.denominator == 1 else value


@lru_cache(maxsize=4096)
def integer(text: str | None, what: str, lowest: int, highest: int) -> int:
    """A whole number within bounds; the ReadError for anything else names it by `what`."""
    value = number(text, what)
    if value != int(value) or not lowest <= value <= highest:
        raise ReadError(f"{what} is {value}; expected a whole number from {lowest} to {highest}")
    return int(value)


@lru_cache(maxsize=4096)
def optional_number(text: str | None) -> Exact | None:
    """An exact decimal; None for anything else."""
    try:
        return number(text, "")
    except ReadError:
        return None


@lru_cache(maxsize=4096)
def lenient_integer(text: str | None, default: int, lowest: int, highest: int) -> int:
    """A whole number within bounds; the default for anything else. For values that the notes do not depend on."""
    value = optional_number(text)
    return int(value) if value is not None and value == int(value) and lowest <= value <= highest else default


@lru_cache(maxsize=4096)
def velocity_of(text: str | None) -> int | None:
    """A MIDI velocity, 1 to 127, from a percentage of a forte; None for anything else."""
    percentage = optional_number(text)
    return min(max(round(percentage * Fraction(FORTE, 100)), 1), 127) if percentage is not None else None


def staff_of(element: etree._Element) -> int:
    """The staff of a direction or chord symbol, by default the first."""
    staff = optional_number(text_of(element.find("staff")))
    return int(staff) if staff is not None and 1 <= staff <= 16 else 1


def placement_of(element: etree._Element, content: etree._Element | None) -> Placement | None:
    """The named placement, else that of the position on the page: clearly above the staff or below its lines."""
    named = element.get("placement")
    if named in ("above", "below"):
        return "above" if named == "above" else "below"
    height = optional_number(content.get("default-y")) if content is not None else None
    if height is None or _STAFF_BOTTOM < height < 0:
        return None
    return "above" if height >= 0 else "below"


@lru_cache(maxsize=4096)
def quarters(text: str | None, divisions: Exact) -> Fraction:
    """The length of a <duration> in quarters."""
    value = number(text, "the duration")
    length = Fraction(value) / divisions
    if not 0 <= length <= MAX_QUARTERS:
        raise ReadError(f"the duration is {length} quarters; expected 0 to {MAX_QUARTERS}")
    return length


class Length(NamedTuple):
    """The length of a note.

    `value` is its notation and `duration` the quarters of that; `rounded` is the duration in the file, and
    `written` the value of its note type, dots and tuplet, if they give one.
    """

    value: NoteValue
    duration: Fraction
    rounded: Fraction
    written: NoteValue | None


class Spelling(NamedTuple):
    """The texts of a note value: type, number of dots, and the tuplet's two numbers."""

    type: str | None
    dots: int
    actual: str | None
    normal: str | None


@lru_cache(maxsize=8192)
def read_length(spelling: Spelling, duration: str, divisions: Exact, exact_tuplets: bool) -> Length | None:
    """The length of a note with a <duration>; None if that is 0 and the type gives none.

    The duration decides; the written value is kept if it agrees. With `exact_tuplets` it is also kept if the
    duration is that of a tuplet, rounded to whole divisions.
    """
    rounded, written = quarters(duration, divisions), value_of_spelling(spelling)
    if written is not None:
        exact = written.duration
        if rounded in (0, exact):
            return Length(written, exact, exact if rounded else rounded, written)
        if (
            exact_tuplets
            and written.is_tuplet
            and abs(exact - rounded) * divisions < 1
            and abs(exact - rounded) * 8 < rounded
        ):
            return Length(written, exact, rounded, written)
    return Length(NoteValue.of(rounded), rounded, rounded, written) if rounded else None


@lru_cache(maxsize=4096)
def length_of_value(value: NoteValue) -> Length:
    """The length of a note without a <duration>."""
    duration = value.duration
    return Length(value, duration, duration, value)


@lru_cache(maxsize=4096)
def value_of_spelling(spelling: Spelling) -> NoteValue | None:
    """The note value of the texts; None if they give none."""
    name, actual, normal = ((text or "").strip() for text in (spelling.type, spelling.actual, spelling.normal))
    if name not in NOTE_TYPES or spelling.dots > MAX_DOTS:
        return None
    ratio = lenient_integer(actual, 0, 1, 10_000), lenient_integer(normal, 0, 1, 10_000)
    return NoteValue(name, spelling.dots, *ratio) if all(ratio) else NoteValue(name, spelling.dots)


@lru_cache(maxsize=4096)
def value_of_duration(duration: Fraction) -> NoteValue:
    """A note value of any positive duration."""
    return NoteValue.of(duration)


@lru_cache(maxsize=4096)
def sounding_pitch(step: str | None, alter: str | None, octave: str | None, interval: Interval | None) -> Pitch:
    """The written pitch, moved by the transposition of the instrument, if it has one."""
    name = (step or "").strip()
    if name not in STEPS or len(name) != 1:
        raise ReadError(f"the step is {name[:40]!r}; expected one of {', '.join(STEPS)}")
    alteration: Exact = number(alter, "the alter") if alter and alter.strip() else 0
    if not -4 <= alteration <= 4:
        raise ReadError(f"the alter is {alteration} semitones; expected -4 to 4")
    pitch = Pitch(name, alteration, integer(octave, "the octave", -1, 10))
    return pitch.transposed(interval) if interval is not None else pitch


def transposition(diatonic: str | None, chromatic: str | None, octaves: str | None) -> Interval:
    """The interval from written to sounding pitch; a missing diatonic part is derived from the chromatic one."""
    semitones = integer(chromatic or "0", "the chromatic transposition", -60, 60)
    octave = integer(octaves or "0", "the octave change", -5, 5)
    if diatonic is None:
        whole, rest = divmod(semitones, 12)
        steps = 7 * whole + _DIATONIC_STEPS[rest]
    else:
        steps = integer(diatonic, "the diatonic transposition", -35, 35)
    return Interval(steps + 7 * octave, semitones + 12 * octave)
