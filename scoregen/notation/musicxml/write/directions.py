"""The <direction>, <sound>, <harmony> and <figured-bass> elements of a part, each with its onset.

An element precedes the note at its onset. One that falls inside a note precedes that note, with an <offset>.
One at the end of the measure follows the last note.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from lxml import etree

from scoregen.notation.musicxml.read.directions import USUAL_LABELS, USUAL_TEXTS
from scoregen.notation.musicxml.write.elements import add, decimal, loudness
from scoregen.notation.musicxml.write.harmony import harmony
from scoregen.notation.musicxml.write.spanners import line_ends
from scoregen.notation.musicxml.write.voice import TimedElement, ticks
from scoregen.score.directions import (
    DYNAMIC_MARKS,
    Direction,
    Dynamic,
    FiguredBass,
    RehearsalMark,
    RepeatMark,
    Words,
    rank,
)
from scoregen.score.elements import Measure, Part, Score, Tempo

_SIGNS = ("segno", "coda")
"""Repeat marks with a sign. `tocoda` has words only: MuseScore takes a sign there for the coda itself."""
_TEMPO, _STOP, _START, _HARMONY, _FIGURES = 1.5, 5, 6, 7, 8
"""Ranks among those of directions: tempo marks precede words, hairpins follow dynamics."""


class Attachment(NamedTuple):
    """An element of a staff and its onset in the measure; at equal onsets the lower `rank` comes first.

    `length` is the duration of a figured bass, None for any other element.
    """

    onset: Fraction
    staff: int
    rank: float
    element: etree._Element
    length: Fraction | None = None


def attachments(score: Score, part: Part, *, is_first_part: bool) -> Mapping[int, list[Attachment]]:
    """The attachments of a part by measure index; the first part has those that hold for all parts."""
    found: dict[int, list[Attachment]] = {index: [] for index in range(len(score.measures))}
    for index, measure in enumerate(score.measures):
        if is_first_part:
            found[index] += [Attachment(tempo.onset, 1, _TEMPO, _tempo(tempo)) for tempo in measure.tempos]
        found[index] += _measure_attachments(measure, part, is_first_part=is_first_part)
    for end in line_ends(score, part):
        found[end.measure].append(Attachment(end.onset, end.staff, _START if end.starts else _STOP, end.element))
    return found


def _measure_attachments(measure: Measure, part: Part, *, is_first_part: bool) -> Iterator[Attachment]:
    for direction in measure.directions:
        if direction.part == part.id or (direction.part is None and is_first_part):
            staff = min(direction.staff, part.staves)
            value = direction.value
            if isinstance(value, FiguredBass):
                yield Attachment(direction.onset, staff, _FIGURES, _figured_bass(value), value.duration)
            else:
                yield Attachment(direction.onset, staff, rank(direction), _element(direction, staff))
    for symbol in measure.chord_symbols:
        if symbol.part == part.id:
            staff = min(symbol.staff, part.staves)
            yield Attachment(symbol.onset, staff, _HARMONY, harmony(symbol, part.transposition, staff))


def with_attachments(
    voice: Sequence[TimedElement], attached: Sequence[Attachment], end: Fraction, divisions: int
) -> Iterator[TimedElement]:
    """The voice of a measure that lasts to `end`, with the attachments inserted."""
    onsets = sorted({timed.onset for timed in voice})
    ordered = sorted(attached, key=lambda item: (item.onset, item.rank))
    inside = [item for item in ordered if item.onset < end]
    before = {onset: [item for item in inside if onset == _last_until(item.onset, onsets)] for onset in onsets}
    for timed in voice:
        for item in before.pop(timed.onset, ()):
            yield TimedElement(timed.onset, _set_offset(item, item.onset - timed.onset, divisions))
        yield timed
    for item in ordered[len(inside) :]:
        yield TimedElement(end, _set_offset(item, item.onset - end, divisions))


def _last_until(place: Fraction, onsets: Sequence[Fraction]) -> Fraction:
    return max((onset for onset in onsets if onset <= place), default=onsets[0])


def _set_offset(item: Attachment, offset: Fraction, divisions: int) -> etree._Element:
    """The element with its offset, rounded to a division; figures have a duration in its place."""
    element = item.element
    if element.tag == "figured-bass":
        if item.length:
            add(element, "duration", ticks(item.length, divisions))
        return element
    rounded = Fraction(round(offset * divisions), divisions)
    if rounded:
        index = next((place for place, child in enumerate(element) if child.tag in ("staff", "sound")), len(element))
        added = etree.Element("offset", {"sound": "yes"} if element.find("sound") is not None else {})
        added.text = ticks(rounded, divisions)
        element.insert(index, added)
    return element


def _figured_bass(value: FiguredBass) -> etree._Element:
    element = etree.Element("figured-bass")
    for figure in value.figures:
        child = add(element, "figure")
        for name, text in (("prefix", figure.prefix), ("figure-number", figure.number), ("suffix", figure.suffix)):
            if text:
                add(child, name, text)
    return element


def _tempo(tempo: Tempo) -> etree._Element:
    sound = {"tempo": decimal(tempo.quarters_per_minute)}
    if tempo.number_implicit and not tempo.text:
        return etree.Element("sound", sound)
    element = etree.Element("direction", {"placement": "above"})
    if tempo.text:
        add(add(element, "direction-type"), "words", tempo.text)
    if not tempo.number_implicit:
        metronome = add(add(element, "direction-type"), "metronome")
        add(metronome, "beat-unit", tempo.beat.type)
        for _ in range(tempo.beat.dots):
            add(metronome, "beat-unit-dot")
        add(metronome, "per-minute", decimal(tempo.per_minute))
    add(element, "staff", 1)
    add(element, "sound", attributes=sound)
    return element


def _element(direction: Direction, staff: int) -> etree._Element:
    value = direction.value
    if isinstance(value, RepeatMark) and value.text == "":
        return etree.Element("sound", _repeat_sound(value))
    usual = "below" if isinstance(value, Dynamic) else "above"
    element = etree.Element("direction", {"placement": direction.placement or usual})
    if isinstance(value, Dynamic):
        _dynamics(add(add(element, "direction-type"), "dynamics"), value)
    elif isinstance(value, RehearsalMark):
        add(add(element, "direction-type"), "rehearsal", value.text)
    elif isinstance(value, Words):
        _words(element, value)
    elif isinstance(value, RepeatMark):
        _repeat_mark(element, value)
    add(element, "staff", staff)
    sound = _sound(value)
    if sound:
        add(element, "sound", attributes=sound)
    return element


def _dynamics(element: etree._Element, dynamic: Dynamic) -> None:
    """Marks as elements, other words as <other-dynamics>."""
    for word in dynamic.mark.split(" "):
        last = element[-1] if len(element) else None
        if word in DYNAMIC_MARKS and (last is None or last.tag == "other-dynamics"):
            add(element, word)
        elif last is not None and last.tag == "other-dynamics":
            last.text = f"{last.text} {word}"
        else:
            add(element, "other-dynamics", word)


def _words(element: etree._Element, words: Words) -> None:
    style = {"font-style": "italic"} if words.italic else {}
    style |= {"font-weight": "bold"} if words.bold else {}
    add(add(element, "direction-type"), "words", words.text, style)


def _repeat_mark(element: etree._Element, mark: RepeatMark) -> None:
    text = mark.text if mark.text is not None else USUAL_TEXTS.get(mark.type)
    if text:
        add(add(element, "direction-type"), "words", text)
    if mark.type in _SIGNS:
        add(add(element, "direction-type"), mark.type)


def _sound(value: object) -> dict[str, str]:
    if isinstance(value, RepeatMark):
        return _repeat_sound(value)
    if isinstance(value, Dynamic) and value.velocity is not None:
        return {"dynamics": loudness(value.velocity)}
    return {}


def _repeat_sound(mark: RepeatMark) -> dict[str, str]:
    return {mark.type: mark.label or USUAL_LABELS.get(mark.type, "yes")}
