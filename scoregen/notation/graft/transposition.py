"""Transposes a score and the document that it was read from.

All pitches, key signatures and chord symbols move by one spelled interval, so that a printed accidental stays one:
it takes the name of the new alteration. Everything else in the document stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from lxml import etree

from scoregen.notation.musicxml.tree import parse, serialize
from scoregen.score.chord_symbols import ChordSymbol, SpelledPitchClass
from scoregen.score.edit import with_notes
from scoregen.score.elements import Measure, Note, Score, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.pitch import STEPS, UNISON, Interval, Pitch

ACCIDENTALS: Mapping[Fraction, str] = {
    Fraction(-2): "flat-flat",
    Fraction(-1): "flat",
    Fraction(0): "natural",
    Fraction(1): "sharp",
    Fraction(2): "double-sharp",
}
_CENTRE = 4
"""The octave of pitches whose octave does not count."""


def transposed(score: Score, interval: Interval) -> Score:
    """The score an interval away, with its document."""
    if interval == UNISON:
        return score
    measures = tuple(_measure(measure, interval) for measure in score.measures)
    document = _document(score.document, interval) if score.document is not None else None
    return replace(score, measures=measures, document=document)


def _measure(measure: Measure, interval: Interval) -> Measure:
    return replace(
        measure,
        key=measure.key.transposed(interval),
        own_keys=tuple((part, key.transposed(interval)) for part, key in measure.own_keys),
        chord_symbols=tuple(_symbol(symbol, interval) for symbol in measure.chord_symbols),
        voices=tuple(transposed_voice(voice, interval) for voice in measure.voices),
    )


def transposed_voice(voice: Voice, interval: Interval) -> Voice:
    """A voice an interval away; percussion notes stay."""
    return replace(
        voice, elements=tuple(with_notes(each, lambda note: _note(note, interval)) for each in voice.elements)
    )


def _note(note: Note, interval: Interval) -> Note:
    return replace(note, pitch=note.pitch.transposed(interval)) if isinstance(note.pitch, Pitch) else note


def _symbol(symbol: ChordSymbol, interval: Interval) -> ChordSymbol:
    bass = symbol.bass
    return replace(
        symbol,
        root=_pitch_class(symbol.root, interval),
        bass=None if bass is None else _pitch_class(bass, interval),
    )


def _pitch_class(place: SpelledPitchClass, interval: Interval) -> SpelledPitchClass:
    pitch = Pitch(place.step, place.alter, _CENTRE).transposed(interval)
    return SpelledPitchClass(pitch.step, pitch.alter)


def _document(text: bytes, interval: Interval) -> bytes:
    root = parse(text, "the given document")
    move_music(root, interval)
    return serialize(root)


def move_music(root: etree._Element, interval: Interval) -> None:
    """Move the notes, key signatures and chord symbols of an element of a document."""
    if interval == UNISON:
        return
    for note in root.iter("note"):
        _transpose_note(note, interval)
    for key in root.iter("key"):
        for fifths in key.iterfind("fifths"):
            fifths.text = str(_signature(int(fifths.text or 0), interval))
    for parent, step, alter in (("root", "root-step", "root-alter"), ("bass", "bass-step", "bass-alter")):
        for element in root.iter(parent):
            _transpose_place(element, step, alter, interval)


def _signature(fifths: int, interval: Interval) -> int:
    return KeySignature(fifths).transposed(interval).fifths


def _transpose_note(note: etree._Element, interval: Interval) -> None:
    """Move the pitch of a note, and rename its accidental."""
    element = note.find("pitch")
    if element is None:
        return
    moved = _transpose_place(element, "step", "alter", interval)
    printed = note.find("accidental")
    if printed is not None and moved is not None and moved.alter in ACCIDENTALS:
        printed.text = ACCIDENTALS[Fraction(moved.alter)]


def _transpose_place(element: etree._Element, step_tag: str, alter_tag: str, interval: Interval) -> Pitch | None:
    """Move the step, alteration and octave that an element names; a faulty step stays as it is."""
    step, alter, octave = element.find(step_tag), element.find(alter_tag), element.find("octave")
    if step is None or (step.text or "").strip() not in tuple(STEPS):
        return None
    place = Pitch(
        (step.text or "").strip(),
        _number(alter),
        int(octave.text or _CENTRE) if octave is not None else _CENTRE,
    ).transposed(interval)
    step.text = place.step
    if octave is not None:
        octave.text = str(place.octave)
    _set_alter(step, alter, alter_tag, place.alter)
    return place


def _number(alter: etree._Element | None) -> int | Fraction:
    value = Fraction((alter.text or "0").strip()) if alter is not None else Fraction(0)
    return int(value) if value.denominator == 1 else value


def _set_alter(step: etree._Element, alter: etree._Element | None, tag: str, value: int | Fraction) -> None:
    """Write an alteration after the step; none for 0."""
    if value == 0:
        if alter is not None and (parent := alter.getparent()) is not None:
            parent.remove(alter)
        return
    if alter is None:
        alter = etree.Element(tag)
        step.addnext(alter)
    alter.text = str(float(value)) if isinstance(value, Fraction) else str(value)
