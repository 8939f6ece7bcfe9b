"""The <attributes> of a part: divisions, signatures, staves, clefs and transposition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from lxml import etree

from scoregen.notation.musicxml.write.accidentals import last_written_key, written_at, written_key
from scoregen.notation.musicxml.write.elements import add, decimal
from scoregen.notation.musicxml.write.voice import PartContext, ticks
from scoregen.score.elements import Clef, Measure, Part
from scoregen.score.instruments import instrument_of
from scoregen.score.keys import KeySignature
from scoregen.score.metre import SignatureChange, TimeSignature, last_time
from scoregen.score.pitch import UNISON, Interval

_HANDS = 2
_PLAIN_SYMBOLS = {"common": "4/4", "cut": "2/2"}
"""Readers take these symbols for these signatures, whatever the numbers are."""


def signatures(measure: Measure, previous: Measure | None, part: Part) -> etree._Element:
    """An <attributes> with the key and time signatures that change, or with both in the first measure."""
    element = etree.Element("attributes")
    key = written_key(measure, part)
    if previous is None or last_written_key(previous, part) != key:
        _key(element, key)
    if previous is None or last_time(previous) != measure.time:
        _time(element, measure.time)
    return element


def first_attributes(measure: Measure, context: PartContext) -> etree._Element:
    """The opening <attributes>: divisions, signatures, staves, clefs, transposition."""
    part = context.part
    element = signatures(measure, None, part)
    divisions = etree.Element("divisions")
    divisions.text = str(context.divisions)
    element.insert(0, divisions)
    if part.staves > 1:
        add(element, "staves", part.staves)
        add(element, "part-symbol", "brace", {"top-staff": "1", "bottom-staff": str(_braced_staves(part))})
    for number, clef in enumerate(part.clefs, start=1):
        _clef(element, clef, str(number) if part.staves > 1 else None)
    for staff in sorted(part.hidden):
        which = {"number": str(staff)} if part.staves > 1 else {}
        add(element, "staff-details", attributes={**which, "print-object": "no"})
    element.extend(transpose_elements(part.transposition))
    return element


def _braced_staves(part: Part) -> int:
    """The staves that a brace joins: all, but of an organ with a pedal staff those of the hands."""
    instrument = instrument_of(part) if part.staves == _HANDS + 1 else None
    return _HANDS if instrument is not None and instrument.name == "organ" else part.staves


def insert_changes(measure: etree._Element, source: Measure, context: PartContext) -> None:
    """Insert the signature changes inside a written measure at their onsets.

    A change precedes a note of the first voice that begins there; inside a note it follows the last voice, reached
    by <backup>.
    """
    for change in source.changes:
        element = _change(change, context.part)
        place = _note_at(measure, change.onset * context.divisions)
        if place is not None:
            place.addprevious(element)
            continue
        span = ticks(source.duration - change.onset, context.divisions)
        for tag in ("backup", "forward"):
            move = etree.SubElement(measure, tag)
            add(move, "duration", span)
        measure[-1].addprevious(element)


def _change(change: SignatureChange, part: Part) -> etree._Element:
    element = etree.Element("attributes")
    if change.key is not None:
        _key(element, written_at(change.key, part))
    if change.time is not None:
        _time(element, change.time)
    return element


def _note_at(measure: etree._Element, ticks_before: Fraction) -> etree._Element | None:
    """The element of the first voice at which a number of divisions has passed."""
    now = 0
    for child in measure:
        if child.tag == "backup":
            return None
        if child.tag not in ("note", "forward") or child.find("chord") is not None:
            continue
        if now == ticks_before:
            return child
        now += int(child.findtext("duration") or 0)
    return None


def _key(attributes: etree._Element, key: KeySignature) -> None:
    element = add(attributes, "key")
    if key.custom:
        for step, alter in key.custom:
            add(element, "key-step", step)
            add(element, "key-alter", decimal(alter))
        return
    add(element, "fifths", key.fifths)
    if key.mode is not None:
        add(element, "mode", key.mode)


def _time(attributes: etree._Element, time: TimeSignature) -> None:
    symbol = time.symbol if _PLAIN_SYMBOLS.get(time.symbol or "", str(time)) == str(time) else None
    element = add(attributes, "time", attributes={"symbol": symbol} if symbol else None)
    add(element, "beats", "+".join(map(str, time.beats)))
    add(element, "beat-type", time.beat_type)


def change_clefs(attributes: etree._Element, before: Sequence[Clef], part: Part) -> None:
    """Add the clefs of a measure that differ from those of the measure before."""
    for number, (old, new) in enumerate(zip(before, part.clefs, strict=True), start=1):
        if old != new:
            _clef(attributes, new, str(number) if part.staves > 1 else None)


def _clef(attributes: etree._Element, clef: Clef, number: str | None) -> None:
    element = add(attributes, "clef", attributes={"number": number} if number else None)
    add(element, "sign", clef.sign)
    add(element, "line", clef.line)
    if clef.octave_change:
        add(element, "clef-octave-change", clef.octave_change)


def transpose_elements(interval: Interval) -> Iterator[etree._Element]:
    """The interval from written to sounding pitch, with octaves separate; nothing for a unison."""
    if interval == UNISON:
        return
    octaves = int(interval.steps / 7)
    element = etree.Element("transpose")
    add(element, "diatonic", interval.steps - 7 * octaves)
    add(element, "chromatic", interval.semitones - 12 * octaves)
    if octaves:
        add(element, "octave-change", octaves)
    yield element
