"""Note types where a document has none."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from scoregen.notation.engraving.normalisation.tree import elements, number
from scoregen.score.rhythm import NOTE_TYPES, NoteValue

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_ACTUAL = 9
"""The most notes of a tuplet that a missing type is completed with."""
BEFORE_TYPE = frozenset(
    (
        "grace",
        "cue",
        "chord",
        "pitch",
        "unpitched",
        "rest",
        "duration",
        "tie",
        "instrument",
        "footnote",
        "level",
        "voice",
    )
)


def complete_types(root: _Element) -> None:
    """Note types where they are missing, by the duration; verovio takes a rest without type for a whole measure."""
    for part in elements(root, "//part[measure/note[not(type) and not(grace)]]"):
        divisions, length = Fraction(1), Fraction(4)
        for measure in part.findall("measure"):
            for child in measure:
                if child.tag == "attributes":
                    divisions = number(child.findtext("divisions")) or divisions
                    length = _measure_length(child) or length
                elif child.tag == "note" and child.find("type") is None:
                    _add_type(child, divisions, length)


def _add_type(note: _Element, divisions: Fraction, measure: Fraction) -> None:
    duration = (number(note.findtext("duration")) or Fraction(0)) / divisions
    rest = note.find("rest")
    if duration <= 0 or (rest is not None and (rest.get("measure") == "yes" or duration == measure)):
        return
    value = NoteValue.of(duration * _ratio(note))
    if value.actual > _MOST_ACTUAL:
        value = _longest_plain(duration)
    before = next((child for child in note if child.tag not in BEFORE_TYPE), None)
    for tag, text in (("type", value.type), *(("dot", None),) * value.dots):
        if tag == "dot" and note.find("dot") is not None:
            continue
        element = note.makeelement(tag)
        element.text = text
        if before is None:
            note.append(element)
        else:
            before.addprevious(element)


def _longest_plain(duration: Fraction) -> NoteValue:
    """The longest value without a tuplet that is not longer than the duration, or the shortest of all."""
    values = (NoteValue(name, dots) for name in NOTE_TYPES for dots in (0, 1))
    return max(
        (value for value in values if value.duration <= duration),
        key=lambda value: value.duration,
        default=NoteValue("1024th"),
    )


def _ratio(note: _Element) -> Fraction:
    actual = number(note.findtext("time-modification/actual-notes"))
    normal = number(note.findtext("time-modification/normal-notes"))
    return actual / normal if actual and normal else Fraction(1)


def _measure_length(attributes: _Element) -> Fraction | None:
    beats, unit = number(attributes.findtext("time/beats")), number(attributes.findtext("time/beat-type"))
    return 4 * beats / unit if beats and unit else None
