"""The words (`w:`) and the signs (`s:`) of an ABC voice, aligned with its notes.

Words are aligned with all notes since the last words of the voice, and a bar in them moves on to the next measure
(Walshaw, The ABC Music Standard 2.1, 2011, chapter 5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from scoregen.score.elements import SYLLABICS, Lyric

_ITEM = re.compile(r"((?:\\-|[^\s\-_*|])+)(-?)|(-)|(_)|(\*)|(\|)")
_SIGN = re.compile(r'!([^!\s|]{1,30})!|"([^"]*)"|(\*)|(\|)')

Notes = Sequence[tuple[int, list[Lyric]]]
"""Measure and syllables of each note."""
Marked = Sequence[tuple[int, list[str], list[str]]]
"""Measure, decorations and texts of each note."""
T = TypeVar("T")


def put_signs(notes: Marked, signs: str) -> None:
    """Add a line of decorations and texts to those of the notes; `*` leaves a note out, a bar goes on to the next."""
    items = (None if barline else (sign, text) for sign, text, _, barline in _SIGN.findall(signs))
    for index, (sign, text) in _aligned([measure for measure, *_ in notes], items):
        if index >= len(notes):
            continue
        _, decorations, texts = notes[index]
        decorations.extend([sign] if sign else [])
        texts.extend([text] if text else [])


def put_words(notes: Notes, verse: str, words: str) -> tuple[int, ...]:
    """Add the syllables of a line of words to those of the notes.

    Syllables without a note are left out; the result is the measure of the last note for each of them.
    """
    left = []
    for index, item in _aligned([measure for measure, _ in notes], _syllables(words)):
        if index < len(notes):
            _put(notes, index, verse, item)
        elif item[0] == "text":
            left.append(notes[-1][0] if notes else 1)
    return tuple(left)


def _aligned(measures: Sequence[int], items: Iterable[T | None]) -> Iterator[tuple[int, T]]:
    """The items with the indices of their notes; None is a bar, which goes on to the next measure.

    `measures` are those of the notes. Items without a note have indices after the last one.
    """
    index, bar = 0, measures[0] if measures else 0
    for item in items:
        if item is None:
            while index < len(measures) and measures[index] <= bar:
                index += 1
        else:
            yield index, item
        bar = measures[index] if index < len(measures) else bar
        index += item is not None


def _put(notes: Notes, index: int, verse: str, item: tuple[str, str, bool]) -> None:
    """A syllable, the end of a melisma line, or nothing under a note."""
    kind, text, goes_on = item
    if kind == "skip":
        return
    sung = _sung_before(notes, index, verse)
    before = next((lyric for lyric in sung if lyric.verse == verse), None)
    if kind == "line":
        notes[index][1].append(Lyric("", verse=verse, extend=True))
        if before is not None:
            sung[sung.index(before)] = replace(before, extend=True)
    else:
        continues = before is not None and before.syllabic in ("begin", "middle")
        notes[index][1].append(Lyric(text, SYLLABICS[continues, goes_on], verse))


def _sung_before(notes: Notes, index: int, verse: str) -> list[Lyric]:
    """The syllables of the last note before one that has a syllable of the verse; none without such a note."""
    earlier = (notes[place][1] for place in range(index - 1, -1, -1))
    return next((lyrics for lyrics in earlier if any(each.verse == verse and each.text for each in lyrics)), [])


def _syllables(words: str) -> Iterator[tuple[str, str, bool] | None]:
    """`text` with whether the word goes on, `line` for `_`, `skip` for `*` and for a hyphen held; None for a bar."""
    for match in _ITEM.finditer(words):
        if match[1]:
            yield "text", match[1].replace("~", " ").replace("\\-", "-"), bool(match[2])
        else:
            yield None if match[6] else ("line" if match[4] else "skip", "", False)
