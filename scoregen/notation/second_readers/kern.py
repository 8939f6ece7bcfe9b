"""Counts the contents of a Humdrum file: the second reader of `**kern`, without notation.

The syntax is that of Huron, The Humdrum Toolkit: Reference Manual, 1994: spines that split (`*^`), join (`*v`),
change places (`*x`), begin (`*+`) and end (`*-`), and tokens of notes that share a stem.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby

from scoregen.notation.second_readers.contents import Contents

_STEPS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_NOTE = re.compile(r"([a-gA-G])\1*")
_RECIP = re.compile(r"(\d{1,9})(?:%(\d{1,9}))?(\.*)")
_TRANSPOSITION = re.compile(r"\*Trd-?\d{1,9}c(-?\d{1,9})$")
_DYNAMIC = re.compile(r"[pfmzsrn]+")
_READ = ("**kern", "**text", "**dynam", "**mxhm", "**harte", "**fing", "**blank")
"""The kinds of spines that are read; the entries of all others are counted as unread."""


@dataclass(frozen=True, slots=True)
class _Spine:
    """A column of the file: its kind, the column of the opening line, the end of its last note, its transposition."""

    kind: str
    origin: int
    end: Fraction = Fraction(0)
    transposition: int = 0


@dataclass(slots=True)
class _Count:
    """The contents while they are counted."""

    notes: Counter[tuple[Fraction, int]] = field(default_factory=Counter)
    numbers: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)


def kern_contents(text: str) -> Contents:
    """The contents of a Humdrum file.

    Raises ValueError with the number of a line whose spines do not fit, and for a file without notes.
    """
    spines: list[_Spine] = []
    count = _Count()
    for number, line in enumerate(text.split("\n"), start=1):
        tokens = line.split("\t")
        if not line or line.startswith("!"):
            continue
        if line.startswith("**"):
            spines = [_Spine(token, index) for index, token in enumerate(tokens)]
            continue
        if len(tokens) != len(spines):
            raise ValueError(f"line {number} has {len(tokens)} tokens for {len(spines)} spines")
        if line.startswith("*"):
            spines = list(_interpreted(spines, tokens))
        elif not line.startswith("="):
            spines = _counted_line(spines, tokens, count)
    if not count.notes:
        raise ValueError("it has no notes in **kern")
    return Contents(count.notes, count.numbers, count.unread)


def _interpreted(spines: Sequence[_Spine], tokens: Sequence[str]) -> Iterator[_Spine]:
    """The spines after a line of interpretations."""
    pairs = list(zip(spines, tokens, strict=True))
    exchanged = [index for index, token in enumerate(tokens) if token == "*x"]
    for first, second in zip(exchanged[::2], exchanged[1::2], strict=False):
        pairs[first], pairs[second] = pairs[second], pairs[first]
    for (joins, _), group in groupby(pairs, key=lambda pair: (pair[1] == "*v", pair[0].origin)):
        members = list(group)
        if joins:
            yield replace(members[0][0], end=max(spine.end for spine, _ in members))
            continue
        for spine, token in members:
            yield from _changed(spine, token)


def _changed(spine: _Spine, token: str) -> Iterator[_Spine]:
    """What becomes of a spine by its own token."""
    if token == "*^":
        yield from (spine, spine)
    elif token == "*+":
        yield from (spine, _Spine("**", -1, spine.end))
    elif token.startswith("**"):
        yield replace(spine, kind=token)
    elif found := _TRANSPOSITION.match(token):
        yield replace(spine, transposition=int(found[1]))
    elif token != "*-":
        yield spine


def _counted_line(spines: list[_Spine], tokens: Sequence[str], count: _Count) -> list[_Spine]:
    """Count a line of data; the spines with the ends of its notes."""
    now = max(
        (spine.end for spine, token in zip(spines, tokens, strict=True) if spine.kind == "**kern" and token != "."),
        default=Fraction(0),
    )
    after = []
    for spine, token in zip(spines, tokens, strict=True):
        if token != "." and spine.kind == "**kern":
            spine = replace(spine, end=now + _counted_token(token, now, spine.transposition, count))
        elif token != ".":
            _count_other(spine.kind, token, count)
        after.append(spine)
    return after


def _counted_token(token: str, now: Fraction, transposition: int, count: _Count) -> Fraction:
    """Count the notes of a token; its length."""
    count.numbers["slur"] += "(" in token
    lengths = []
    for note in token.split(" "):
        lengths.append(_length(note))
        found = _NOTE.search(note)
        if found is not None and "r" not in note and "]" not in note and "_" not in note:
            count.notes[now, _pitch(found[0], note) + transposition] += 1
    return next((length for length in lengths if length is not None), Fraction(0))


def _length(note: str) -> Fraction | None:
    """The length in quarters; 0 for a grace note, None without one."""
    found = _RECIP.search(note)
    if "q" in note:
        return Fraction(0)
    if found is None:
        return None
    digits, numerator, dots = found.groups()
    length = Fraction(4 << len(digits)) if not digits.strip("0") else Fraction(4, int(digits))
    return length * int(numerator or 1) * (2 - Fraction(1, 1 << len(dots)))


def _pitch(letters: str, note: str) -> int:
    """The MIDI pitch: `c` is middle C, each repetition an octave higher, or lower in capitals."""
    octave = 4 + len(letters) - 1 if letters.islower() else 4 - len(letters)
    return 12 * (octave + 1) + _STEPS[letters[0].lower()] + note.count("#") - note.count("-")


def _count_other(kind: str, token: str, count: _Count) -> None:
    if kind == "**text":
        count.numbers["syllable"] += token.strip("_-| ") != ""
    elif kind == "**dynam":
        count.numbers["dynamic"] += _DYNAMIC.search(token) is not None
        count.numbers["hairpin"] += "<" in token or ">" in token
    elif kind in ("**mxhm", "**harte"):
        count.numbers["chord symbol"] += 1
    elif kind not in _READ:
        count.unread[f"{kind} token"] += 1
