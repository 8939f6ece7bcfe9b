"""Adds new parts to a given document: declared in the part list, written in full, barlines copied."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from itertools import zip_longest

from lxml import etree

from scoregen.notation.graft.brackets import add_brackets, is_group
from scoregen.notation.graft.hidden_signatures import mirror_signatures
from scoregen.notation.graft.refill import cursor_motion, divisions_change
from scoregen.notation.musicxml.insertion import insert, insert_after, replace_children
from scoregen.notation.musicxml.write.measure import (
    BAR_STYLES,
    MAX_OUTPUT_DIVISIONS,
    check_divisions,
    divisions_for,
    part_context,
    write_part,
)
from scoregen.notation.musicxml.write.part_list import PartEntry, part_entries, score_part
from scoregen.notation.musicxml.write.spanners import slur_marks
from scoregen.notation.validation.measures import ROUNDING
from scoregen.notation.validation.walk import walk
from scoregen.score.elements import Part, Score

_MIRRORED_ATTRIBUTES = ("number", "implicit", "non-controlling", "text")
_ENDINGS = ("start", "stop", "discontinue")
_NUMBERS = re.compile(r" *|[1-9]\d*(, ?[1-9]\d*)*")
_BREAKS = ("new-system", "new-page", "blank-page")
_YES_OR_NO = ("implicit", "non-controlling")
_MIRRORED_BARLINE = ("bar-style", "ending", "repeat")
NO_DIVISIONS = "the document has no divisions; durations count quarters"


def add_parts(root: etree._Element, score: Score) -> tuple[str, ...]:
    """Declare and write every part of the score that has no <part> in the document.

    The breaks of systems and pages of the given parts go, since they were set for fewer staves; a notice says so.
    """
    bodies = {body.get("id"): body for body in root.findall("part")}
    new = [part for part in score.parts if part.id not in bodies]
    if not new:
        return ()
    _list_parts(root, bodies)
    ids = {str(value) for value in root.xpath("//@id")}  # type: ignore[union-attr]  # an attribute path gives a list
    entries = {entry.part.id: entry for entry in part_entries(score, new, ids, channel=len(bodies))}
    reference = list(bodies.values())
    gaps = _gaps(score, reference)
    divisions = _divisions(score, new, gaps)
    previous: Part | None = None
    for part in score.parts:
        if part.id in entries:
            entry = entries[part.id]
            context = part_context(score, part, divisions[part.id], entry.instrument_ids)
            body = write_part(score, replace(context, slurs=slur_marks(score, part)), entry.id)
            _fill_gaps(body, gaps, context.divisions)
            _mirror(body, reference, is_first_part=previous is None)
            mirror_signatures(body, reference)
            _declare(root, entry, previous, score)
            _place_body(root, body, bodies[previous.id] if previous is not None else None)
            bodies[part.id] = body
        previous = part
    add_brackets(root, score, entries)
    return _drop_breaks(reference)


def declare_divisions(given: Sequence[etree._Element]) -> tuple[etree._Element, ...]:
    """Declare the divisions that parts without their own share with the first ones of the document, or 1.

    Generated music has others, and may stand before them. Returns these parts.
    """
    first = first_divisions(given)
    bare = tuple(part for part in given if _is_bare(part))
    for part in bare:
        attributes = divisions_change(1)
        attributes[0].text = "1" if first is None else first
        insert(next(part.iterfind("measure")), 0, attributes)
    return bare


def undeclared_where_idle(
    root: etree._Element, bare: Sequence[etree._Element], grown: Container[str | None]
) -> tuple[str, ...]:
    """Take the declared divisions from parts that have not grown, if the document still begins with the same ones.

    Such a part is as it was given. Notices name the others.
    """
    kept = [part for part in bare if part.get("id") in grown]
    idle = [part for part in bare if part not in kept]
    own = {part: next(part.iterfind("measure"))[0] for part in idle}
    others = [part for part in root.iterfind("part") if part not in idle]
    first = first_divisions(others)
    for part, attributes in own.items():
        before = root.index(part) > root.index(others[0]) if others else False
        if before and first == attributes.findtext("divisions"):
            measure = next(part.iterfind("measure"))
            replace_children(measure, list(measure)[1:])
        else:
            kept.append(part)
    return tuple(f"part {part.get('id')}: divisions are written before its first note, which had none" for part in kept)


def first_divisions(parts: Sequence[etree._Element]) -> str | None:
    """The first divisions of a document, which hold for parts without their own; None if it has none."""
    return next((found.text for part in parts for found in part.iterfind("measure/attributes/divisions")), None)


def _is_bare(part: etree._Element) -> bool:
    """Whether a part has a duration before it has divisions."""
    timed = next((item for measure in part.iterfind("measure") for item in measure if _is_timed(item)), None)
    return timed is not None and timed.tag != "attributes"


def _is_timed(item: etree._Element) -> bool:
    """Whether an item of a measure has a duration, or the divisions by which durations count."""
    return item.find("duration" if item.tag != "attributes" else "divisions") is not None


def _drop_breaks(given: Sequence[etree._Element]) -> tuple[str, ...]:
    """Remove the breaks of systems and pages; a <print> without other content goes too."""
    places = [item for part in given for item in part.iterfind("measure/print") if set(item.attrib) & set(_BREAKS)]
    for item in places:
        for name in set(item.attrib) & set(_BREAKS):
            del item.attrib[name]
        measure = item.getparent()
        if not item.attrib and not len(item) and measure is not None:
            replace_children(measure, [child for child in measure if child is not item])
    return ("the system and page breaks of the given score are left out, since staves were added",) if places else ()


def _list_parts(root: etree._Element, bodies: Mapping[str | None, etree._Element]) -> None:
    """Declare the given parts in a document without a part list."""
    if root.find("part-list") is not None:
        return
    listing = etree.Element("part-list")
    listing.extend([score_part(PartEntry(Part(name or "P1"), name or "P1", 1, ())) for name in bodies])
    insert(root, list(root).index(next(iter(bodies.values()))), listing)


def _gaps(score: Score, given: Sequence[etree._Element]) -> list[Fraction]:
    """The quarters by which the given parts exceed each measure, by <forward> or by rests that are too long."""
    walked = [walk(part, "") for part in given]
    lengths = [
        max((measure.length for measure in column if measure), default=Fraction(0)) for column in zip_longest(*walked)
    ]
    gaps = [length - measure.duration for length, measure in zip(lengths, score.measures, strict=False)]
    return [gap if gap >= ROUNDING else Fraction(0) for gap in gaps]


def _divisions(score: Score, new: Sequence[Part], gaps: Sequence[Fraction]) -> dict[str, int]:
    """Divisions per quarter for each new part that also express the gaps: one number if they all can have it."""
    fine = math.lcm(*(gap.denominator for gap in gaps))
    common = math.lcm(divisions_for(score, [part.id for part in new]), fine)
    if common <= MAX_OUTPUT_DIVISIONS:
        return dict.fromkeys((part.id for part in new), common)
    own = {part.id: math.lcm(divisions_for(score, [part.id]), fine) for part in new}
    return {part_id: check_divisions(number, part_id) for part_id, number in own.items()}


def _fill_gaps(body: etree._Element, gaps: Sequence[Fraction], divisions: int) -> None:
    """Add a <forward> up to the end of the given parts, so that all measures are equally long."""
    for measure, gap in zip(body.iterfind("measure"), gaps, strict=False):
        measure.extend(cursor_motion(Fraction(0), gap, divisions))


def _mirror(body: etree._Element, given: Sequence[etree._Element], *, is_first_part: bool) -> None:
    """Copy measure attributes and barlines from the given parts, measure by measure.

    An ending is printed above the first part only.
    """
    columns = [part.findall("measure") for part in given]
    for index, measure in enumerate(body.iterfind("measure")):
        models = [column[index] for column in columns if index < len(column)]
        if not models:
            continue
        own_number = measure.get("number", "")
        measure.attrib.clear()
        measure.set("number", own_number)
        for name in _MIRRORED_ATTRIBUTES:
            value = models[0].get(name)
            if value is not None and (name not in _YES_OR_NO or value in ("yes", "no")):
                measure.set(name, value)
        _mirror_barlines(measure, next((model for model in models if model.find("barline") is not None), models[0]))
        for ending in () if is_first_part else measure.iterfind("barline/ending"):
            ending.set("print-object", "no")


def _mirror_barlines(measure: etree._Element, model: etree._Element) -> None:
    for barline in measure.findall("barline"):
        measure.remove(barline)
    for location in ("right", "left"):
        for barline in model.iterfind("barline"):
            copied = _bare_copy(barline)
            if barline.get("location", "right") == location and len(copied):
                measure.insert(0 if location == "left" else len(measure), copied)


def _bare_copy(barline: etree._Element) -> etree._Element:
    """The barline without the content of a single staff: fermatas, segni, layout, ids."""
    copied = etree.Element("barline", {"location": barline.get("location", "right")})
    found = [next((child for child in barline.iterfind(tag) if _is_sound(child)), None) for tag in _MIRRORED_BARLINE]
    copied.extend([deepcopy(child) for child in found if child is not None])
    for child in copied:
        child.tail = None
        for name in [name for name in child.attrib if name == "id" or "-x" in name or "-y" in name]:
            del child.attrib[name]
    return copied


def _is_sound(item: etree._Element) -> bool:
    """Whether the content of a barline has valid values, so that a copy of it is no new fault."""
    if item.tag == "ending":
        return item.get("type") in _ENDINGS and _NUMBERS.fullmatch(item.get("number", "x")) is not None
    if item.tag == "repeat":
        return item.get("direction") in ("backward", "forward") and item.get("times", "2").isdigit()
    return (item.text or "").strip() in BAR_STYLES


def _declare(root: etree._Element, entry: PartEntry, previous: Part | None, score: Score) -> None:
    """Insert a <score-part> after that of the previous part, outside groups to which it does not belong."""
    listing = root.find("part-list")
    if listing is None or listing.find(f"score-part[@id='{entry.id}']") is not None:
        return
    if previous is None:
        insert(listing, _first_place(listing, entry.part, score), score_part(entry))
        return
    place = _declaration(listing, previous.id)
    if place is None:
        insert(listing, 0, score_part(entry))
        return
    for following in place.itersiblings():
        if entry.part.group == previous.group or not is_group(following, "stop"):
            break
        place = following
    insert_after(place, score_part(entry))


def _first_place(listing: etree._Element, part: Part, score: Score) -> int:
    """Index 0, or inside the group of the following part if both parts have the same group."""
    follower = score.parts[score.parts.index(part) + 1]
    declared = next((child for child in listing if child.get("id") == follower.id), None)
    inside = declared is not None and part.group is not None and part.group == follower.group
    return listing.index(declared) if declared is not None and inside else 0


def _declaration(listing: etree._Element, part_id: str) -> etree._Element | None:
    """The declaration of a part, else the last one; None in a list without any."""
    every = listing.findall("score-part")
    return next((child for child in every if child.get("id") == part_id), every[-1] if every else None)


def _place_body(root: etree._Element, body: etree._Element, previous: etree._Element | None) -> None:
    first = next((index for index, child in enumerate(root) if child.tag == "part"), len(root))
    insert(root, first if previous is None else list(root).index(previous) + 1, body)
