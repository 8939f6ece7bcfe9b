"""The header of a score: the parts with their instruments and groups, and the metadata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from scoregen.notation.musicxml.read.values import lenient_integer, optional_number, text_of
from scoregen.score.elements import Instrument, Metadata
from scoregen.system.errors import ReadError

_PERCUSSION_CHANNEL = "10"


@dataclass(frozen=True, slots=True)
class PartHeader:
    """A part of the part list; `instrument_names` are pairs of id and name."""

    id: str
    name: str = ""
    abbreviation: str = ""
    instrument: Instrument | None = None
    group: str | None = None
    instrument_names: tuple[tuple[str, str], ...] = ()
    other_instruments: tuple[Instrument, ...] = ()


@dataclass(frozen=True, slots=True)
class _Group:
    number: str
    name: str
    bracket: bool


def read_metadata(root: etree._Element) -> Metadata:
    """Titles, creators and rights; several of one kind are joined."""
    return Metadata(
        title=text_of(root.find("work/work-title")),
        movement=text_of(root.find("movement-title")),
        composer=_join_creators(root, ("composer",)),
        lyricist=_join_creators(root, ("lyricist", "poet")),
        rights="; ".join(filter(None, map(text_of, root.iterfind("identification/rights")))) or None,
        miscellaneous=tuple(_miscellaneous(root)),
    )


def _join_creators(root: etree._Element, kinds: tuple[str, ...]) -> str | None:
    creators = root.iterfind("identification/creator")
    names = [text_of(creator) for creator in creators if creator.get("type", "composer") in kinds]
    return "; ".join(filter(None, names)) or None


def _miscellaneous(root: etree._Element) -> Iterator[tuple[str, str]]:
    for field in root.iterfind("identification/miscellaneous/miscellaneous-field"):
        yield field.get("name", ""), text_of(field) or ""


def read_part_list(root: etree._Element) -> tuple[PartHeader, ...]:
    """The parts in score order."""
    parts: list[PartHeader] = []
    groups: list[_Group] = []
    names: Counter[str] = Counter()
    part_list = root.find("part-list")
    for element in part_list if part_list is not None else ():
        if element.tag == "part-group":
            groups = _with_group(groups, element, names)
        elif element.tag == "score-part":
            parts.append(_read_part(element, groups))
    twice = next((part_id for part_id, count in Counter(part.id for part in parts).items() if count > 1), None)
    if twice is not None:
        raise ReadError(f"the part list has part {twice!r} twice; every id must be unique")
    return tuple(parts)


def _with_group(groups: list[_Group], element: etree._Element, names: Counter[str]) -> list[_Group]:
    """The open groups after an element. `names` counts their names: the second of a name is `bracket 2`."""
    number = element.get("number", "1")
    rest = [group for group in groups if group.number != number]
    if element.get("type") != "start":
        return rest
    symbol = text_of(element.find("group-symbol")) or "none"
    name = text_of(element.find("group-name")) or symbol
    names[name] += 1
    own = f"{name} {names[name]}" if names[name] > 1 else name
    return [*rest, _Group(number, own, symbol != "none")]


def _read_part(element: etree._Element, groups: list[_Group]) -> PartHeader:
    brackets = [group.name for group in groups if group.bracket]
    return PartHeader(
        id=element.get("id", ""),
        name=text_of(element.find("part-name")) or "",
        abbreviation=text_of(element.find("part-abbreviation")) or "",
        instrument=_read_instrument(element),
        group=brackets[-1] if brackets else None,
        instrument_names=tuple(_instrument_names(element)),
        other_instruments=tuple(_other_instruments(element)),
    )


def _instrument_names(element: etree._Element) -> Iterator[tuple[str, str]]:
    for instrument in element.iterfind("score-instrument"):
        own_id = instrument.get("id", "")
        yield own_id, text_of(instrument.find("instrument-name")) or own_id


def _read_instrument(element: etree._Element) -> Instrument | None:
    """The first instrument of the part."""
    instrument, midi = element.find("score-instrument"), element.find("midi-instrument")
    if instrument is None and midi is None:
        return None
    name = text_of(instrument.find("instrument-name")) if instrument is not None else None
    return _instrument(name or "", instrument, midi)


def _other_instruments(element: etree._Element) -> Iterator[Instrument]:
    """The instruments after the first, by the names in `instrument_names`."""
    sounds = {midi.get("id"): midi for midi in element.iterfind("midi-instrument")}
    for instrument, (own_id, name) in list(
        zip(element.iterfind("score-instrument"), _instrument_names(element), strict=True)
    )[1:]:
        yield _instrument(name, instrument, sounds.get(own_id))


def _instrument(name: str, instrument: etree._Element | None, midi: etree._Element | None) -> Instrument:
    return Instrument(
        name=name,
        sound=text_of(instrument.find("instrument-sound")) if instrument is not None else None,
        midi_program=_program(midi),
        percussion=midi is not None and _is_percussion(midi),
        midi_unpitched=_unpitched_key(midi),
    )


def _program(midi: etree._Element | None) -> int:
    text = text_of(midi.find("midi-program")) if midi is not None else None
    return lenient_integer(text, 1, 1, 128)


def _unpitched_key(midi: etree._Element | None) -> int | None:
    key = optional_number(text_of(midi.find("midi-unpitched"))) if midi is not None else None
    return int(key) if key is not None and 1 <= key <= 128 else None


def _is_percussion(midi: etree._Element) -> bool:
    return text_of(midi.find("midi-channel")) == _PERCUSSION_CHANNEL or midi.find("midi-unpitched") is not None
