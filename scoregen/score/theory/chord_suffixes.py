"""The suffix of a chord symbol, as people spell it: `m7b5`, `-7(b5)`, `ø7` and `min7♭5` are one chord.

A suffix is read from left to right: quality, number, then suspensions, alterations, additions and omissions in any
order. It is the only reader of suffixes: progressions, lead sheets in ABC, and kinds that a MusicXML file gives as text
alone go through it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from scoregen.score.chord_symbols import Degree

_MAJOR = re.compile(r"maj(?:or)?|MAJ|Maj(?:or)?|Ma(?![jd])|ma(?![jd])|M(?![AaIi])|j(?=7|9|1)")
_TRIANGLE = re.compile(r"\^(?!\d)")
_MINOR = re.compile(r"minor|min|Minor|Min|MIN|MI|Mi|(?<!o)mi")
_TOKEN = re.compile(
    r"(?P<major>\^)"
    r"|(?P<sus>sus(?:24|42|2|4)?)"
    r"|add(?P<add_sign>[b#+-]?)(?P<added>\d{1,2})"
    r"|(?:no|omit)(?P<omitted>[13579])"
    r"|(?P<alt>alt)"
    r"|(?P<diminished>dim|o|0(?=7))"
    r"|(?P<augmented>aug)"
    r"|(?P<half>ø|h)"
    r"|(?P<dominant>dom)"
    r"|(?P<minor>m)"
    r"|(?P<sign>[b#+-])(?P<altered>13|11|5|9|6|4|2)?"
    r"|(?P<six_nine>6/?9)"
    r"|/?(?P<number>13|11|2|4|5|6|7|9)"
)
_PLAIN_SIGNS = str.maketrans(
    {"♭": "b", "♯": "#", "°": "o", "º": "o", "\N{EN DASH}": "-", "\N{MINUS SIGN}": "-", "△": "^", "Δ": "^"}
)
_SIGNS = {"b": -1, "-": -1, "#": 1, "+": 1, "": 0}
_MINOR_SEVENTH_UP = 1
"""The alteration of a major seventh: degrees of chord symbols count from a minor seventh."""

_KINDS: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "dominant": {7: "dominant", 9: "dominant-ninth", 11: "dominant-11th", 13: "dominant-13th"},
        "major": {7: "major-seventh", 9: "major-ninth", 11: "major-11th", 13: "major-13th"},
        "minor": {7: "minor-seventh", 9: "minor-ninth", 11: "minor-11th", 13: "minor-13th"},
        "minor-major": {7: "major-minor"},
        "diminished": {7: "diminished-seventh"},
        "augmented": {7: "augmented-seventh"},
        "half-diminished": {7: "half-diminished"},
    }
)
"""By quality and number; numbers that are missing add degrees to the seventh chord."""
_TRIADS = {"minor-major": "minor", "dominant": "major", "half-diminished": "half-diminished"}
_FIFTHS: Mapping[tuple[str, int], str] = MappingProxyType(
    {
        ("minor-seventh", -1): "half-diminished",
        ("minor", -1): "diminished",
        ("dominant", 1): "augmented-seventh",
        ("major", 1): "augmented",
    }
)
"""Kinds of their own for a kind with an altered fifth."""


@dataclass(slots=True)
class _Reading:
    """What is read so far: the quality, the number, and what changes the chord."""

    qualities: set[str] = field(default_factory=set)
    number: int | None = None
    suspended: str = ""
    six_nine: bool = False
    alters: list[tuple[int, int]] = field(default_factory=list)
    added: list[tuple[int, int]] = field(default_factory=list)
    omitted: list[int] = field(default_factory=list)


@cache
def read_suffix(text: str) -> tuple[str, tuple[Degree, ...]] | None:
    """The kind, by MusicXML's name, and the degrees that are added, altered or left out; None for no suffix."""
    plain = text.translate(_PLAIN_SIGNS)
    plain = re.sub(r"[\s(),\[\]]", "", plain)
    plain = _MINOR.sub("m", _MAJOR.sub("^", _TRIANGLE.sub("^7", plain)))
    reading, place = _Reading(), 0
    while place < len(plain):
        found = _TOKEN.match(plain, place)
        if found is None or not _read(reading, found, is_first=place == 0):
            return None
        place = found.end()
    return _chord(reading)


def _read(reading: _Reading, found: re.Match[str], *, is_first: bool) -> bool:
    """Take up one token; false if it cannot stand there."""
    name = found.lastgroup or ""
    if name in ("major", "minor", "diminished", "augmented", "half", "dominant"):
        reading.qualities.add(name)
    elif name == "sus":
        reading.suspended = found["sus"]
    elif name == "added":
        reading.added.append((int(found["added"]), _SIGNS[found["add_sign"]]))
    elif name == "omitted":
        reading.omitted.append(int(found["omitted"]))
    elif name == "alt":
        reading.number, reading.alters = reading.number or 7, [*reading.alters, (5, 1), (9, -1)]
    elif name == "six_nine":
        reading.number, reading.six_nine = 6, True
    elif name == "number":
        return _read_number(reading, int(found["number"]))
    else:
        return _read_sign(reading, found["sign"], found["altered"], is_first=is_first)
    return True


def _read_number(reading: _Reading, number: int) -> bool:
    if reading.number is None:
        reading.number = number
    else:
        reading.added.append((number, 0))
    return True


def _read_sign(reading: _Reading, sign: str, altered: str | None, *, is_first: bool) -> bool:
    """A sign before a degree alters it; alone, or before the number of the chord, `+` is augmented and `-` minor."""
    is_alteration = altered is not None and (sign in "b#" or not is_first or altered == "5")
    if is_alteration and altered is not None:
        reading.alters.append((int(altered), _SIGNS[sign]))
        return True
    if sign in "b#" or (sign == "-" and not is_first):
        return False
    reading.qualities.add("augmented" if sign == "+" else "minor")
    return altered is None or _read_number(reading, int(altered))


def _quality(reading: _Reading) -> str:
    qualities = reading.qualities
    if {"minor", "major"} <= qualities:
        return "minor-major"
    names = {"half": "half-diminished", "diminished": "diminished", "augmented": "augmented", "minor": "minor"}
    return next((kind for name, kind in names.items() if name in qualities), _plain(qualities))


def _plain(qualities: set[str]) -> str:
    return "major" if "major" in qualities else "dominant"


def _chord(reading: _Reading) -> tuple[str, tuple[Degree, ...]] | None:
    quality, number = _quality(reading), reading.number
    is_sharp_major = quality in ("augmented", "diminished") and "major" in reading.qualities
    added = [(9, 0)] if reading.six_nine else []
    if number in (2, 4):
        number, added = None, [(9 if reading.number == 2 else 4, 0)]
    if is_sharp_major:
        number, added = None, [*added, (7, _MINOR_SEVENTH_UP)]
    kind, extra = _kind(quality, number)
    degrees = [Degree(_upper(value), alter, "add") for value, alter in (*extra, *added, *reading.added)]
    for value, alter in reading.alters:
        kind, degrees = _altered(kind, degrees, value, alter, number)
    degrees += [Degree(value, 0, "subtract") for value in reading.omitted]
    return _suspended(kind, tuple(degrees), reading.suspended)


def _kind(quality: str, number: int | None) -> tuple[str, list[tuple[int, int]]]:
    """The kind of a quality and number, and the degrees that the number adds to it."""
    if number == 5 and quality in ("dominant", "major"):
        return "power", []
    if number in (None, 5):
        return _TRIADS.get(quality, quality), []
    if number == 6:
        base = {"dominant": "major-sixth", "major": "major-sixth", "minor": "minor-sixth"}.get(quality)
        return (base, []) if base else (_TRIADS.get(quality, quality), [(6, 0)])
    kinds = _KINDS[quality]
    if number in kinds:
        return kinds[number], []
    return kinds[7], [(each, 0) for each in (9, 11, 13) if each <= number and (each != 11 or number == 11)]


def _upper(value: int) -> int:
    return 9 if value == 2 else value


def _altered(kind: str, degrees: list[Degree], value: int, alter: int, number: int | None) -> tuple[str, list[Degree]]:
    """The chord with an altered degree: some kinds have a name of their own, upper degrees are added."""
    if value == 5:
        own = _FIFTHS.get((kind, alter))
        return (own, degrees) if own else (kind, [*degrees, Degree(5, alter, "alter")])
    upper = {2: 9, 4: 11, 6: 13}.get(value, value)
    is_there = number is not None and number >= upper
    return kind, [*degrees, Degree(upper, alter, "alter" if is_there else "add")]


def _suspended(kind: str, degrees: tuple[Degree, ...], suspended: str) -> tuple[str, tuple[Degree, ...]]:
    """The chord with its third suspended."""
    if not suspended:
        return kind, degrees
    step = 2 if suspended == "sus2" else 4
    both = (Degree(9, 0, "add"),) if suspended in ("sus24", "sus42") else ()
    if kind in ("major", "minor"):
        return "suspended-second" if step == 2 else "suspended-fourth", (*both, *degrees)
    return kind, (Degree(3, 0, "subtract"), Degree(step, 0, "add"), *both, *degrees)
