"""The parts of a score as scores of their own, with the tempos, rehearsal marks and repeat signs of all.

A part of a MusicXML document keeps everything that the document says of it. Rests of several measures are joined
until something begins that players must see: a signature, a tempo, a rehearsal mark, a repeat sign or a double bar.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, groupby, pairwise

from lxml import etree

from scoregen.notation.graft.document import musicxml_document
from scoregen.notation.musicxml.insertion import insert
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.tree import parse, serialize
from scoregen.score.directions import RehearsalMark, RepeatMark, Words
from scoregen.score.elements import Measure, Score

_SHARED = ("metronome", "rehearsal", "segno", "coda")
_BREAKS = ("new-system", "new-page", "page-number")
_FEWEST = 2
"""Measures of rest that are joined."""


def single_parts(score: Score) -> Iterator[Score]:
    """A score for every part."""
    root = parse(musicxml_document(score).text, "the score")
    for part in score.parts:
        own = _only(root, part.id)
        _join_rests(own, _rests(score, part.id))
        text = serialize(own)
        yield replace(read_musicxml(text, part.name or part.id), notices=())


def _only(root: etree._Element, part: str) -> etree._Element:
    """A copy of the document with one part, which has the directions for all and no breaks of the full score."""
    copy = deepcopy(root)
    bodies = copy.findall("part")
    own = next(body for body in bodies if body.get("id") == part)
    if own is not bodies[0]:
        for measure, first in zip(own.iterfind("measure"), bodies[0].iterfind("measure"), strict=False):
            _copy_directions(measure, first)
    for body in bodies:
        if body is not own:
            copy.remove(body)
    listing = copy.find("part-list")
    for child in list(listing) if listing is not None else []:
        if child.tag == "part-group" or child.get("id") != part:
            child.getparent().remove(child)  # type: ignore[union-attr]
    for layout in own.iter("print"):
        for name in _BREAKS:
            if name in layout.attrib:
                del layout.attrib[name]
    for style in list(own.iter("measure-style")):
        if style.find("multiple-rest") is not None:
            style.getparent().remove(style)  # type: ignore[union-attr]
    return copy


def _copy_directions(measure: etree._Element, first: etree._Element) -> None:
    """Give a measure the tempos, rehearsal marks and signs of repetition of the first part, unless it has its own."""
    present = {etree.tostring(each) for each in measure.iterfind("direction/direction-type")}
    place = 1 if len(measure) and measure[0].tag in ("attributes", "print") else 0
    divisions = _divisions(measure), _divisions(first)
    for onset, direction in _shared(first):
        kinds = [etree.tostring(each) for each in direction.iterfind("direction-type")]
        if all(kind in present for kind in kinds):
            continue
        copy = deepcopy(direction)
        for name in ("voice", "staff", "offset"):
            for child in copy.findall(name):
                copy.remove(child)
        if onset and all(divisions):
            _delay(copy, round(onset * Fraction(divisions[0] or 1, divisions[1] or 1)))
        insert(measure, place, copy)
        place += 1


def _delay(direction: etree._Element, divisions: int) -> None:
    """Put a direction later in its measure: the offset stands after the types."""
    offset = etree.Element("offset", {"sound": "yes"})
    offset.text = str(divisions)
    insert(direction, len(direction.findall("direction-type")), offset)


def _shared(measure: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """The directions of a measure that are for everyone, with their onsets in divisions."""
    now = 0
    for child in measure:
        duration = int(float(child.findtext("duration") or 0))
        if child.tag == "direction" and (
            child.find("sound") is not None or next(child.iter(*_SHARED), None) is not None
        ):
            yield now + int(float(child.findtext("offset") or 0)), child
        elif child.tag == "backup":
            now -= duration
        elif child.tag == "forward" or (child.tag == "note" and child.find("chord") is None):
            now += duration


def _divisions(measure: etree._Element) -> int | None:
    """The divisions in force at the start of a measure."""
    earlier = [measure, *measure.itersiblings("measure", preceding=True)]
    return next((int(text) for each in earlier if (text := each.findtext("attributes/divisions"))), None)


def _rests(score: Score, part: str) -> list[tuple[int, int]]:
    """The first measure and the number of measures of every rest of several measures."""
    found = []
    groups = [0, *accumulate(_is_landmark(before, measure) for before, measure in pairwise(score.measures))]
    silent_ones = [_is_rest(measure, part) for measure in score.measures]
    numbered = zip(range(len(groups)), silent_ones, groups, strict=True)
    for (silent, _), run in groupby(numbered, key=lambda each: each[1:]):
        indices = [index for index, *_ in run]
        if silent and len(indices) >= _FEWEST:
            found.append((indices[0], len(indices)))
    return found


def _is_rest(measure: Measure, part: str) -> bool:
    own = [voice for voice in measure.voices if voice.slot.part == part]
    return (
        not measure.is_short
        and all(voice.is_silent for voice in own)
        and not any(direction.part == part for direction in measure.directions)
        and not any(symbol.part == part for symbol in measure.chord_symbols)
    )


def _is_landmark(before: Measure, measure: Measure) -> bool:
    shared = (RehearsalMark, RepeatMark, Words)
    return (
        before.barline.style != "regular"
        or measure.repeat_start
        or measure.endings != before.endings
        or (measure.time, measure.key) != (before.time, before.key)
        or bool(measure.tempos or before.changes or measure.changes)
        or any(direction.part is None and isinstance(direction.value, shared) for direction in measure.directions)
    )


def _join_rests(root: etree._Element, rests: Sequence[tuple[int, int]]) -> None:
    measures = root.findall("part/measure")
    for first, count in rests:
        if first + count > len(measures):
            continue
        attributes = measures[first].find("attributes")
        if attributes is None:
            attributes = etree.Element("attributes")
            insert(measures[first], 1 if measures[first].find("print") is not None else 0, attributes)
        style = etree.Element("measure-style")
        etree.SubElement(style, "multiple-rest").text = str(count)
        insert(attributes, len(attributes), style)
