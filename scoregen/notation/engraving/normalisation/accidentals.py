"""Accidentals where a document leaves them to its reader: verovio prints those of `<accidental>` alone.

A note whose alteration is not that of the key signature, nor of an accidental before it on its line or space, would be
printed as another note. Programs that write MusicXML for playing, and readers of printed music, leave accidentals out.
"""

from __future__ import annotations

from fractions import Fraction
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
        for measure in part.findall("measure"):
            _complete(measure, keys)


def _complete(measure: _Element, keys: dict[str, dict[str, Fraction]]) -> None:
    """The accidentals of a measure; `keys` are the alterations of the signatures by staff, "" for all others."""
    in_force: dict[str, dict[_Place, Fraction]] = {}
    for placed in sorted(_placed(measure), key=lambda each: each[:2]):
        if placed.element.tag == "key":
            _change_key(placed, keys)
            in_force.clear()
            continue
        pitch = placed.element.find("pitch")
        if pitch is None:
            continue
        place = (pitch.findtext("step") or "", pitch.findtext("octave") or "")
        alter = number(pitch.findtext("alter")) or Fraction(0)
        own, printed = in_force.setdefault(placed.staff, {}), placed.element.findtext("accidental")
        signature = keys.get(placed.staff, keys.get("", {}))
        if printed is not None:
            own[place] = _ALTERS.get(printed, alter)
        elif alter != own.get(place, signature.get(place[0], Fraction(0))) and not _is_held(placed.element):
            _print(placed.element, alter)
            own[place] = alter


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
