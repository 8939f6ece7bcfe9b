"""The words (`w:`) and the signs (`s:`) of an ABC voice, aligned with its notes.

Words are aligned with all notes since the last words of the voice, and a bar in them moves on to the next measure
(Walshaw, The ABC Music Standard 2.1, 2011, chapter 5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from scoregen.score.elements import Lyric

_NAMES = {(False, False): "single", (False, True): "begin", (True, True): "middle", (True, False): "end"}
_ITEM = re.compile(r"((?:\\-|[^\s\-_*|])+)(-?)|(-)|(_)|(\*)|(\|)")

_SIGN = re.compile(r'!([^!\s|]{1,30})!|"([^"]*)"|(\*)|(\|)')

Notes = Sequence[tuple[int, list[Lyric]]]
"""Measure and syllables of each note."""
Marked = Sequence[tuple[int, list[str], list[str]]]
"""Measure, decorations and texts of each note."""


def put_signs(notes: Marked, signs: str) -> None:
    """Add a line of decorations and texts to those of the notes; `*` leaves a note out, a bar goes on to the next."""
    index, bar = 0, notes[0][0] if notes else 0
    for sign, text, _, barline in _SIGN.findall(signs):
        if barline:
            while index < len(notes) and notes[index][0] <= bar:
                index += 1
        elif index < len(notes):
            _, decorations, texts = notes[index]
            decorations.extend([sign] if sign else [])
            texts.extend([text] if text else [])
        bar = notes[index][0] if index < len(notes) else bar
        index += not barline


def put_words(notes: Notes, verse: str, words: str) -> None:
    """Add the syllables of a line of words to those of the notes; syllables without a note are left out."""
    index, bar = 0, notes[0][0] if notes else 0
    for kind, text, goes_on in _syllables(words):
        if kind == "bar":
            while index < len(notes) and notes[index][0] <= bar:
                index += 1
        elif index < len(notes):
            _put(notes, index, verse, (kind, text, goes_on))
        bar = notes[index][0] if index < len(notes) else bar
        index += kind != "bar"


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
        notes[index][1].append(Lyric(text, _NAMES[continues, goes_on], verse))


def _sung_before(notes: Notes, index: int, verse: str) -> list[Lyric]:
    """The syllables of the last note before one that has a syllable of the verse; none without such a note."""
    earlier = (notes[place][1] for place in range(index - 1, -1, -1))
    return next((lyrics for lyrics in earlier if any(each.verse == verse and each.text for each in lyrics)), [])


def _syllables(words: str) -> Iterator[tuple[str, str, bool]]:
    """`text` with whether the word goes on, `line` for `_`, `skip` for `*` and for a hyphen held, and `bar`."""
    for match in _ITEM.finditer(words):
        if match[1]:
            yield "text", match[1].replace("~", " ").replace("\\-", "-"), bool(match[2])
        else:
            yield ("skip" if match[3] or match[5] else "line" if match[4] else "bar"), "", False
