"""The notes of one voice of one measure as MusicXML elements, each with its onset in the measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from lxml import etree

from scoregen.notation.musicxml.read.voices import VOICES_A_STAFF
from scoregen.notation.musicxml.write.accidentals import Accidental, NoteAddress
from scoregen.notation.musicxml.write.beams import BeamValues, beam_groups, beam_values
from scoregen.notation.musicxml.write.elements import add, decimal, loudness
from scoregen.notation.musicxml.write.notations import write_lyric, write_notations
from scoregen.notation.musicxml.write.spanners import SlurAddress, SlurMark
from scoregen.notation.musicxml.write.stems import has_stem, shared_direction, stems
from scoregen.notation.musicxml.write.ties import Tie
from scoregen.notation.musicxml.write.tuplets import TupletBrackets, tuplet_brackets
from scoregen.score.elements import Clef, Element, Measure, Note, Part, Rest, Slot, Voice
from scoregen.score.pitch import Pitch, Unpitched
from scoregen.system.errors import Place, RefusedError


class TimedElement(NamedTuple):
    """An element of a measure and the onset, in quarters, of the cursor before it."""

    onset: Fraction
    element: etree._Element


@dataclass(frozen=True, slots=True)
class PartContext:
    """The values that writing a part needs, computed once from the whole score."""

    part: Part
    divisions: int
    accidentals: Mapping[NoteAddress, Accidental]
    ties: frozenset[Tie]
    instrument_ids: Mapping[str, str]
    """The <score-instrument> id of each instrument, by its name."""
    slurs: Mapping[SlurAddress, tuple[SlurMark, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a voice is written: its measure, and its voice, staff and clef in the file."""

    context: PartContext
    measure: Measure
    index: int
    onset: Fraction
    """The start of the measure, in quarters from the start of the score."""
    start: Fraction
    """The start of the measure in its metre."""
    voice: str
    staff: str | None
    clef: Clef

    def place(self) -> Place:
        return Place(part=self.context.part.id, measure=self.measure.number, voice=self.voice)


@dataclass(frozen=True, slots=True)
class _Marks:
    """Beams, stems and tuplets of a voice, by the index of the element."""

    beams: Mapping[int, BeamValues]
    stems: Mapping[int, str]
    tuplets: TupletBrackets


def document_voice_numbers(slots: Sequence[Slot], measure: Measure) -> dict[Slot, str]:
    """The voice numbers in the file, unique in the part: staff 1 has 1-4, staff 2 has 5-8, and so on.

    A voice above 4 takes a number that is free on its staff. Raises RefusedError if none is.
    """
    numbers: dict[Slot, int] = {}
    for slot in sorted(slots, key=lambda slot: (slot.voice > VOICES_A_STAFF, slot)):
        first = VOICES_A_STAFF * (slot.staff - 1) + 1
        free = set(range(first, first + VOICES_A_STAFF)) - set(numbers.values())
        if not free:
            raise RefusedError(
                f"staff {slot.staff} has more than {VOICES_A_STAFF} voices at once; MusicXML readers accept no more",
                Place(part=slot.part, measure=measure.number, voice=str(slot.voice)),
            )
        own = first + slot.voice - 1
        numbers[slot] = own if own in free else min(free)
    return {slot: str(number) for slot, number in numbers.items()}


def write_voice(voice: Voice, frame: Frame) -> list[TimedElement]:
    """The voice's <note> elements; a blank or silent voice is one rest for the whole measure."""
    elements = voice.elements
    if not elements or (len(elements) == 1 and isinstance(elements[0], Rest)):
        return _silence(elements, frame)
    marks = _marks(voice, frame)
    timed: list[TimedElement] = []
    onset = Fraction(0)
    for order, element in enumerate(elements):
        timed += [TimedElement(onset, written) for written in _write_element(voice, order, onset, marks, frame)]
        onset += element.duration
    return timed


def measure_rest(frame: Frame, *, visible: bool = True, fermata: bool = False) -> etree._Element:
    """A rest that fills the measure, whatever its length."""
    element = etree.Element("note", {} if visible else {"print-object": "no"})
    add(element, "rest", attributes={"measure": "yes"})
    _duration(element, frame.measure.duration, frame)
    add(element, "voice", frame.voice)
    _staff(element, frame)
    if fermata:
        add(add(element, "notations"), "fermata", attributes={"type": "upright"})
    return element


def ticks(length: Fraction, divisions: int) -> str:
    """A length in divisions. Raises ValueError if it is not a whole number of them."""
    count = length * divisions
    if count.denominator != 1:
        raise ValueError(f"{divisions} divisions per quarter cannot express {length} quarters")
    return str(count)


def _silence(elements: tuple[Element, ...], frame: Frame) -> list[TimedElement]:
    rest = elements[0] if elements else None
    visible = not isinstance(rest, Rest) or rest.visible
    return [TimedElement(Fraction(0), measure_rest(frame, visible=visible, fermata=rest is not None and rest.fermata))]


def _marks(voice: Voice, frame: Frame) -> _Marks:
    groups = beam_groups(voice.elements, frame.measure.time, frame.start)
    shared = shared_direction(voice, frame.measure)
    return _Marks(
        beams=beam_values(voice.elements, groups, frame.start),
        stems=stems(voice.elements, groups, frame.clef, frame.context.part.transposition)
        if shared is None
        else {order: shared for order, element in enumerate(voice.elements) if has_stem(element)},
        tuplets=tuplet_brackets(voice.elements),
    )


def _write_element(voice: Voice, order: int, onset: Fraction, marks: _Marks, frame: Frame) -> list[etree._Element]:
    element = voice.elements[order]
    if isinstance(element, Rest):
        return [_write_rest(element, order, marks, frame)]
    written = []
    for number, note in enumerate(element.notes):
        accidental = frame.context.accidentals.get(NoteAddress(frame.index, voice.slot, order, number))
        slurs = frame.context.slurs.get(SlurAddress(frame.index, voice.slot, order), ()) if number == 0 else ()
        written.append(_write_note(note, order, number, frame.onset + onset, accidental, slurs, marks, frame))
    return written


def _write_rest(rest: Rest, order: int, marks: _Marks, frame: Frame) -> etree._Element:
    if not rest.visible and order in marks.tuplets.alone:
        return _forward(rest, frame)
    element = etree.Element("note", {} if rest.visible else {"print-object": "no"})
    add(element, "rest")
    _duration(element, rest.duration, frame)
    add(element, "voice", frame.voice)
    _value(element, rest, None)
    _staff(element, frame)
    write_notations(element, rest, (), marks.tuplets, order)
    return element


def _forward(rest: Rest, frame: Frame) -> etree._Element:
    """A gap whose length is no single note value."""
    element = etree.Element("forward")
    _duration(element, rest.duration, frame)
    add(element, "voice", frame.voice)
    _staff(element, frame)
    return element


def _write_note(
    note: Note,
    order: int,
    number: int,
    onset: Fraction,
    accidental: Accidental | None,
    slurs: Sequence[SlurMark],
    marks: _Marks,
    frame: Frame,
) -> etree._Element:
    """One <note>, its children in the order of the schema; `onset` counts from the start of the score."""
    element = etree.Element("note", {"dynamics": loudness(note.velocity)} if note.velocity is not None else {})
    stop = note.tied_from_previous and Tie(onset, note.pitch) in frame.context.ties
    start = note.tied_to_next and Tie(onset + note.duration, note.pitch) in frame.context.ties
    ties = [name for name, is_there in (("stop", stop), ("start", start)) if is_there]
    _begin_note(element, note, number > 0, frame)
    for name in ties if not note.cue else ():
        add(element, "tie", attributes={"type": name})
    _instrument(element, note.pitch, frame)
    add(element, "voice", frame.voice)
    _value(element, note, accidental)
    if order in marks.stems:
        add(element, "stem", marks.stems[order])
    _staff(element, frame, note.staff)
    for level, word in enumerate(marks.beams.get(order, ()) if number == 0 else (), start=1):
        add(element, "beam", word, {"number": str(level)})
    write_notations(element, note, ties, marks.tuplets if number == 0 else None, order, slurs)
    for lyric in note.lyrics:
        write_lyric(element, lyric)
    return element


def _begin_note(element: etree._Element, note: Note, in_chord: bool, frame: Frame) -> None:
    if note.grace:
        add(element, "grace")
    if note.cue:
        add(element, "cue")
    if in_chord:
        add(element, "chord")
    _pitch(element, note.pitch, frame)
    if not note.grace:
        _duration(element, note.duration, frame)


def _pitch(element: etree._Element, pitch: Pitch | Unpitched, frame: Frame) -> None:
    if isinstance(pitch, Unpitched):
        parent = add(element, "unpitched")
        add(parent, "display-step", pitch.step)
        add(parent, "display-octave", pitch.octave)
        return
    written = pitch.transposed(-frame.context.part.transposition)
    if not 0 <= written.octave <= 9:
        raise RefusedError(f"{written} is outside MusicXML's octaves 0 to 9", frame.place())
    parent = add(element, "pitch")
    add(parent, "step", written.step)
    if written.alter:
        add(parent, "alter", decimal(written.alter))
    add(parent, "octave", written.octave)


def _instrument(element: etree._Element, pitch: Pitch | Unpitched, frame: Frame) -> None:
    if (
        isinstance(pitch, Unpitched)
        and pitch.instrument is not None
        and pitch.instrument in frame.context.instrument_ids
    ):
        add(element, "instrument", attributes={"id": frame.context.instrument_ids[pitch.instrument]})


def _duration(element: etree._Element, length: Fraction, frame: Frame) -> None:
    add(element, "duration", ticks(length, frame.context.divisions))


def _value(element: etree._Element, item: Note | Rest, accidental: Accidental | None) -> None:
    """Type, dots, accidental and tuplet ratio."""
    value = item.value
    add(element, "type", value.type)
    for _ in range(value.dots):
        add(element, "dot")
    if accidental is not None:
        add(element, "accidental", accidental.value, {"cautionary": "yes"} if accidental.cautionary else None)
    if value.is_tuplet:
        ratio = add(element, "time-modification")
        add(ratio, "actual-notes", value.actual)
        add(ratio, "normal-notes", value.normal)


def _staff(element: etree._Element, frame: Frame, own: int | None = None) -> None:
    """The staff in a part with several; `own` is that of a note of a voice on another staff."""
    if frame.staff is not None:
        add(element, "staff", frame.staff if own is None else str(own))
