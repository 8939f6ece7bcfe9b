"""A score at concert pitch, or with its instruments at their written pitch; its document is kept.

Instruments an octave away from their written pitch stay so, as in any score in C.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lxml import etree

from scoregen.notation.graft.transposition import move_music
from scoregen.notation.musicxml.insertion import insert
from scoregen.notation.musicxml.read.attributes import transposition_of
from scoregen.notation.musicxml.tree import parse, serialize
from scoregen.notation.musicxml.write.signatures import transpose_elements
from scoregen.score.elements import Part, Score
from scoregen.score.instruments import instrument_of
from scoregen.score.pitch import UNISON, Interval

_OCTAVE = 12
_BEFORE = ("divisions", "key", "time", "staves", "part-symbol", "instruments", "clef", "staff-details")
"""What stands before the transposition in `<attributes>`."""


def at_concert_pitch(score: Score) -> Score:
    """The score with all parts written as they sound, or in octaves to it."""
    return _with_transpositions(score, {part.id: _octaves(part.transposition) for part in score.parts})


def at_written_pitch(score: Score) -> Score:
    """The score with every part that is at concert pitch in the transposition of its instrument."""
    return _with_transpositions(score, {part.id: _usual(part) for part in score.parts})


def _octaves(interval: Interval) -> Interval:
    return interval if interval.semitones % _OCTAVE == 0 else UNISON


def _usual(part: Part) -> Interval:
    found = instrument_of(part)
    return found.transposition if found is not None and part.transposition == UNISON else part.transposition


def _with_transpositions(score: Score, wanted: Mapping[str, Interval]) -> Score:
    changed = {part.id for part in score.parts if part.transposition != wanted[part.id]}
    if not changed:
        return score
    parts = tuple(replace(part, transposition=wanted[part.id]) for part in score.parts)
    document = score.document
    if document is not None:
        root = parse(document, "the given document")
        for body in root.iterfind("part"):
            if body.get("id") in changed:
                _rewrite(body, wanted[body.get("id", "")])
        document = serialize(root)
    return replace(score, parts=parts, document=document)


def _rewrite(body: etree._Element, wanted: Interval) -> None:
    """Write a part of the document with another transposition from its start to its end."""
    current = UNISON
    for measure in body.iterfind("measure"):
        for child in list(measure):
            transpose = child.find("transpose") if child.tag == "attributes" else None
            if transpose is not None:
                current = transposition_of(transpose)
                child.remove(transpose)
            shift = Interval(current.steps - wanted.steps, current.semitones - wanted.semitones)
            move_music(child, shift)
    first = body.find("measure")
    if first is not None:
        for element in transpose_elements(wanted):
            _declare(first, element)


def _declare(measure: etree._Element, transpose: etree._Element) -> None:
    """Write a transposition at the start of a measure."""
    attributes = measure.find("attributes")
    if attributes is None:
        attributes = etree.Element("attributes")
        insert(measure, 0, attributes)
    insert(attributes, sum(child.tag in _BEFORE for child in attributes), transpose)
