"""Removes what the libraries invent in the MusicXML that they write, and names what they leave without a name."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from scoregen.notation.musicxml.document import parse, serialize

if TYPE_CHECKING:
    from lxml.etree import _Element

_INVENTED = ("Music21 Fragment", "Music21", "music21")
_RAW_HEADER = "meiraw:"
_BARLINE_ORDER = ("bar-style", "wavy-line", "segno", "coda", "fermata", "ending", "repeat")
_LINE = "_"


def tidy(text: bytes, file: str) -> bytes:
    """The MusicXML of a library with short ids, names, melisma lines, an implicit anacrusis and a bracket.

    Equal files give equal bytes.
    """
    root = parse(text, file)
    remove_inventions(root)
    _remove_invalid(root)
    rename_ids(root)
    _name_parts(root)
    _group_parts(root)
    for part in root.iterfind("part"):
        _tidy_lyrics(part)
    _mark_anacrusis(root)
    return serialize(root)


def _remove(element: _Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def remove_inventions(root: _Element) -> None:
    """Remove the title, the composer and the date that a library invents."""
    for tag in ("movement-title", "identification/creator", "work/work-title"):
        for element in root.findall(tag):
            if (element.text or "").strip() in _INVENTED:
                _remove(element)
    for element in root.findall("identification/encoding/encoding-date"):
        _remove(element)
    for element in root.findall("identification/miscellaneous/miscellaneous-field"):
        if element.get("name", "").startswith(_RAW_HEADER):
            _remove(element)
    for element in root.findall("identification/miscellaneous"):
        if not len(element):
            _remove(element)
    title, movement = root.find("work/work-title"), root.find("movement-title")
    if title is not None and movement is not None and title.text == movement.text:
        _remove(movement)


def _remove_invalid(root: _Element) -> None:
    """Remove attributes that the schema does not have, and put the content of barlines in its order."""
    for fermata in root.iter("fermata"):
        fermata.attrib.pop("placement", "")
    for element in root.iter("note", "direction", "measure", "harmony"):
        element.attrib.pop("id", "")
    for barline in root.iter("barline"):
        barline[:] = sorted(barline, key=lambda child: _BARLINE_ORDER.index(child.tag))


def rename_ids(root: _Element) -> None:
    """P1, P2 for parts, P1-I1 for instruments."""
    names: dict[str, str] = {}
    for number, part in enumerate(root.iter("score-part"), start=1):
        names[part.get("id", "")] = f"P{number}"
        for index, instrument in enumerate(part.iterfind("score-instrument"), start=1):
            names[instrument.get("id", "")] = f"P{number}-I{index}"
    for element in root.iter("score-part", "part", "score-instrument", "midi-instrument", "midi-device", "instrument"):
        if element.get("id") in names:
            element.set("id", names[element.get("id", "")])


def _name_parts(root: _Element) -> None:
    """Each of several parts has a name: its own, its instrument's, or its number."""
    parts = root.findall("part-list/score-part")
    for number, part in enumerate(parts, start=1):
        name = part.find("part-name")
        if len(parts) > 1 and name is not None and not (name.text or "").strip():
            name.text = (part.findtext("score-instrument/instrument-name") or "").strip() or f"Part {number}"


def _group_parts(root: _Element) -> None:
    """No bracket around one part; one around several that have none."""
    part_list = root.find("part-list")
    if part_list is None:
        return
    for number in {group.get("number", "1") for group in part_list.iterfind("part-group")}:
        _remove_small_groups(part_list, number)
    if len(part_list) > 1 and part_list.find("part-group") is None:
        start, symbol = (root.makeelement(tag, {}) for tag in ("part-group", "group-symbol"))
        start.attrib.update({"type": "start", "number": "1"})
        symbol.text = "bracket"
        start.append(symbol)
        part_list.insert(0, start)
        part_list.append(root.makeelement("part-group", {"type": "stop", "number": "1"}))


def _remove_small_groups(part_list: _Element, number: str) -> None:
    """Remove the groups of a number that have one part."""
    start, inside = None, 0
    for element in list(part_list):
        if element.tag == "score-part":
            inside += 1
        elif element.get("number", "1") == number and element.get("type") == "start":
            start, inside = element, 0
        elif element.get("number", "1") == number and start is not None:
            if inside < 2:
                part_list.remove(start)
                part_list.remove(element)
            start = None


def _tidy_lyrics(part: _Element) -> None:
    """A melisma line for an underscore, and no hyphens in the text of syllables."""
    last: dict[str, _Element] = {}
    for lyric in part.iter("lyric"):
        text, verse = lyric.find("text"), lyric.get("number", "1")
        if text is None or not text.text:
            continue
        if text.text.strip() != _LINE:
            _remove_hyphens(text, lyric.findtext("syllabic"))
            last[verse] = lyric
            continue
        for child in list(lyric):
            lyric.remove(child)
        lyric.append(lyric.makeelement("extend", {"type": "stop"}))
        if verse in last and last[verse].find("extend") is None:
            last[verse].append(lyric.makeelement("extend", {}))


def _remove_hyphens(text: _Element, syllabic: str | None) -> None:
    if syllabic in ("middle", "end"):
        text.text = (text.text or "").removeprefix("-")
    if syllabic in ("begin", "middle"):
        text.text = (text.text or "").removesuffix("-")


def _mark_anacrusis(root: _Element) -> None:
    """The first measure is implicit if it is shorter than its metre in every part."""
    firsts = [part.find("measure") for part in root.iterfind("part")]
    if firsts and all(first is not None and _is_short(first) for first in firsts):
        for first in firsts:
            if first is not None:
                first.set("implicit", "yes")


def _is_short(measure: _Element) -> bool:
    time, divisions = measure.find("attributes/time"), measure.findtext("attributes/divisions")
    if time is None or divisions is None or measure.getnext() is None:
        return False
    beats, unit = time.findtext("beats") or "", time.findtext("beat-type") or ""
    if not (beats.isdigit() and unit.isdigit() and divisions.isdigit() and int(unit)):
        return False
    return _longest(measure) < Fraction(4 * int(beats), int(unit)) * int(divisions)


def _longest(measure: _Element) -> int:
    return max(_positions(measure), default=0)


def _positions(measure: _Element) -> Iterator[int]:
    now = 0
    for item in measure:
        length = int(item.findtext("duration") or 0)
        is_time = item.tag in ("note", "forward") and item.find("chord") is None and item.find("grace") is None
        now += -length if item.tag == "backup" else length if is_time else 0
        yield now
