"""Measures in which a key or time signature changes, as two measures without a barline between them.

Verovio draws such a signature at the start of the measure. Its copy of the document therefore gets a measure that ends
where the signature changes; notes that sound across that place are tied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction

from lxml import etree

from scoregen.score.rhythm import NoteValue

_MOVES = ("backup", "forward")


@dataclass(frozen=True, slots=True)
class _Item:
    """A child of a measure between two divisions of it; `length` is 0 for all but notes."""

    element: etree._Element
    onset: int
    length: int


def split_at_changes(root: etree._Element) -> None:
    """Split the measures of all parts where a signature changes inside; one that cannot be split stays as it is."""
    parts = [list(part.iterfind("measure")) for part in root.iterfind("part")]
    divisions = [_divisions(part) for part in parts]
    for index in range(max(map(len, parts), default=0)):
        column = [(part[index], divisions[order][index]) for order, part in enumerate(parts) if index < len(part)]
        places = sorted({place for measure, units in column for place in _changes(measure, units)}, reverse=True)
        for place in places:
            _split_column(column, place)


def _divisions(part: Sequence[etree._Element]) -> list[int | None]:
    """Divisions per quarter of each measure; None for one inside which they change, or that has none."""
    found: list[int | None] = []
    now: int | None = None
    for measure in part:
        texts = [(text or "").strip() for text in (item.text for item in measure.iterfind("attributes/divisions"))]
        if texts:
            now = int(texts[-1]) if texts[-1].isdigit() and int(texts[-1]) else None
        first = next((child for child in measure if child.tag == "note"), None)
        later = list(first.itersiblings()) if first is not None else []
        found.append(None if any(item.find("divisions") is not None for item in later) else now)
    return found


def _changes(measure: etree._Element, divisions: int | None) -> Iterator[Fraction]:
    """The places, in quarters, at which a signature is inside a measure and not at its start or end."""
    if divisions is None:
        return
    items = list(_items(measure))
    end = max((item.onset + item.length for item in items), default=0)
    for item in items:
        if 0 < item.onset < end and _has_signature(item.element):
            yield Fraction(item.onset, divisions)


def _has_signature(element: etree._Element) -> bool:
    return element.tag == "attributes" and any(child.tag in ("key", "time") for child in element)


def _items(measure: etree._Element) -> Iterator[_Item]:
    """The children without <backup> and <forward>; chord members have the onset of the first note."""
    now = chord = 0
    for child in measure:
        length = _ticks(child) if child.find("grace") is None else 0
        if child.tag in _MOVES:
            now = max(now + (length if child.tag == "forward" else -length), 0)
        elif child.tag == "note" and child.find("chord") is not None:
            yield _Item(child, chord, length)
        elif child.tag == "note":
            yield _Item(child, now, length)
            chord, now = now, now + length
        elif isinstance(child.tag, str):
            yield _Item(child, now, 0)


def _ticks(element: etree._Element) -> int:
    text = (element.findtext("duration") or "0").strip()
    return int(text) if text.isdigit() else 0


def _split_column(column: Sequence[tuple[etree._Element, int | None]], place: Fraction) -> None:
    """Split a measure of all parts at one place, or none if a part has no whole division there."""
    ticks = [None if units is None else place * units for _, units in column]
    if any(tick is None or tick.denominator != 1 for tick in ticks):
        return
    halves = [
        _halves(list(_items(measure)), int(tick), units)
        for (measure, units), tick in zip(column, ticks, strict=True)
        if tick is not None and units is not None
    ]
    whole = [half for half in halves if half is not None]
    if len(whole) == len(column):
        for (measure, _), half in zip(column, whole, strict=True):
            _write(measure, *half)


def _halves(items: Sequence[_Item], tick: int, divisions: int) -> tuple[list[_Item], list[_Item]] | None:
    """The items before and after a tick, with longer notes in both; None if a part of a note has no plain value."""
    before: list[_Item] = []
    after: list[_Item] = []
    for item in items:
        is_right = item.element.tag == "barline" and item.element.get("location", "right") == "right"
        if item.onset >= tick or is_right:
            after.append(_Item(item.element, max(item.onset - tick, 0), item.length))
        elif item.onset + item.length <= tick:
            before.append(item)
        else:
            first = _piece(item.element, tick - item.onset, divisions, starts=True)
            last = _piece(item.element, item.onset + item.length - tick, divisions, starts=False)
            if first is None or last is None:
                return None
            before.append(_Item(first, item.onset, tick - item.onset))
            after.append(_Item(last, 0, item.onset + item.length - tick))
    return before, after


def _piece(note: etree._Element, length: int, divisions: int, *, starts: bool) -> etree._Element | None:
    """The first or the last piece of a note, tied to the other."""
    value = NoteValue.of(Fraction(length, divisions))
    if value.is_tuplet or note.find("time-modification") is not None:
        return None
    piece = deepcopy(note)
    _set_text(piece, "duration", str(length))
    kind = piece.find("type")
    if kind is not None:
        for dot in piece.findall("dot"):
            piece.remove(dot)
        kind.text = value.type
        for _ in range(value.dots):
            kind.addnext(etree.Element("dot"))
    for tag in ("beam", "lyric") if not starts else ("beam",):
        for found in piece.findall(tag):
            piece.remove(found)
    if not starts and "id" in piece.attrib:
        del piece.attrib["id"]
    if note.find("rest") is None:
        _tie(piece, "start" if starts else "stop")
    return piece


def _set_text(note: etree._Element, tag: str, text: str) -> None:
    element = note.find(tag)
    if element is not None:
        element.text = text


def _tie(note: etree._Element, kind: str) -> None:
    """Tie a piece to the other, and remove the marks that belong to the other piece."""
    for found in [*note.findall("tie"), *note.findall("notations/tied")]:
        parent = found.getparent()
        if found.get("type") == kind and parent is not None:
            parent.remove(found)
    notations = note.find("notations")
    if notations is None:
        notations = etree.Element("notations")
        place = next((index for index, child in enumerate(note) if child.tag in ("lyric", "play", "listen")), len(note))
        note.insert(place, notations)
    for mark in [mark for mark in notations if mark.tag != "tied" and (mark.tag == "fermata") == (kind == "start")]:
        notations.remove(mark)
    notations.insert(0, etree.Element("tied", {"type": kind}))
    duration = note.find("duration")
    if duration is not None:
        duration.addnext(etree.Element("tie", {"type": kind}))


def _write(measure: etree._Element, before: Sequence[_Item], after: Sequence[_Item]) -> None:
    """Write both halves: the first into the measure, the second into a new one behind it."""
    second = etree.Element("measure", {"number": measure.get("number", ""), "implicit": "yes"})
    tail = measure.tail
    for child in list(measure):
        measure.remove(child)
    bars = [item for item in after if item.element.tag == "barline" and item.element.get("location") == "middle"]
    _fill(measure, before)
    bar = etree.SubElement(measure, "barline", {"location": "right"})
    style = bars[0].element.findtext("bar-style") if bars else None
    etree.SubElement(bar, "bar-style").text = style or "none"
    _fill(second, [item for item in after if item not in bars])
    measure.addnext(second)
    measure.tail, second.tail = tail, tail


def _fill(measure: etree._Element, items: Sequence[_Item]) -> None:
    """Append items, with a <backup> or <forward> wherever the onset is not that of the cursor."""
    now = 0
    for item in items:
        in_chord = item.element.find("chord") is not None
        if not in_chord and item.onset != now and item.element.tag != "barline":
            move = etree.SubElement(measure, "backup" if item.onset < now else "forward")
            etree.SubElement(move, "duration").text = str(abs(item.onset - now))
            now = item.onset
        item.element.tail = None
        measure.append(item.element)
        now += 0 if in_chord else item.length
