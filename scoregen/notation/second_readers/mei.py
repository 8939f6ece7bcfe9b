"""Counts the contents of an MEI file, and writes out what other readers of MEI overlook: the second reader of MEI.

The elements are those of the MEI Guidelines, version 5. Of alternative readings the first is read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from scoregen.notation.second_readers.contents import Contents
from scoregen.score.directions import DYNAMIC_MARKS
from scoregen.score.keys import KeySignature
from scoregen.score.pitch import Pitch

if TYPE_CHECKING:
    from lxml.etree import _Element

_MEI = "{http://www.music-encoding.org/ns/mei}"
_XML = "http://www.w3.org/XML/1998/namespace"
_ALTERNATIVES = ("sic", "orig", "del", "rdg", "ossia")
_LENGTHS = {"maxima": Fraction(32), "long": Fraction(16), "breve": Fraction(8)}
_ALTERS = {"s": 1, "f": -1, "ss": 2, "x": 2, "ff": -2, "n": 0, "ns": 1, "nf": -1, "ts": 3, "tf": -3}
_KEY = re.compile(r"([0-7])([sf])$|0$")
_NUMBER = re.compile(r"-?[0-9]{1,3}")
_STEPS = frozenset("cdefgab")
_MOST_DOTS = 4


@dataclass(slots=True)
class _Staff:
    """The state of a staff: its key, its transposition, and the accidentals of the measure by step and octave."""

    fifths: int = 0
    transposition: int = 0
    percussion: bool = False
    accidentals: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(slots=True)
class _Walk:
    """The walk through the music: staves by number, the onset of the measure, the notes so far."""

    staves: dict[str, _Staff] = field(default_factory=dict)
    onset: Fraction = Fraction(0)
    full: Fraction = Fraction(4)
    notes: Counter[tuple[Fraction, int]] = field(default_factory=Counter)
    tied: set[str] = field(default_factory=set)

    def staff(self, number: str) -> _Staff:
        return self.staves.setdefault(number, _Staff())


def without_alternatives(root: _Element) -> None:
    """Remove rejected and alternative readings."""
    for name in _ALTERNATIVES:
        for element in list(root.iter(f"{_MEI}{name}")):
            if name != "rdg" or element.getprevious() is not None:
                element.getparent().remove(element)  # type: ignore[union-attr]  # it is below the root


def mei_contents(root: _Element) -> Contents:
    """The contents of an MEI tree without alternatives.

    Every sounding accidental that only the key or an earlier note of the measure implies becomes an `accid.ges`.
    """
    walk = _Walk(tied={element.get("endid", "").lstrip("#") for element in root.iter(f"{_MEI}tie")})
    for element in root.iter(f"{_MEI}scoreDef", f"{_MEI}staffDef", f"{_MEI}keySig", f"{_MEI}measure"):
        if element.tag == f"{_MEI}measure":
            _walk_measure(element, walk)
        else:
            _define(element, walk)
    numbers = {
        "syllable": sum(bool((item.text or "").strip()) for item in root.iter(f"{_MEI}syl")),
        "slur": sum(1 for _ in root.iter(f"{_MEI}slur")),
        "dynamic": sum(bool({*_text(item).split()} & DYNAMIC_MARKS) for item in root.iter(f"{_MEI}dynam")),
        "hairpin": sum(1 for _ in root.iter(f"{_MEI}hairpin")),
        "chord symbol": sum(bool(_text(item).strip()) for item in root.iter(f"{_MEI}harm")),
    }
    timed = root.find(f".//{_MEI}tupletSpan") is None  # its ratio is not in the hierarchy of the events
    return Contents(walk.notes, numbers, timed=timed)


def _text(element: _Element) -> str:
    return "".join(map(str, element.itertext()))


def _define(element: _Element, walk: _Walk) -> None:
    """Keys, metres and transpositions of a score or staff definition."""
    owner = next((up for up in (element, *element.iterancestors()) if up.tag == f"{_MEI}staffDef"), None)
    number = owner.get("n", "") if owner is not None else None
    staves = list(walk.staves.values()) if number is None else [walk.staff(number)]
    if number is None and not staves:
        staves = [walk.staff(found.get("n", "")) for found in element.iter(f"{_MEI}staffDef")]
    names = ("sig",) if element.tag == f"{_MEI}keySig" else ("key.sig", "keysig")
    signature = next((value for name in names if (value := element.get(name)) is not None), None)
    for staff in staves:
        staff.fifths = _fifths(signature) if signature is not None else staff.fifths
        staff.transposition = _number(element.get("trans.semi"), staff.transposition)
        staff.percussion = _shape(element, staff.percussion)
    count, unit = _number(element.get("meter.count"), 0), _number(element.get("meter.unit"), 0)
    if count > 0 and unit > 0:
        walk.full = Fraction(4 * count, unit)


def _number(text: str | None, usual: int) -> int:
    """The number in an attribute; `usual` if there is none, or none of three digits at most."""
    return int(text) if text is not None and _NUMBER.fullmatch(text) else usual


def _shape(element: _Element, before: bool) -> bool:
    """Whether the clef of a definition is that of percussion."""
    clef = element.find(f"{_MEI}clef")
    shape = element.get("clef.shape") or (clef.get("shape") if clef is not None else None)
    return shape == "perc" if shape else before


def _fifths(signature: str) -> int:
    found = _KEY.match(signature)
    if found is None or found[1] is None:
        return 0
    return int(found[1]) * (1 if found[2] == "s" else -1)


def _walk_measure(measure: _Element, walk: _Walk) -> None:
    longest = Fraction(0)
    for staff in measure.iterfind(f"{_MEI}staff"):
        state = walk.staff(staff.get("n", ""))
        state.accidentals = {}
        for layer in staff.iterfind(f"{_MEI}layer"):
            longest = max(longest, _walk_layer(layer, state, walk))
    walk.onset += longest or walk.full


def _walk_layer(layer: _Element, staff: _Staff, walk: _Walk) -> Fraction:
    """Count the notes of a layer; its length."""
    now = Fraction(0)
    for event, ratio in _events(layer, Fraction(1)):
        if event.tag == f"{_MEI}keySig":
            continue
        notes = [event] if event.tag == f"{_MEI}note" else list(event.iter(f"{_MEI}note"))
        for note in notes:
            _count_note(note, walk.onset + now, staff, walk)
        now += _length(event, walk.full) * ratio
    return now


def _events(parent: _Element, ratio: Fraction) -> Iterator[tuple[_Element, Fraction]]:
    """Notes, chords, rests and spaces with the ratio of their tuplets."""
    for child in parent:
        if not isinstance(child.tag, str):
            continue
        name = child.tag.removeprefix(_MEI)
        if name in ("note", "chord", "rest", "space", "mRest", "mSpace", "multiRest"):
            yield child, ratio
        elif name in ("tuplet", "fTrem"):
            count, base = _number(child.get("num"), 0), _number(child.get("numbase"), 0)
            own = Fraction(base, count) if name == "tuplet" and count > 0 and base > 0 else 1
            yield from _events(child, ratio * (Fraction(1, 2) if name == "fTrem" else own))
        else:
            yield from _events(child, ratio)


def _length(event: _Element, full: Fraction) -> Fraction:
    """The length in quarters; 0 for grace notes."""
    if event.get("grace") is not None or event.getparent().tag == f"{_MEI}graceGrp":  # type: ignore[union-attr]
        return Fraction(0)
    if event.tag in (f"{_MEI}mRest", f"{_MEI}mSpace", f"{_MEI}multiRest"):
        return full * (max(_number(event.get("num"), 1), 1) if event.tag == f"{_MEI}multiRest" else 1)
    inner = event.find(f"{_MEI}note")
    name = event.get("dur") or (inner.get("dur") if inner is not None else None) or "4"
    written = _LENGTHS.get(name) or Fraction(4, max(_number(name, 4), 1))
    dots = _number(event.get("dots") or (inner.get("dots") if inner is not None else None), 0)
    dots = dots or sum(1 for _ in event.iterfind(f"{_MEI}dot"))
    return written * (2 - Fraction(1, 1 << min(max(dots, 0), _MOST_DOTS)))


def _count_note(note: _Element, onset: Fraction, staff: _Staff, walk: _Walk) -> None:
    step, octave = note.get("pname", ""), note.get("oct", "4")
    if step not in _STEPS:  # no pitch, or none that can be read
        return
    alter = _alter(note, (step, octave), staff)
    octave = note.get("oct.ges", octave)  # under an octave line
    ends_tie = note.get("tie", "") in ("m", "t") or note.get(f"{{{_XML}}}id", "") in walk.tied
    if _NUMBER.fullmatch(octave) and not staff.percussion and not ends_tie:
        walk.notes[onset, Pitch(step.upper(), alter, int(octave)).midi_pitch + staff.transposition] += 1


def _alter(note: _Element, place: tuple[str, str], staff: _Staff) -> int:
    """The alteration that sounds; one that is only implied is written into the note."""
    inner = note.find(f"{_MEI}accid")
    sources = (note, inner) if inner is not None else (note,)
    written = next((value for source in sources if (value := source.get("accid")) is not None), None)
    sounding = next((value for source in sources if (value := source.get("accid.ges")) is not None), None)
    if written is not None:
        staff.accidentals[place] = _ALTERS.get(written, 0)
        return _ALTERS.get(sounding or written, staff.accidentals[place])
    if sounding is not None:
        return _ALTERS.get(sounding, 0)
    implied = staff.accidentals.get(place, int(KeySignature(staff.fifths).alter(place[0].upper())))
    if implied:
        note.set("accid.ges", next(name for name, alter in _ALTERS.items() if alter == implied))
    return implied
