"""Accidentals where a document leaves them to its reader: verovio prints those of `<accidental>` alone.

A note whose alteration is not that of the key signature, nor of an accidental before it on its line or space, would be
printed as another note. Programs that write MusicXML for playing, and readers of printed music, leave accidentals out.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from scoregen.notation.engraving.normalisation.note_types import BEFORE_TYPE
from scoregen.notation.engraving.normalisation.tree import number
from scoregen.notation.musicxml.write.accidentals import VALUES

if TYPE_CHECKING:
    from lxml.etree import _Element

_SHARPS = "FCGDAEB"
_BEFORE = BEFORE_TYPE | {"type", "dot"}
_ALTERS = {name: Fraction(alter) for alter, name in VALUES.items()} | {
    "natural-sharp": Fraction(1),
    "natural-flat": Fraction(-1),
    "sharp-sharp": Fraction(2),
    "double-flat": Fraction(-2),
}
_MARKED = ("accidental", "notations/accidental-mark")
"""Where a note has its accidental: before it, or above it, as an editor's addition."""
_Place = tuple[str, str]
"""A line or space: step and octave."""


class _Placed(NamedTuple):
    onset: Fraction
    order: int
    staff: str
    element: _Element


def complete_accidentals(root: _Element) -> None:
    """Accidentals for notes that would be printed as others."""
    for part in root.findall("part"):
        keys: dict[str, dict[str, Fraction]] = {}
        tablature = {clef.get("number", "1") for clef in part.iter("clef") if clef.findtext("sign") == "TAB"}
        for measure in part.findall("measure"):
            _complete(measure, keys, tablature)


def _complete(measure: _Element, keys: dict[str, dict[str, Fraction]], tablature: Collection[str]) -> None:
    """The accidentals of a measure; `keys` are the alterations of the signatures by staff, "" for all others.

    Of two voices that have one note at one time, one shows its accidental.
    """
    in_force: dict[str, dict[_Place, Fraction]] = {}
    for _, group in groupby(sorted(_placed(measure), key=_time), key=_moment):
        together = list(group)
        for placed in together:
            if placed.element.tag == "key":
                _change_key(placed, keys)
                in_force.clear()
            elif printed := placed.element.findtext("accidental"):
                place, alter = _pitch(placed.element)
                in_force.setdefault(placed.staff, {})[place] = _ALTERS.get(printed, alter)
        for placed in together:
            is_marked = any(placed.element.find(path) is not None for path in _MARKED)
            if placed.element.find("pitch") is None or is_marked or placed.staff in tablature:
                continue
            place, alter = _pitch(placed.element)
            own, signature = in_force.setdefault(placed.staff, {}), keys.get(placed.staff, keys.get("", {}))
            expected = own.get(place, signature.get(place[0], Fraction(0)))
            if alter != expected and not _is_held(placed.element):
                _print(placed.element, alter)
                own[place] = alter


def _time(placed: _Placed) -> tuple[Fraction, bool, int]:
    """Notes in order, grace notes before those that they ornament."""
    return placed.onset, placed.element.find("grace") is None and placed.element.tag == "note", placed.order


def _moment(placed: _Placed) -> tuple[Fraction, int]:
    """What sounds together; grace notes, and what is no note, come one by one."""
    onset, is_full, order = _time(placed)
    return onset, -1 if is_full else order


def _pitch(note: _Element) -> tuple[_Place, Fraction]:
    """The line or space of a note, and its alteration."""
    step, octave, alter = (note.findtext(f"pitch/{name}") for name in ("step", "octave", "alter"))
    return (step or "", octave or ""), number(alter) or Fraction(0)


def _placed(measure: _Element) -> list[_Placed]:
    """The notes and key signatures of a measure with their onsets in divisions."""
    found: list[_Placed] = []
    now = before = Fraction(0)
    for order, child in enumerate(measure):
        length = number(child.findtext("duration")) or Fraction(0)
        if child.tag == "attributes":
            found += [_Placed(now, order, key.get("number", ""), key) for key in child.findall("key")]
        elif child.tag == "note":
            onset = before if child.find("chord") is not None else now
            found.append(_Placed(onset, order, child.findtext("staff") or "1", child))
            if child.find("chord") is None:
                before, now = now, now + length
        elif child.tag in ("backup", "forward"):
            now += length if child.tag == "forward" else -length
    return found


def _change_key(placed: _Placed, keys: dict[str, dict[str, Fraction]]) -> None:
    steps, alters = (placed.element.findall(name) for name in ("key-step", "key-alter"))
    fifths = int(number(placed.element.findtext("fifths")) or 0)
    row = _SHARPS[:fifths] if fifths > 0 else _SHARPS[fifths:] if fifths < 0 else ""
    signature = dict.fromkeys(row, Fraction(1 if fifths > 0 else -1))
    for step, alter in zip(steps, alters, strict=False):
        signature[step.text or ""] = number(alter.text) or Fraction(0)
    if not placed.staff:
        keys.clear()
    keys[placed.staff] = signature


def _is_held(note: _Element) -> bool:
    """Whether a tie leads into a note: its accidental stands at the first one."""
    return any(tie.get("type") == "stop" for path in ("tie", "notations/tied") for tie in note.findall(path))


def _print(note: _Element, alter: Fraction) -> None:
    name = next((name for value, name in VALUES.items() if value == alter), None)
    if name is None:
        return
    element = note.makeelement("accidental")
    element.text = name
    before = next((child for child in note if child.tag not in _BEFORE), None)
    if before is None:
        note.append(element)
    else:
        before.addprevious(element)
