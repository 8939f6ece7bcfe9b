"""Counts the contents of a Capella file: the second reader of `.capx`, without notation.

A file is an archive of `score.xml` (CapXML 1 and 2): systems, in them staves, in them voices. The staves of the systems
follow each other. The octave of middle C is 5.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from scoregen.notation.musicxml.mxl import is_zip
from scoregen.notation.musicxml.tree import parse_xml
from scoregen.notation.second_readers.contents import Contents

if TYPE_CHECKING:
    from lxml.etree import _Element

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_PITCH = re.compile(r"([A-G])(-?\d{1,2})")
_METRES = {"C": Fraction(4), "allaBreve": Fraction(4), "longAllaBreve": Fraction(8)}
_USUAL = Fraction(4)
_LINES = {"slur": "slur", "wedge": "hairpin"}
_MOST_DOTS = 4
_MOST_MEASURES = 1000


@dataclass(slots=True)
class _Place:
    """A place in a voice, in quarters from the start of the piece, and the length of a measure there."""

    now: Fraction
    measure: Fraction


def capella_contents(data: bytes, file: str) -> Contents | None:
    """The contents of a file; None if its score is not found. Raises ReadError for a damaged file."""
    text = _score_text(data)
    root = _without_namespace(parse_xml(text, file)) if text is not None else None
    if root is None or root.find("systems") is None:
        return None
    notes: Counter[tuple[Fraction, int]] = Counter()
    start, moves = Fraction(0), _transpositions(root)
    metre = _USUAL
    for system in root.iterfind("systems/system"):
        ends = [start]
        for staff in system.iterfind("staves/staff"):
            move = moves.get(staff.get("layout", ""), 0)
            own = _metre(staff.get("defaultTime"), metre)
            for voice in staff.iterfind("voices/voice"):
                place = _Place(start, own)
                notes.update((onset, pitch + move) for onset, pitch in _voice_notes(voice, place))
                ends.append(place.now)
                metre = place.measure
        start = max(ends)
    return Contents(notes, _numbers(root))


def _score_text(data: bytes) -> bytes | None:
    if not is_zip(data):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("score.xml") if "score.xml" in archive.namelist() else None


def _without_namespace(root: _Element) -> _Element:
    for element in root.iter("{*}*"):
        element.tag = str(element.tag).rpartition("}")[2]
    return root


def _transpositions(root: _Element) -> dict[str, int]:
    """The semitones from written to sounding pitch of each staff layout."""
    found = {}
    for layout in root.iterfind("layout/staves/staffLayout"):
        sound = layout.find("sound")
        found[layout.get("description", "")] = _number(sound.get("transpose")) if sound is not None else 0
    return found


def _number(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"[+-]?\d{1,3}", text) else 0


def _metre(text: str | None, other: Fraction) -> Fraction:
    """The length of a measure; `other` for a time signature that tells none."""
    found = re.fullmatch(r"(\d{1,3})/(\d{1,3})", text or "")
    if found and int(found[1]) and int(found[2]):
        return Fraction(4 * int(found[1]), int(found[2]))
    return _METRES.get(text or "", other)


def _voice_notes(voice: _Element, place: _Place) -> Iterator[tuple[Fraction, int]]:
    """Onset and pitch of the notes of a voice that are not tied from others; `place` goes on to its end."""
    for item in voice.iterfind("noteObjects/*"):
        if item.tag == "timeSign":
            place.measure = _metre(item.get("time"), place.measure)
        elif item.tag in ("chord", "rest"):
            yield from ((place.now, pitch) for pitch in _pitches(item))
            place.now += _length(item.find("duration"), place.measure)


def _pitches(chord: _Element) -> Iterator[int]:
    for head in chord.iterfind("heads/head"):
        found = _PITCH.fullmatch(head.get("pitch", ""))
        alter, tie = head.find("alter"), head.find("tie")
        if found and not (tie is not None and tie.get("end") == "true"):
            change = _number(alter.get("step")) if alter is not None else 0
            yield 12 * int(found[2]) + _STEPS[found[1]] + change


def _length(duration: _Element | None, measure: Fraction) -> Fraction:
    """The quarters of a duration: a fraction of a whole note, or a number of measures of rest; 0 for a grace note."""
    if duration is None or duration.get("noDuration") == "true":
        return Fraction(0)
    base = duration.get("base", "")
    if base.isdigit():
        return min(int(base), _MOST_MEASURES) * measure
    found = re.fullmatch(r"(\d{1,3})/(\d{1,3})", base)
    if not found or not int(found[2]):
        return Fraction(0)
    dots = min(max(_number(duration.get("dots")), 0), _MOST_DOTS)
    length = Fraction(4 * int(found[1]), int(found[2])) * (2 - Fraction(1, 1 << dots))
    return length * _tuplet_ratio(duration.find("tuplet"))


def _tuplet_ratio(tuplet: _Element | None) -> Fraction:
    """The ratio of a tuplet of `count` notes to the next smaller power of two, or to three times one (`tripartite`).

    A prolonging tuplet takes the next larger number.
    """
    count = _number(tuplet.get("count")) if tuplet is not None else 0
    if tuplet is None or count < 2:
        return Fraction(1)
    unit = 3 if tuplet.get("tripartite") == "true" else 1
    numbers = [unit << power for power in range(10)]
    if tuplet.get("prolong") == "true":
        normal = next((number for number in numbers if number > count), count)
    else:
        normal = max((number for number in numbers if number < count), default=count)
    return Fraction(normal, count)


def _numbers(root: _Element) -> dict[str, int]:
    """How many syllables, slurs and hairpins; dynamics and chord symbols are signs of a font in Capella."""
    each: Counter[str] = Counter()
    each["syllable"] = sum(bool((verse.text or "").strip()) for verse in root.iter("verse"))
    for drawn in root.iterfind("systems//drawObj/*"):
        if drawn.tag in _LINES:
            each[_LINES[str(drawn.tag)]] += 1
    return dict(each)
