"""One <harmony>: its printed chord symbols, at sounding pitch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from lxml import etree

from scoregen.notation.musicxml.read.values import optional_number, staff_of, text_of
from scoregen.score.chord_symbols import ChordSymbol, Degree, SpelledPitchClass
from scoregen.score.pitch import STEPS, Interval, Pitch

_DEGREE_TYPES = ("add", "alter", "subtract")


@dataclass(slots=True)
class _Chord:
    """The children of a <harmony> from one root to the next."""

    root: etree._Element
    rest: dict[object, etree._Element] = field(default_factory=dict)
    degrees: list[etree._Element] = field(default_factory=list)


def read_harmony(element: etree._Element, onset: Fraction, part: str, interval: Interval) -> Iterator[ChordSymbol]:
    """Its chord symbols; a chord given by numeral or function alone is left out.

    `interval` is from written to sounding pitch.
    """
    staff = staff_of(element)
    for chord in _chords(element):
        root = _pitch_class(chord.root, "root", interval)
        kind = chord.rest.get("kind")
        if root is None or kind is None:
            continue
        bass = chord.rest.get("bass")
        inversion = optional_number(text_of(chord.rest.get("inversion")))
        yield ChordSymbol(
            onset,
            part,
            root,
            text_of(kind) or "other",
            _kind_text(kind),
            int(inversion) if inversion is not None and inversion >= 0 else None,
            _pitch_class(bass, "bass", interval) if bass is not None else None,
            tuple(_degrees(chord.degrees)),
            staff,
        )


def _chords(element: etree._Element) -> list[_Chord]:
    chords: list[_Chord] = []
    for child in element:
        if child.tag == "root":
            chords.append(_Chord(child))
        elif chords and child.tag == "degree":
            chords[-1].degrees.append(child)
        elif chords:
            chords[-1].rest.setdefault(child.tag, child)
    return chords


def _kind_text(kind: etree._Element) -> str | None:
    text = kind.get("text")
    return " ".join(text.split()) if text is not None else None


def _pitch_class(element: etree._Element, name: str, interval: Interval) -> SpelledPitchClass | None:
    step = text_of(element.find(f"{name}-step"))
    alter = optional_number(text_of(element.find(f"{name}-alter"))) or 0
    if step is None or len(step) != 1 or step not in STEPS or not -4 <= alter <= 4:
        return None
    sounding = Pitch(step, alter, 4).transposed(interval) if interval.steps or interval.semitones else None
    return SpelledPitchClass(sounding.step, sounding.alter) if sounding is not None else SpelledPitchClass(step, alter)


def _degrees(elements: list[etree._Element]) -> Iterator[Degree]:
    for element in elements:
        value = optional_number(text_of(element.find("degree-value")))
        alter = optional_number(text_of(element.find("degree-alter"))) or 0
        kind = next((name for name in _DEGREE_TYPES if name == text_of(element.find("degree-type"))), None)
        if value is not None and 0 < value < 100 and kind is not None:
            yield Degree(int(value), alter, kind)  # type: ignore[arg-type]  # it is one of the three
