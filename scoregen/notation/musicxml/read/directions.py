"""One <direction>: dynamics, words, rehearsal and repeat marks, tempo, ends of wedges and pedals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from lxml import etree

from scoregen.notation.musicxml.read.spanners import SpannerEnd, pedal_ends, wedge_end
from scoregen.notation.musicxml.read.tempos import read_tempo
from scoregen.notation.musicxml.read.values import placement_of, staff_of, text_of, velocity_of
from scoregen.score.directions import (
    DYNAMIC_MARKS,
    REPEAT_MARK_TYPES,
    Direction,
    DirectionValue,
    Dynamic,
    Placement,
    RehearsalMark,
    RepeatMark,
    RepeatMarkType,
    Words,
)
from scoregen.score.elements import Tempo

USUAL_TEXTS: dict[RepeatMarkType, str] = {"dacapo": "D.C.", "dalsegno": "D.S.", "fine": "Fine", "tocoda": "To Coda"}
"""The usual text of a repeat mark."""
USUAL_LABELS: dict[RepeatMarkType, str] = {"segno": "segno", "dalsegno": "segno", "coda": "coda", "tocoda": "coda"}
"""The usual labels by which the <sound> elements of repeat marks refer to each other."""
_SIGNS: dict[object, RepeatMarkType] = {"segno": "segno", "coda": "coda"}
_TEXT_PATTERNS: tuple[tuple[RepeatMarkType, re.Pattern[str]], ...] = (
    ("dacapo", re.compile(r"\(?(d\. ?c\.?|dc|da capo)\)?([ ,(].*)?", re.IGNORECASE)),
    ("dalsegno", re.compile(r"\(?(d\. ?s\. ?s?\.?|dss?|dal segno)\)?([ ,(].*)?", re.IGNORECASE)),
    ("tocoda", re.compile(r"\(?(to|al|alla)( the)? (coda\b.*|[\u2295\N{MUSICAL SYMBOL CODA}])\)?", re.IGNORECASE)),
    ("fine", re.compile(r"\(?fine\.?\)?", re.IGNORECASE)),
)


@dataclass(slots=True)
class DirectionReading:
    """The content of one <direction>."""

    directions: list[Direction] = field(default_factory=list)
    ends: list[SpannerEnd] = field(default_factory=list)
    tempo: Tempo | None = None


@dataclass(slots=True)
class _Content:
    """The children of the <direction-type> elements, sorted."""

    words: list[etree._Element] = field(default_factory=list)
    dynamics: list[etree._Element] = field(default_factory=list)
    rehearsals: list[etree._Element] = field(default_factory=list)
    signs: list[RepeatMarkType] = field(default_factory=list)
    spanners: list[etree._Element] = field(default_factory=list)
    metronome: etree._Element | None = None
    first: etree._Element | None = None


def read_direction(element: etree._Element, onset: Fraction, part: str) -> DirectionReading:
    """The values of a direction at its onset, for a part."""
    content, sound, staff = _content(element), element.find("sound"), staff_of(element)
    placement = placement_of(element, content.first)
    reading = DirectionReading()
    words = " ".join(filter(None, map(text_of, content.words))) or None
    marks = _repeat_marks(content.signs, sound, words)
    if content.metronome is not None or sound is not None:
        reading.tempo = read_tempo(onset, content.metronome, sound, None if marks else words)
    values: list[DirectionValue] = [*(RehearsalMark(text) for text in map(text_of, content.rehearsals) if text), *marks]
    if words and not marks and reading.tempo is None:
        values.append(_words(content.words, words))
    values += read_dynamics(content.dynamics, sound)
    reading.directions = [_direction(onset, value, part, staff, placement) for value in values]
    for item in content.spanners:
        reading.ends += [wedge_end(item, onset, staff, placement)] if item.tag == "wedge" else ()
        reading.ends += pedal_ends(item, onset, staff, placement) if item.tag == "pedal" else ()
    return reading


def read_dynamics(elements: list[etree._Element], sound: etree._Element | None) -> Iterator[Dynamic]:
    """The marks of some <dynamics>; a <sound> gives their velocity."""
    velocity = velocity_of(sound.get("dynamics")) if sound is not None else None
    for element in elements:
        mark = ""
        for child in element:
            text = (text_of(child) or "") if child.tag == "other-dynamics" else str(child.tag)
            joined = not mark or (text in DYNAMIC_MARKS and mark.rsplit(" ", 1)[-1] in DYNAMIC_MARKS)
            mark += text if joined else f" {text}"
        if mark.strip():
            yield Dynamic(mark.strip(), velocity)


def note_dynamics(elements: Iterable[etree._Element], onset: Fraction, part: str, staff: int) -> Iterator[Direction]:
    """The dynamics in the <notations> of a note."""
    for element in elements:
        for value in read_dynamics([element], None):
            yield _direction(onset, value, part, staff, placement_of(element, None))


def sounding_marks(sound: etree._Element, onset: Fraction) -> Iterator[Direction]:
    """The repeat marks of a <sound> directly in a measure."""
    for mark in _sound_marks(sound):
        yield Direction(onset, RepeatMark(mark.type, "", mark.label))


def barline_marks(barline: etree._Element, onset: Fraction) -> Iterator[Direction]:
    """The segno or coda of a barline."""
    for child in barline:
        if child.tag in _SIGNS:
            yield Direction(onset, RepeatMark(_SIGNS[child.tag]))


def _content(element: etree._Element) -> _Content:
    content = _Content()
    lists = {"words": content.words, "dynamics": content.dynamics, "rehearsal": content.rehearsals}
    for item in (item for child in element if child.tag == "direction-type" for item in child):
        content.first = item if content.first is None else content.first
        if item.tag in lists:
            lists[item.tag].append(item)
        elif item.tag in _SIGNS:
            content.signs.append(_SIGNS[item.tag])
        elif item.tag in ("wedge", "pedal"):
            content.spanners.append(item)
        elif item.tag == "metronome" and content.metronome is None:
            content.metronome = item
    return content


def _direction(onset: Fraction, value: DirectionValue, part: str, staff: int, placement: Placement | None) -> Direction:
    """Rehearsal and repeat marks hold for all parts; the usual placement becomes None."""
    if isinstance(value, RehearsalMark | RepeatMark):
        return Direction(onset, value, placement="below" if placement == "below" else None)
    usual = "below" if isinstance(value, Dynamic) else "above"
    return Direction(onset, value, part, staff, placement if placement != usual else None)


def _words(elements: list[etree._Element], text: str) -> Words:
    """The words in the style of the first element."""
    return Words(text, elements[0].get("font-style") == "italic", elements[0].get("font-weight") == "bold")


def _repeat_marks(signs: list[RepeatMarkType], sound: etree._Element | None, words: str | None) -> list[RepeatMark]:
    """The repeat marks of a direction: by its sound, by a sign, or by well-known words."""
    marks = list(_sound_marks(sound)) if sound is not None else []
    written_out = next((kind for kind, pattern in _TEXT_PATTERNS if words and pattern.fullmatch(words)), None)
    if not marks and written_out is not None:
        marks = [RepeatMark(written_out)]
    if not marks:
        marks = [RepeatMark(sign) for sign in dict.fromkeys(signs)]
    printed = bool(signs) or words is not None
    return [RepeatMark(mark.type, _text(mark, words) if printed else "", mark.label) for mark in marks]


def _text(mark: RepeatMark, words: str | None) -> str | None:
    return words if words != USUAL_TEXTS.get(mark.type) else None


def _sound_marks(sound: etree._Element) -> Iterator[RepeatMark]:
    for kind in REPEAT_MARK_TYPES:
        label = sound.get(kind)
        if label:
            named = kind in USUAL_LABELS and label != USUAL_LABELS[kind]
            yield RepeatMark(kind, None, label if named else None)
