"""Signatures of new parts as the given parts show them: hidden ones stay hidden, and music without metre has none."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from itertools import takewhile

from lxml import etree

from scoregen.notation.musicxml.read.attributes import TIME_SYMBOLS

_KEPT = {"symbol": TIME_SYMBOLS, "print-object": ("yes", "no")}
_MOVING = ("note", "backup", "forward")


def mirror_signatures(body: etree._Element, given: Sequence[etree._Element]) -> None:
    """Give a new part the time signatures of the given parts, and hide a key signature that they hide.

    A time signature that no given part has in a measure is removed there: the measure is longer or shorter on purpose.
    """
    columns = [part.findall("measure") for part in given]
    for index, measure in enumerate(body.iterfind("measure")):
        models = [column[index] for column in columns if index < len(column)]
        if models:
            _mirror_time(measure, _first(models, "time"))
            _mirror_key(measure, _first(models, "key"))


def _first(measures: Sequence[etree._Element], tag: str) -> etree._Element | None:
    """The first signature of a kind at the start of the measures."""
    for measure in measures:
        for child in takewhile(lambda item: item.tag not in _MOVING, measure):
            found = child.find(tag) if child.tag == "attributes" else None
            if found is not None:
                return found
    return None


def _mirror_time(measure: etree._Element, model: etree._Element | None) -> None:
    own = _first([measure], "time")
    if model is not None and not _is_sound(model):
        return
    if own is None and model is not None:
        _insert_time(measure, _bare(model))
    elif own is not None and model is not None:
        own.addprevious(_bare(model))
        _drop(own)
    elif own is not None:
        _drop(own)


def _is_sound(model: etree._Element) -> bool:
    """Whether a time signature has valid content: a copy of it is no new fault."""
    if [child.tag for child in model] == ["senza-misura"]:
        return True
    pairs = len(model) // 2
    named = [child.tag for child in model] == ["beats", "beat-type"] * pairs
    return pairs > 0 and named and not any(len(child) or child.attrib or not child.text for child in model)


def _insert_time(measure: etree._Element, time: etree._Element) -> None:
    """Insert a time signature into the opening <attributes> of a measure, or into new ones."""
    attributes = measure.find("attributes")
    if attributes is None or _first([measure], attributes[0].tag) is not attributes[0]:
        attributes = etree.Element("attributes")
        measure.insert(1 if measure.find("barline[@location='left']") is not None else 0, attributes)
    before = [child for child in attributes if child.tag in ("divisions", "key")]
    attributes.insert(len(before), time)


def _drop(time: etree._Element) -> None:
    """Remove a time signature, and <attributes> that had nothing else."""
    attributes = time.getparent()
    assert attributes is not None  # it was found in <attributes>
    attributes.remove(time)
    measure = attributes.getparent()
    if len(attributes) == 0 and measure is not None:
        measure.remove(attributes)


def _bare(model: etree._Element) -> etree._Element:
    """A copy without what belongs to one staff (number, id, position) and without values that are not valid."""
    copied = deepcopy(model)
    copied.tail = None
    for name, value in list(copied.attrib.items()):
        if value not in _KEPT.get(str(name), ()):
            del copied.attrib[name]
    return copied


def _mirror_key(measure: etree._Element, model: etree._Element | None) -> None:
    own = _first([measure], "key")
    if own is not None and model is not None and model.get("print-object") == "no":
        own.set("print-object", "no")
