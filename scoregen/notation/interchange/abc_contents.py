"""Counts the contents of an ABC file by its letters: the second reader of ABC, without notation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from scoregen.notation.interchange.contents import Contents
from scoregen.score.directions import DYNAMIC_MARKS

_FIELD_LINE = re.compile(r"[A-Za-z+]:(?![|:])")
_CHORD_SYMBOL = re.compile(
    r'"[A-G][#b♯♭]?(?:[^a-z"/\s][^"/\s]*|(?:m|maj|min|dim|aug|sus|add)[^"/a-z\s]*)?(?:/[A-G][#b]?)?"'
)
_NOT_NOTES = re.compile(r'"[^"]*"|![^!\s|]{1,30}!|\+[^+\s|\d]{1,30}\+|\[[A-Za-z]:[^\]]*\]')
_SYLLABLE = re.compile(r"(?:\\-|[^\s\-_*|])+")
_HAIRPIN = re.compile(r"!(?:crescendo|diminuendo|<|>)\(!")
_ANYWHERE = (Fraction(0), 0)


def abc_contents(text: str, unread: Mapping[str, int]) -> Contents:
    """The numbers of a file with one tune. Its notes have no places: they count as one onset and pitch."""
    numbers: Counter[str] = Counter()
    notes, in_body = 0, False
    for line in (re.sub(r"(?<!\\)%.*", "", line) for line in text.split("\n")):
        if _FIELD_LINE.match(line):
            in_body |= line.startswith("K:")
            numbers["syllable"] += len(_SYLLABLE.findall(line[2:])) if in_body and line.startswith("w:") else 0
        elif in_body:
            notes += _count_music(line, numbers)
    return Contents(Counter({_ANYWHERE: notes}), numbers, unread)


def head_count(contents: Contents, notes: int) -> Contents:
    """The contents of a score with the number of written notes in place of its notes."""
    return replace(contents, notes=Counter({_ANYWHERE: notes}))


def _count_music(line: str, numbers: Counter[str]) -> int:
    """Count the marks of a line of music; the number of its notes."""
    numbers["chord symbol"] += len(_CHORD_SYMBOL.findall(line))
    numbers["hairpin"] += len(_HAIRPIN.findall(line))
    numbers["dynamic"] += sum(mark in DYNAMIC_MARKS for mark in re.findall(r"[!+](\w+)[!+]", line))
    code = _NOT_NOTES.sub("", line)
    numbers["slur"] += len(re.findall(r"\((?!\d)", re.sub(r"\{[^}]*\}", "", code)))
    return len(re.findall(r"[A-Ga-g]", code))
