"""Checks that ties, beams, tuplets, slurs, wedges and endings that are opened are closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from lxml import etree

from scoregen.notation.validation.walk import DocumentMeasure, DocumentNote, notes_in_order
from scoregen.score.check import Problem
from scoregen.system.errors import Place

_CLOSING = ("stop",)
_OPENING: dict[str, tuple[str, ...]] = {
    "slur": ("start",),
    "glissando": ("start",),
    "slide": ("start",),
    "wedge": ("crescendo", "diminuendo"),
    "octave-shift": ("up", "down"),
    "dashes": ("start",),
    "bracket": ("start",),
}
"""The numbered spanners, and the types that open each; `stop` closes."""
_PATHS = {"slur": "note/notations", "glissando": "note/notations", "slide": "note/notations"}

_Measures = tuple[DocumentMeasure, ...]
_TieEnd = tuple[int, Fraction, tuple[str | None, ...]]


def spanner_problems(measures: _Measures) -> Iterator[Problem]:
    """The problems of every unpaired end in one part."""
    yield from _tie_problems(measures)
    yield from _beam_problems(measures)
    yield from _tuplet_problems(measures)
    yield from _ending_problems(measures)
    for tag in _OPENING:
        yield from _numbered_problems(tag, measures)


def _tie_problems(measures: _Measures) -> Iterator[Problem]:
    """A tie joins a note to one of the same pitch that begins where it ends, or crosses a repeat."""
    begun: dict[_TieEnd, Place] = {}
    taken: dict[_TieEnd, Place] = {}
    for index, note in notes_in_order(measures):
        kinds = {tie.get("type") for tie in note.element.iterfind("tie")}
        if "start" in kinds:
            begun[(*_position(measures, index, note.end), _pitch(note))] = note.place
        if "stop" in kinds:
            taken[(index, note.onset, _pitch(note))] = note.place
    for end, place in begun.items():
        if end not in taken and not _is_at_repeat(measures, end):
            yield Problem(place, "a tie has no next note of the same pitch")
    for end, place in taken.items():
        if end not in begun and not _is_at_repeat(measures, end):
            yield Problem(place, "a tie has no previous note of the same pitch")


def _position(measures: _Measures, index: int, onset: Fraction) -> tuple[int, Fraction]:
    """A place in a part; where the notes of a measure end the next measure begins, whatever the gap."""
    end = max((note.end for note in measures[index].notes), default=measures[index].length)
    return (index + 1, Fraction(0)) if onset >= end else (index, onset)


def _is_at_repeat(measures: _Measures, end: _TieEnd) -> bool:
    """Whether a repeat or an ending is at the barline of an unpaired tie."""
    index, onset, _ = end
    if onset != 0:
        return False
    barlines = [
        barline for other in measures[max(index - 1, 0) : index + 1] for barline in other.element.iterfind("barline")
    ]
    return any(barline.find("repeat") is not None or barline.find("ending") is not None for barline in barlines)


def _pitch(note: DocumentNote) -> tuple[str | None, ...]:
    element = note.element.find("pitch")
    if element is None:
        element = note.element.find("unpitched")
    return tuple((child.text or "").strip() for child in element if child.text != "0") if element is not None else ()


def _beam_problems(measures: _Measures) -> Iterator[Problem]:
    """Each level of a voice's beams is begin, continue, end; grace notes have beams of their own.

    An open beam is reported at its last note, whatever follows.
    """
    opened: dict[tuple[str, bool], dict[str, Place]] = {}
    for _, note in notes_in_order(measures):
        if note.in_chord or note.rest is not None:
            continue
        levels = opened.setdefault((note.voice, note.is_grace), {})
        words = {beam.get("number", "1"): (beam.text or "").strip() for beam in note.element.iterfind("beam")}
        if "1" in levels and "1" not in words:
            yield Problem(levels["1"], "a beam has no end")
            levels.clear()
        for level, word in words.items():
            yield from _beam_step(level, word, levels, note.place)
    for levels in opened.values():
        for place in levels.values():
            yield Problem(place, "a beam has no end")


def _beam_step(level: str, word: str, levels: dict[str, Place], place: Place) -> Iterator[Problem]:
    if word == "begin" and level in levels:
        yield Problem(levels[level], "a beam has no end")
    if word in ("continue", "end") and level not in levels:
        yield Problem(place, f"a beam of level {level} continues or ends without a beginning")
    if word == "end":
        levels.pop(level, None)
    elif word in ("begin", "continue"):
        levels[level] = place


def _tuplet_problems(measures: _Measures) -> Iterator[Problem]:
    """Brackets of one number and voice alternately open and close."""
    opened: dict[tuple[str, str], Place] = {}
    for _, note in notes_in_order(measures):
        for mark in in_order(note.element.findall("notations/tuplet")):
            key = (note.voice, mark.get("number", "1"))
            if mark.get("type") == "start":
                if key in opened:
                    yield Problem(opened[key], "a tuplet bracket has no stop")
                opened[key] = note.place
            elif opened.pop(key, None) is None:
                yield Problem(note.place, "a tuplet bracket stops without a start")
    for place in opened.values():
        yield Problem(place, "a tuplet bracket has no stop")


def in_order(marks: Sequence[etree._Element]) -> list[etree._Element]:
    """The ends of lines on a note: first those that stop, unless they begin on the same note."""
    return sorted(marks, key=lambda mark: mark.get("type") != "stop" or _is_whole(mark, marks))


def _is_whole(mark: etree._Element, marks: Sequence[etree._Element]) -> bool:
    """Whether a stop closes a bracket that opens on the same note."""
    before = marks[: marks.index(mark)]
    return any(other.get("number", "1") == mark.get("number", "1") for other in before)


def _ending_problems(measures: _Measures) -> Iterator[Problem]:
    opened: Place | None = None
    for measure in measures:
        for ending in measure.element.iterfind("barline/ending"):
            if ending.get("type") == "start":
                if opened is not None:
                    yield Problem(opened, "an ending has no stop")
                opened = measure.place
            elif opened is None:
                yield Problem(measure.place, "an ending stops without a start")
            else:
                opened = None
    if opened is not None:
        yield Problem(opened, "an ending has no stop")


def _numbered_problems(tag: str, measures: _Measures) -> Iterator[Problem]:
    """Each number needs as many stops as starts. Their order in the text is not checked, since voices go back."""
    path = f"{_PATHS.get(tag, 'direction/direction-type')}/{tag}"
    starts: dict[str, list[Place]] = {}
    stops: dict[str, list[Place]] = {}
    for measure in measures:
        for mark in measure.element.iterfind(path):
            kind = mark.get("type", "")
            into = starts if kind in _OPENING[tag] else stops if kind in _CLOSING else {}
            into.setdefault(mark.get("number", "1"), []).append(_place_of(mark, measure))
    for number in sorted({*starts, *stops}):
        begun, ended = starts.get(number, []), stops.get(number, [])
        if len(begun) > len(ended):
            yield Problem(begun[-1], f"<{tag}> number {number} has {len(begun)} starts and {len(ended)} stops")
        elif len(ended) > len(begun):
            yield Problem(ended[-1], f"<{tag}> number {number} has {len(ended)} stops and {len(begun)} starts")


def _place_of(mark: etree._Element, measure: DocumentMeasure) -> Place:
    owner = next((parent for parent in mark.iterancestors() if parent.tag in ("note", "direction")), None)
    voice = owner.findtext("voice") if owner is not None else None
    return Place(measure.place.file, measure.place.part, measure.place.measure, voice)
