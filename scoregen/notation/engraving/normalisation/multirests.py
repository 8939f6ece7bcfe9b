"""Rests of several measures, and staves that rest in whole systems."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scoregen.notation.engraving.normalisation.tree import elements, number, remove

if TYPE_CHECKING:
    from lxml.etree import _Element

_CONDENSED_STAVES = 9
"""The number of staves from which those that rest are hidden, system by system."""
_REST_ITEMS = frozenset(("note", "backup", "forward", "attributes", "barline", "print", "sound"))


def keep_common_multirests(root: _Element) -> None:
    """The signs of multi-measure rests where all parts rest, in every part; no others.

    Verovio condenses the measures of all parts where one of them has the sign.
    """
    lengths: dict[int, int] = {}
    for index, length in _multirests(root):
        lengths[index] = min(length, lengths.get(index, length))
    remove_multirests(root)
    end = 0
    for index, length in sorted(lengths.items()):
        if index >= end and _all_rest(root, index, length):
            end = index + length
            for part in root.findall("part"):
                _add_multirest(part.findall("measure")[index], length)


def remove_multirests(root: _Element) -> None:
    """Remove multi-measure rests, so that every measure is engraved and can be counted."""
    for style in elements(root, "//measure-style[multiple-rest]"):
        remove(style)


def condensed_measures(root: _Element) -> frozenset[int]:
    """The indices of the measures that are drawn as a multi-measure rest."""
    return frozenset(index + offset for index, length in _multirests(root) for offset in range(length))


def may_condense(root: _Element) -> bool:
    """Whether staves that rest in a whole system may be hidden: in scores of many staves that are never silent."""
    parts = root.findall("part")
    staves = sum(max([1, *(int(number(each.text) or 1) for each in part.iter("staves"))]) for part in parts)
    columns = zip(*(part.findall("measure") for part in parts), strict=False)
    silent = "".join("r" if all(map(rests, column)) else "n" for column in columns)
    return staves >= _CONDENSED_STAVES and "rrr" not in silent


def rests(measure: _Element) -> bool:
    """Whether a measure of a part has no notes but rests."""
    return all(note.find("rest") is not None for note in measure.iterfind("note"))


def _multirests(root: _Element) -> Iterator[tuple[int, int]]:
    """The index of the first measure and the length of each sign, part by part."""
    for part in root.findall("part"):
        for index, measure in enumerate(part.findall("measure")):
            for rest in measure.findall("attributes/measure-style/multiple-rest"):
                if (rest.text or "").strip().isdecimal():
                    yield index, int(rest.text or 0)


def _add_multirest(measure: _Element, length: int) -> None:
    attributes = measure.find("attributes")
    if attributes is None:
        attributes = measure.makeelement("attributes")
        measure.insert(0, attributes)
    style, rest = measure.makeelement("measure-style"), measure.makeelement("multiple-rest")
    rest.text = str(length)
    style.append(rest)
    attributes.append(style)


def _all_rest(root: _Element, start: int, length: int) -> bool:
    """Whether all parts rest in at least two measures, without marks that a multi-measure rest would hide."""
    if length < 2:
        return False
    for part in root.findall("part"):
        measures = part.findall("measure")[start : start + length]
        if len(measures) < length or not all(
            rests(measure) and _is_plain(measure, first=index == 0) for index, measure in enumerate(measures)
        ):
            return False
    return True


def _is_plain(measure: _Element, *, first: bool) -> bool:
    """Whether a multi-measure rest hides nothing of the measure."""
    changes = () if first else ("attributes/key", "attributes/time", "attributes/clef", "print")
    marks = ("note/notations", "note/lyric", *changes)
    return {child.tag for child in measure} <= _REST_ITEMS and all(measure.find(mark) is None for mark in marks)
