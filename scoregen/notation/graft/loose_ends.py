"""Closes or removes the ends that replaced notes leave behind: ties, slurs, glissandi, tuplet brackets, beams.

A slur or bracket is shortened to the given notes that remain next to its end, if there are two or more; else the end
is removed. Hairpins, pedals and other lines belong to directions, which stay when notes are replaced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lxml import etree

from scoregen.notation.musicxml.insertion import insert, replace_children
from scoregen.notation.musicxml.write.elements import add
from scoregen.notation.validation.spanners import in_order
from scoregen.notation.validation.walk import DocumentNote, walk
from scoregen.system.wording import counted

_LINES = ("slur", "glissando", "slide", "tuplet")
_NAMES = {"slur": "slur", "glissando": "glissando", "slide": "slide", "tuplet": "tuplet bracket", "tie": "tie"}
_SHORTENED = ("slur", "tuplet")
_CONTENT = (
    ("lyric/text", "syllable"),
    ("notations/fermata", "fermata"),
    ("notations/dynamics", "dynamic mark"),
)
_ORDER = ("tie", "slur", "glissando", "slide", "tuplet")


class _Pair(NamedTuple):
    """A line between two notes of a part: its tag, both ends, and the notes of its first voice from end to end."""

    tag: str
    number: str
    start: etree._Element
    stop: etree._Element
    between: tuple[etree._Element, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines and beams of a part before notes are replaced, and the texts and fermatas of its notes."""

    pairs: tuple[_Pair, ...]
    beams: tuple[tuple[str, tuple[etree._Element, ...]], ...]
    notes: tuple[etree._Element, ...]
    names: tuple[str, ...]
    """The number of the measure of each note."""


def read_lines(body: etree._Element) -> Lines:
    """The lines of a part."""
    measures = walk(body, "")
    placed = [(index, note) for index, measure in enumerate(measures) for note in measure.notes]
    placed.sort(key=lambda item: (item[0], item[1].onset))
    pairs = [*_ties(placed), *(pair for tag in _LINES for pair in _numbered(tag, placed))]
    names = tuple(note.place.measure or "" for _, note in placed)
    return Lines(tuple(pairs), tuple(_beams(placed)), tuple(note.element for _, note in placed), names)


_Placed = Sequence[tuple[int, DocumentNote]]


def _ties(placed: _Placed) -> Iterator[_Pair]:
    """Each tie with the next note of its pitch that a tie enters."""
    opened: dict[tuple[str | None, ...], etree._Element] = {}
    for _, note in placed:
        kinds = {tie.get("type") for tie in (*note.element.iterfind("tie"), *note.element.iterfind("notations/tied"))}
        pitch = tuple(child.text for child in note.element.iterfind("pitch/*"))
        if "stop" in kinds and pitch in opened:
            yield _Pair("tie", "1", opened.pop(pitch), note.element, ())
        if "start" in kinds:
            opened[pitch] = note.element


def _numbered(tag: str, placed: _Placed) -> Iterator[_Pair]:
    """Each stop with the last open start of its number, in its voice if there is one; the rest in order."""
    opened: list[tuple[str, int]] = []
    left: list[tuple[str, int]] = []
    for order, (_, note) in enumerate(placed):
        for mark in in_order(note.element.findall(f"notations/{tag}")):
            number = mark.get("number", "1")
            if mark.get("type") == "start":
                opened.append((number, order))
                continue
            same = [item for item in opened if item[0] == number]
            own = [item for item in same if placed[item[1]][1].voice == note.voice] or same
            if mark.get("type") == "stop" and own:
                opened.remove(own[-1])
                yield _pair(tag, number, placed, own[-1][1], order)
            elif mark.get("type") == "stop":
                left.append((number, order))
    for number, order in left:
        start = next((item for item in opened if item[0] == number), None)
        if start is not None:
            opened.remove(start)
            yield _pair(tag, number, placed, start[1], order)


def _pair(tag: str, number: str, placed: _Placed, first: int, last: int) -> _Pair:
    voice = placed[first][1].voice
    row = [placed[first][1], *(note for _, note in placed[first + 1 : last] if note.voice == voice), placed[last][1]]
    plain = tuple(note.element for note in row if not note.in_chord and note.rest is None)
    return _Pair(tag, number, placed[first][1].element, placed[last][1].element, plain)


def _beams(placed: _Placed) -> Iterator[tuple[str, tuple[etree._Element, ...]]]:
    """The notes under each beam of each level."""
    opened: dict[tuple[str, bool, str], list[etree._Element]] = {}
    for _, note in placed:
        for beam in note.element.iterfind("beam"):
            level, word = beam.get("number", "1"), (beam.text or "").strip()
            key = (note.voice, note.is_grace, level)
            if word == "begin":
                opened[key] = [note.element]
            elif word in ("continue", "end") and key in opened:
                opened[key].append(note.element)
            if word == "end" and key in opened:
                yield level, tuple(opened.pop(key))


def close_loose_ends(body: etree._Element, lines: Lines, part_name: str) -> tuple[str, ...]:
    """Close or remove what has lost an end. Returns a notice if something changed or was lost with the old notes."""
    left = set(body.iter("note"))
    numbers = dict(zip(lines.notes, lines.names, strict=True))
    done: Counter[tuple[str, str]] = Counter()
    places: list[str] = []
    for pair in lines.pairs:
        if (pair.start in left) != (pair.stop in left):
            done[pair.tag, _close(pair, left)] += 1
            places.append(numbers[pair.start if pair.start in left else pair.stop])
    for level, group in lines.beams:
        if any(note in left for note in group) and any(note not in left for note in group):
            _rebeam(level, group, left)
    known = set(lines.notes)
    gone = [note for note in lines.notes if note not in left]
    said = [*_changes(done, places), *_losses(gone, [note for note in left if note not in known])]
    return (f"{part_name}: {'; '.join(said)}",) if said else ()


def _close(pair: _Pair, left: set[etree._Element]) -> str:
    """Shorten the line to the notes that are left at its remaining end, or remove the end."""
    from_start = pair.start in left
    owner = pair.start if from_start else pair.stop
    row = pair.between if from_start else pair.between[::-1]
    kept: list[etree._Element] = []
    for note in row:
        if note not in left:
            break
        kept.append(note)
    if pair.tag in _SHORTENED and len(kept) > 1:
        _add_end(kept[-1], pair.tag, "stop" if from_start else "start", pair.number)
        return "shortened"
    _remove_end(owner, pair.tag, "start" if from_start else "stop", pair.number)
    return "left out"


def _add_end(note: etree._Element, tag: str, kind: str, number: str) -> None:
    notations = note.find("notations")
    if notations is None:
        notations = etree.Element("notations")
        following = next((child for child in note if child.tag in ("lyric", "play", "listen")), None)
        place = note.index(following) if following is not None else len(note)
        insert(note, place, notations)
    add(notations, tag, attributes={"type": kind, "number": number})


def _remove_end(note: etree._Element, tag: str, kind: str, number: str) -> None:
    """Remove the ends of a line on a note; <notations> without content go too."""
    paths = ("tie", "notations/tied") if tag == "tie" else (f"notations/{tag}",)
    for found in [mark for path in paths for mark in note.iterfind(path)]:
        if found.get("type") == kind and (tag == "tie" or found.get("number", "1") == number):
            _remove(found)
    for notations in note.findall("notations"):
        if len(notations) == 0:
            _remove(notations)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        replace_children(parent, [child for child in parent if child is not element])


def _rebeam(level: str, group: Sequence[etree._Element], left: set[etree._Element]) -> None:
    """Beam each run of remaining notes anew; a note alone loses the beam."""
    runs: list[list[etree._Element]] = [[]]
    for note in group:
        if note in left:
            runs[-1].append(note)
        elif runs[-1]:
            runs.append([])
    for run in runs:
        for order, note in enumerate(run):
            beam = next(mark for mark in note.iterfind("beam") if mark.get("number", "1") == level)
            if len(run) == 1:
                _remove(beam)
            else:
                beam.text = "begin" if order == 0 else "end" if order == len(run) - 1 else "continue"


def _changes(done: Counter[tuple[str, str]], places: Iterable[str]) -> Iterator[str]:
    if not done:
        return
    listed = ", ".join(
        f"{counted(done[tag, what], _NAMES[tag])} {what}"
        for tag in _ORDER
        for what in ("shortened", "left out")
        if done[tag, what]
    )
    where = list(dict.fromkeys(places))
    yield f"{listed}, whose other end was replaced (measure{'s' * (len(where) > 1)} {', '.join(where)})"


def _losses(gone: Sequence[etree._Element], new: Sequence[etree._Element]) -> Iterator[str]:
    """The content of the replaced notes that the new notes do not have."""
    lost = []
    for path, name in _CONTENT:
        old, now = (sum(len(note.findall(path)) for note in notes) for notes in (gone, new))
        if old > now:
            lost.append(f"{counted(old, name)}{f', of which the new ones have {now}' if now else ''}")
    if lost:
        yield f"the replaced notes had {' and '.join(lost)}"
