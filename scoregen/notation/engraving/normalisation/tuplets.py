"""Tuplets that cross a barline. Verovio ends every tuplet with its measure, and draws no bracket after the barline."""

from __future__ import annotations

from collections import defaultdict
from copy import deepcopy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element


def divide_tuplets(root: _Element) -> None:
    """Divide every tuplet that crosses a barline into one tuplet for each measure."""
    for part in root.findall("part"):
        if part.find("measure/note/notations/tuplet") is not None:
            open_tuplets: dict[tuple[str, str], _Element] = {}
            for measure in part.findall("measure"):
                _divide(measure, open_tuplets)


def _divide(measure: _Element, open_tuplets: dict[tuple[str, str], _Element]) -> None:
    """Begin open tuplets again at the first note of the measure, and close those that stay open at its last note."""
    notes: dict[str, list[_Element]] = defaultdict(list)
    for note in measure.findall("note"):
        if note.find("chord") is None and note.find("grace") is None:
            notes[(note.findtext("voice") or "1").strip()].append(note)
    for (voice, number), start in list(open_tuplets.items()):
        if notes[voice] and notes[voice][0].find("time-modification") is not None:
            _notations(notes[voice][0]).append(deepcopy(start))
        else:
            del open_tuplets[voice, number]
    for voice, row in notes.items():
        for tuplet in (tuplet for note in row for tuplet in note.findall("notations/tuplet")):
            key = voice, tuplet.get("number", "1")
            if tuplet.get("type") == "start":
                open_tuplets[key] = tuplet
            else:
                open_tuplets.pop(key, None)
    for voice, number in open_tuplets:
        if notes[voice]:
            stop = measure.makeelement("tuplet", {"type": "stop", "number": number})
            _notations(notes[voice][-1]).append(stop)


def _notations(note: _Element) -> _Element:
    found = note.find("notations")
    if found is None:
        found = note.makeelement("notations")
        lyric = note.find("lyric")
        if lyric is None:
            note.append(found)
        else:
            lyric.addprevious(found)
    return found
