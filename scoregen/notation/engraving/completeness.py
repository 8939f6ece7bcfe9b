"""What verovio drew, compared with the document: every note, rest, syllable and mark must be on a page.

Notes, measures, slurs, hairpins, fermatas and dynamics at notes get ids in verovio's copy, by which they are found in
the SVG; syllables are found at their notes. Verovio 6.4 gives new ids to what it makes of a <direction> other than
hairpins, of a <harmony>, of a <figured-bass> and of a <tuplet>: these are counted measure by measure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scoregen.notation.engraving.normalisation import condensed_measures, is_verse_number, rests
from scoregen.score.check import Problem
from scoregen.system.errors import Place

if TYPE_CHECKING:
    from lxml.etree import _Element

KINDS = {
    "note": "notes",
    "rest": "rests",
    "syllable": "syllables",
    "chord symbol": "chord symbols",
    "figured bass": "figured basses",
    "dynamic": "dynamics",
    "text": "texts",
    "rehearsal mark": "rehearsal marks",
    "fermata": "fermatas",
    "tuplet": "tuplets",
    "slur": "slurs",
    "hairpin": "hairpins",
}
"""Singular and plural, in the order of a notice."""

_ELEMENTS = {"note": "note", "rest": "rest", "mRest": "rest"}
_MARKS = {
    "harm": "chord symbol",
    "fb": "figured bass",
    "dynam": "dynamic",
    "dir": "text",
    "tempo": "text",
    "reh": "rehearsal mark",
    "fermata": "fermata",
    "tuplet": "tuplet",
    "slur": "slur",
    "hairpin": "hairpin",
}
_CLASSES = "|".join(("measure", "chord", "syl", *_ELEMENTS, *_MARKS))
_GROUP = re.compile(rf'<g (?:data-)?id="([^"]*)" (?:data-)?class="({_CLASSES})[" ][^>]*>(?!</g>)')
_LOUDNESS = re.compile("cresc|dim|decresc")

Key = tuple[str, str]
"""A kind, and the id of a note, rest or mark, of the first note of a syllable's chord, or of a mark's measure."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """What pages must show: how often each key, the first place of each, and the first note of each chord's others."""

    counts: Counter[Key]
    places: dict[Key, Place]
    heads: dict[str, str]


def take_inventory(root: _Element, prefix: str, *, condensed: bool = False) -> Inventory:
    """Give every note and measure without an id of its own an id that begins with `prefix`; what pages must show.

    Rests in tablature, which verovio draws without ids, are left out, and in a condensed score whole measures of rest.
    """
    inventory = Inventory(Counter(), {}, {})
    taken: set[str] = set()
    measures: list[str] = []
    names, multirests = _part_names(root), condensed_measures(root)
    for number, part in enumerate(root.findall("part")):
        lines = _complete_lines(part)
        tablature = any((sign.text or "") == "TAB" for sign in part.iter("sign"))
        for index, measure in enumerate(part.findall("measure")):
            if index == len(measures):
                measures.append(_identify(measure, f"{prefix}m{index}", taken))
            if index in multirests:
                continue
            place = Place(part=names.get(part.get("id", "")), measure=measure.get("number"))
            without_rests = tablature or (condensed and rests(measure))
            for key in _measure_items(measure, measures[index], f"{prefix}p{number}m{index}n", taken, inventory, lines):
                if not (without_rests and key[0] == "rest"):
                    inventory.counts[key] += 1
                    inventory.places.setdefault(key, place)
    return inventory


def missing(inventory: Inventory, pages: Iterable[str]) -> tuple[Problem, ...]:
    """One problem that names what no page shows: its kinds, numbers and first place; none if nothing is missing."""
    drawn = _drawn(pages, inventory)
    lost = {key: count - drawn[key] for key, count in inventory.counts.items() if drawn[key] < count}
    if not lost:
        return ()
    numbers = Counter[str]()
    for (kind, _), count in lost.items():
        numbers[kind] += count
    counts = [f"{numbers[one]} {one if numbers[one] == 1 else many}" for one, many in KINDS.items() if one in numbers]
    message = f"the pages lack {_list(counts)}, which the engraver verovio cannot draw; other output files have them"
    return (Problem(inventory.places[next(iter(lost))], message),)


def _drawn(pages: Iterable[str], inventory: Inventory) -> Counter[Key]:
    """How often each key is drawn; a slur that goes on in the next system is one."""
    found: Counter[Key] = Counter()
    heads = inventory.heads
    measure = note = ""
    waiting = 0  # the syllables of a chord come before its notes
    for page in pages:
        for name, group in _GROUP.findall(page):
            if group == "measure":
                measure = name
            elif group == "chord":
                note = ""
            elif group in _ELEMENTS:
                found["syllable", heads.get(name, name)] += waiting
                found[_ELEMENTS[group], name] = 1
                note, waiting = name, 0
            elif (own := (_MARKS.get(group, ""), name)) in inventory.counts:
                found[own] = 1
            elif group != "syl":
                found[_MARKS[group], measure] += 1
            elif note:
                found["syllable", heads.get(note, note)] += 1
            else:
                waiting += 1
    return found


def _complete_lines(part: _Element) -> set[_Element]:
    """The beginnings of slurs and hairpins that end later in the part, behind a note."""
    complete: set[_Element] = set()
    begun: dict[tuple[str, str], tuple[_Element, int]] = {}
    time = 0
    for item in part.iterfind("measure/*"):
        for line in item.iterfind("notations/slur" if item.tag == "note" else "direction-type/wedge"):
            name, kind = (line.tag, line.get("number", "1")), line.get("type")
            if kind == "stop" and name in begun:
                beginning, begun_at = begun.pop(name)
                complete |= {beginning} if time > begun_at else set()
            elif kind in ("start", "crescendo", "diminuendo") and line.get("print-object") != "no":
                begun[name] = (line, time)
        time += item.tag in ("note", "forward") and item.find("chord") is None
    return complete


def _measure_items(
    measure: _Element, key: str, prefix: str, taken: set[str], inventory: Inventory, lines: Container[_Element]
) -> Iterator[Key]:
    head = ""
    for index, child in enumerate(measure):
        if child.tag == "note":
            name = _identify(child, f"{prefix}{index}", taken)
            if child.find("chord") is None:
                head = name
            else:
                inventory.heads[name] = head
            yield from _note_items(child, name, head, key)
            yield from _marks_of_note(child, name, taken, lines)
        elif child.tag == "direction":
            yield from ((kind, key) for kind in _direction_kinds(child))
            for at, wedge in enumerate(child.iterfind("direction-type/wedge")):
                if wedge in lines:
                    yield "hairpin", _identify(wedge, f"{prefix}{index}w{at}", taken)
        elif child.tag == "harmony":
            yield "chord symbol", key
        elif child.tag == "figured-bass" and child.get("print-object") != "no":
            yield from (("figured bass", key) for number in child.findall("figure/figure-number")[:1] if number.text)


def _note_items(note: _Element, name: str, head: str, measure: str) -> Iterator[Key]:
    if note.get("print-object") != "no" and note.findtext("notehead") != "none":
        yield ("rest" if note.find("rest") is not None else "note"), name
    for lyric in note.findall("lyric"):
        if lyric.get("print-object") != "no":
            yield from (
                ("syllable", head) for text in lyric.findall("text") if text.text and not is_verse_number(text.text)
            )
    for notations in note.findall("notations"):
        if notations.get("print-object") != "no" and note.find("chord") is None:
            yield from (("tuplet", measure) for each in notations.findall("tuplet") if each.get("type") == "start")


def _marks_of_note(note: _Element, name: str, taken: set[str], lines: Container[_Element]) -> Iterator[Key]:
    """The marks at a note to which verovio leaves their ids."""
    for notations in note.findall("notations"):
        if notations.get("print-object") == "no":
            continue
        for at, mark in enumerate(notations):
            if mark.tag in ("fermata", "dynamics") or mark in lines:
                kind = "dynamic" if mark.tag == "dynamics" else str(mark.tag)
                yield kind, _identify(mark, f"{name}{mark.tag[0]}{at}", taken)


def _direction_kinds(direction: _Element) -> Iterator[str]:
    """What verovio makes of a direction: words beside a dynamic, and words for a change of loudness, are dynamics."""
    shown = [child for child in direction.iterfind("direction-type/*") if child.get("print-object") != "no"]
    tags = {child.tag for child in shown}
    words = next((child.text or "" for child in shown if child.tag == "words"), "")
    sound = direction.find("sound")
    if "dynamics" in tags or (words and (_LOUDNESS.match(words) or (sound is not None and sound.get("dynamics")))):
        yield "dynamic"
    elif words or "metronome" in tags:
        yield "text"
    if "rehearsal" in tags:
        yield "rehearsal mark"


def _identify(element: _Element, name: str, taken: set[str]) -> str:
    """The element's own id if it is the first of its name, else a new one."""
    own = element.get("id")
    if not own or own in taken:
        own = name
        element.set("id", own)
    taken.add(own)
    return own


def _part_names(root: _Element) -> dict[str, str]:
    declared = root.iterfind("part-list/score-part")
    return {part.get("id", ""): (part.findtext("part-name") or "").strip() or part.get("id", "") for part in declared}


def _list(counts: Sequence[str]) -> str:
    return " and ".join((", ".join(counts[:-1]), counts[-1])) if len(counts) > 1 else counts[0]
