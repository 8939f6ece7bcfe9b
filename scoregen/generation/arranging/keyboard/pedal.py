"""The pedal of an organ: the bass of the source, where two feet can play it.

The voice that is lowest for most of a measure goes to the pedal, note by note, of chords the lowest note. What it has
beside them stays with the hands. A measure stays with the hands if its bass moves faster than eighths or has grace
notes, if no other note is left, or if the pedal lacks a note, an octave higher or lower too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.generation.arranging.keyboard.events import Event, chord_of, midi_of, units_of
from scoregen.generation.arranging.keyboard.outline import Frame
from scoregen.generation.arranging.lines.players import Player
from scoregen.generation.arranging.lines.writing import Stretch, in_octave, with_joined_rests
from scoregen.score.elements import Element, Measure, Note, Rest, Score, Slot, Voice
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import measure_onsets

PEDAL = 3
"""The staff of the pedal."""
QUICKEST = Fraction(1, 2)
"""The quarters of the shortest notes that feet play."""


@dataclass(frozen=True, slots=True)
class Pedalled:
    """What a pedal takes of a score: by measure its voice, or None, the source voices, and the score for the hands."""

    voices: tuple[Voice | None, ...]
    stretches: tuple[Stretch, ...]
    rest: Score


def pedalled(score: Score, player: Player, slots: frozenset[Slot]) -> Pedalled:
    """The bass of some voices of a score for the feet of a player with three staves."""
    frame = Frame(score, slots)
    voices, stretches, measures = list[Voice | None](), list[Stretch](), list[Measure]()
    for index, (measure, onset) in enumerate(zip(score.measures, measure_onsets(score), strict=True)):
        taken = _taken(measure, onset, frame, player, slots)
        if taken is None:
            voices.append(None)
            measures.append(measure)
            continue
        bass, notes = taken
        target, source = Slot(player.part, PEDAL), bass[0].slot
        elements = [_pedal_element(event, note) for event, note in zip(bass, notes, strict=True)]
        voices.append(Voice(target, with_joined_rests(elements, measure)))
        stretches.append(Stretch(index, Fraction(0), measure.duration, source, target))
        left = tuple(_left_element(event, note) for event, note in zip(bass, notes, strict=True))
        own = (replace(voice, elements=left) if voice.slot == source else voice for voice in measure.voices)
        measures.append(replace(measure, voices=tuple(own)))
    return Pedalled(tuple(voices), tuple(stretches), replace(score, measures=tuple(measures)))


_Taken = tuple[Sequence[Event], Sequence[tuple[Note, Note] | None]]
"""The events of a bass, and of each the note of the source with that of the pedal."""


def _taken(measure: Measure, onset: Fraction, frame: Frame, player: Player, slots: frozenset[Slot]) -> _Taken | None:
    """The bass that the pedal takes in a measure; None if it takes none."""
    units = units_of(measure, slots)
    shares = [_lowest_share(unit, onset, frame) for unit in units]
    bass = units[max(range(len(units)), key=shares.__getitem__)] if units else []
    sounding = [event for event in bass if event.notes]
    is_alone = len(units) == 1 and all(len(event.notes) == 1 for event in sounding)
    is_quick = any(event.end - event.onset < QUICKEST or event.graces for event in sounding)
    if not sounding or is_alone or is_quick or 2 * max(shares) <= sum(event.end - event.onset for event in sounding):
        return None
    lowest = [min(event.notes, key=midi_of) if event.notes else None for event in bass]
    shift = _shift([midi_of(note) for note in lowest if note is not None], player)
    return (
        None
        if shift is None
        else (bass, [(note, _moved(note, shift)) if note is not None else None for note in lowest])
    )


def _lowest_share(unit: Sequence[Event], onset: Fraction, frame: Frame) -> Fraction:
    """The quarters in which the lowest note of a unit is the lowest of all."""
    found = (
        event.end - event.onset
        for event in unit
        if event.notes
        and frame.is_outer(min(map(midi_of, event.notes)), onset + event.onset, onset + event.end) == (False, True)
    )
    return sum(found, Fraction(0))


def _shift(pitches: Sequence[int], player: Player) -> int | None:
    """The semitones by which a bass moves into the range of the pedal; None if it does not fit."""
    low, high = (pitch.midi_pitch for pitch in player.role.range_on(PEDAL))
    fits = (shift for shift in (0, 12, -12) if all(low <= pitch + shift <= high for pitch in pitches))
    return next(fits, None)


def _moved(note: Note, shift: int) -> Note:
    assert isinstance(note.pitch, Pitch)
    return replace(note, pitch=in_octave(note.pitch, shift // 12), lyrics=(), staff=None)


def _pedal_element(event: Event, notes: tuple[Note, Note] | None) -> Element:
    if notes is not None:
        return chord_of([notes[1]], fermata=event.element.fermata)
    fermata = isinstance(event.element, Rest) and event.element.fermata
    return Rest(event.element.value, fermata=fermata)


def _left_element(event: Event, notes: tuple[Note, Note] | None) -> Element:
    """What the hands have of an event without the note of the pedal."""
    if notes is None:
        return event.element
    others = [note for note in event.element.notes if note is not notes[0]]
    if others:
        return chord_of(others, fermata=event.element.fermata)
    return Rest(event.element.value, fermata=event.element.fermata)
