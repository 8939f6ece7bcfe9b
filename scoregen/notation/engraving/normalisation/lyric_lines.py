"""Lines of lyrics by number. Verovio draws all verses whose `number` is a name, such as Sibelius's `part1verse2`, on
one line.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_LAST_NUMBER = re.compile(r"(\d{1,2})\D*$")


def number_lyric_lines(root: _Element) -> None:
    """Number the lyrics of every part so that no note has two on one line.

    Verse numbers keep their order. A named line, such as a refrain, takes the number of its name or else the first
    on which no note has another lyric.
    """
    for part in root.findall("part"):
        lyrics = {note: note.findall("lyric") for note in part.iterfind("measure/note")}
        named = [
            (note, lyric, name) for note, each in lyrics.items() for lyric, name in zip(each, _names(each), strict=True)
        ]
        lines = _lines([(note, name) for note, _, name in named])
        for _, lyric, name in named:
            lyric.set("number", str(lines[name]))


def _names(lyrics: Sequence[_Element]) -> list[str]:
    """The names of a note's lines; a repeated one gets a star."""
    found: list[str] = []
    for lyric in lyrics:
        name = lyric.get("number", lyric.get("name", "1")).strip()
        while name in found:
            name += "*"
        found.append(name)
    return found


def _lines(named: Iterable[tuple[_Element, str]]) -> dict[str, int]:
    """A line for each name; lines of numbers in their order, then the others."""
    notes: dict[str, set[_Element]] = defaultdict(set)
    for note, name in named:
        notes[name].add(note)
    numbers = sorted((name for name in notes if name.isdecimal()), key=int)
    lines = {name: line for line, name in enumerate(numbers, 1)}
    for name in notes:
        if name not in lines:
            lines[name] = _free_line(name, notes, lines)
    return lines


def _free_line(name: str, notes: dict[str, set[_Element]], lines: dict[str, int]) -> int:
    own = _LAST_NUMBER.search(name)
    wanted = int(own[1]) if own else 0
    numbers = range(1, len(notes) + 1)
    return next(
        line
        for line in ((wanted, *numbers) if wanted else numbers)
        if not any(notes[name] & notes[other] for other, taken in lines.items() if taken == line)
    )
