"""The tokens of ABC's music code (Walshaw, The ABC Music Standard 2.1, 2011, chapter 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

_LENGTH = r"\d*(?:/+\d*)*"
_TOKENS = re.compile(
    "|".join(
        (
            r'(?P<text>"[^"]*")',
            r"(?P<decoration>![^!\s|]{1,30}!|\+[^+\s|\d]{1,30}\+)",
            r"(?P<field>\[[A-Za-z]:[^\]]*\])",
            r"(?P<grace>\{[^}]*\})",
            r"(?P<bar>:*\|[|:\]]*|\[\|[\]:]*|:{2,})(?P<ending>\s*\[?(?=\d)[\d,.\-]*\d)?",
            r"(?P<volta>\[(?=\d)[\d,.\-]*\d)",
            rf"(?P<chord>\[[^\]|]*\]){_LENGTH}",
            r"(?P<tuplet>\(\d(?::\d*)*)",
            r"(?P<slur>\()|(?P<slur_end>\))",
            rf"(?P<note>(?:\^\^|__|\^|_|=)?/?[A-Ga-g][,']*){_LENGTH}",
            rf"(?P<rest>[zx]){_LENGTH}",
            r"(?P<rests>[ZX]\d*)",
            r"(?P<tie>-)",
            r"(?P<broken>>+|<+)",
            r"(?P<overlay>&)",
            r"(?P<sign>[.~H-Wh-w])",
            r"(?P<space>[\s`\\$*y]\d*)",
            r"(?P<unknown>.)",
        )
    )
)
_ENTRY = re.compile(rf"((?:\^\^|__|\^|_|=)?/?[A-Ga-g][,']*)({_LENGTH})(-?)|(!.*?!)|(.)")
_NOTE = re.compile(r"(\^\^|__|\^|_|=)?(/?)([A-Ga-g])([,']*)")
_ALTERS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}


class Token(NamedTuple):
    """One token: its kind, its text, and the multiplier of the unit length for notes, chords and rests."""

    kind: str
    text: str
    length: Fraction = Fraction(1)
    ending: str = ""


class Head(NamedTuple):
    """One written pitch: `alter` is None without an accidental; `tied` if its tie stands inside a chord."""

    step: str
    octave: int
    alter: int | Fraction | None
    length: Fraction
    tied: bool = False


def tokens(code: str) -> Iterator[Token]:
    """The tokens of a line of music code, without its comment."""
    for match in _TOKENS.finditer(code):
        kind = str(match.lastgroup)
        if kind == "ending":
            yield Token("bar", match["bar"], ending=match["ending"].strip(" ["))
            continue
        if kind in ("chord", "note", "rest"):
            yield Token(kind, match[kind], length_of(match[0][len(match[kind]) :]))
            continue
        yield Token(kind, match[kind])


def length_of(text: str) -> Fraction:
    """The multiplier of the unit length: `3/2`, `/` (half), `//` (a quarter), nothing (1)."""
    number, *divisors = text.split("/")
    length = Fraction(int(number or 1))
    for divisor in divisors:
        length /= int(divisor or 2) or 2
    return length


def heads(text: str) -> tuple[Head, ...]:
    """The notes of a chord or a group of grace notes, or one note."""
    found = []
    for match in _ENTRY.finditer(text):
        if match[1]:
            step, octave, alter = _head(match[1])
            found.append(Head(step, octave, alter, length_of(match[2]), bool(match[3])))
    return tuple(found)


def _head(text: str) -> tuple[str, int, int | Fraction | None]:
    match = _NOTE.match(text)
    assert match is not None  # the token is of this form
    sign, half, letter, marks = match.groups()
    octave = (5 if letter.islower() else 4) + marks.count("'") - marks.count(",")
    alter: int | Fraction | None = _ALTERS[sign] if sign else None
    return letter.upper(), octave, Fraction(alter, 2) if half and alter is not None else alter
