"""One <harmony>: its printed chord symbols, at sounding pitch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from lxml import etree

from scoregen.notation.musicxml.read.values import optional_number, staff_of, text_of
from scoregen.score.chord_symbols import ChordSymbol, Degree, SpelledPitchClass
from scoregen.score.keys import Key, KeySignature
from scoregen.score.pitch import STEPS, Interval, Pitch
from scoregen.score.theory.numerals import read_numeral

_DEGREE_TYPES = ("add", "alter", "subtract")


_MOST_INVERSIONS = 6
_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII")
_BEGINNINGS = ("root", "numeral", "function")


@dataclass(slots=True)
class _Chord:
    """The children of a <harmony> from one root, numeral or function to the next."""

    root: etree._Element
    rest: dict[object, etree._Element] = field(default_factory=dict)
    degrees: list[etree._Element] = field(default_factory=list)


def read_harmony(
    element: etree._Element, onset: Fraction, part: str, interval: Interval, key: KeySignature | None = None
) -> Iterator[ChordSymbol]:
    """Its chord symbols; a numeral or function becomes the chord that it is in its key.

    `interval` is from written to sounding pitch, `key` the sounding key signature.
    """
    staff = staff_of(element)
    for chord in _chords(element):
        if chord.root.tag != "root":
            found = _of_numeral(chord, key or KeySignature(), interval)
            if found is not None:
                yield replace(found, onset=onset, part=part, staff=staff)
            continue
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
        if child.tag in _BEGINNINGS:
            chords.append(_Chord(child))
        elif chords and child.tag == "degree":
            chords[-1].degrees.append(child)
        elif chords:
            chords[-1].rest.setdefault(child.tag, child)
    return chords


def _of_numeral(chord: _Chord, signature: KeySignature, interval: Interval) -> ChordSymbol | None:
    """The chord of a numeral or function; its kind and inversion are those of the element, if it names them."""
    kind, inversion = text_of(chord.rest.get("kind")), optional_number(text_of(chord.rest.get("inversion")))
    if chord.root.tag == "function":
        found = read_numeral(text_of(chord.root) or "", Key.of(signature))
    else:
        found = _numeral(chord.root, signature, interval)
    if found is None or kind == "none":
        return None
    figured = inversion is not None and 0 <= inversion <= _MOST_INVERSIONS
    return replace(
        found,
        text=None,
        kind=kind if kind and kind != "other" else found.kind,
        inversion=int(inversion) if inversion is not None and figured else found.inversion,
        degrees=tuple(_degrees(chord.degrees)) or found.degrees,
    )


def _numeral(element: etree._Element, signature: KeySignature, interval: Interval) -> ChordSymbol | None:
    """The chord on the degree of a <numeral>, in its own key or in that of the signature."""
    degree = int(optional_number(text_of(element.find("numeral-root"))) or 0)
    alter = Fraction(optional_number(text_of(element.find("numeral-alter"))) or 0)
    fifths = optional_number(text_of(element.find("numeral-key/numeral-fifths")))
    mode = text_of(element.find("numeral-key/numeral-mode")) or ""
    if not 1 <= degree <= len(_NUMERALS) or abs(alter) > 1:
        return None
    own = KeySignature(int(fifths)).transposed(interval) if fifths is not None and -7 <= fifths <= 7 else None
    key = Key.of(replace(own, mode="minor" if mode.endswith("minor") else "major") if own else signature)
    raises = (mode == "harmonic minor" and degree == 7) or (mode == "melodic minor" and degree >= 6)
    sign = "" if not alter and not raises else "b" if alter < 0 else "#"
    return read_numeral(f"{sign}{_NUMERALS[degree - 1]}", key)


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
