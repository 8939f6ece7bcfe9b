"""The elements of source voices as events, the voices of a hand that they go to, and the elements that they become."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

from scoregen.score.elements import Chord, Element, Measure, Note, Rest, Slot
from scoregen.score.pitch import Pitch


@dataclass
class Event:
    """An element of a source voice with the notes that are still to be placed; times in quarters of the measure."""

    slot: Slot
    onset: Fraction
    end: Fraction
    element: Element
    graces: tuple[Element, ...] = ()

    @property
    def notes(self) -> tuple[Note, ...]:
        return tuple(n for n in self.element.notes if isinstance(n.pitch, Pitch) and not n.cue)


@dataclass
class Host:
    """A voice of a hand: the events that give its rhythm, and the notes at each."""

    slot: Slot
    events: list[Event]
    notes: dict[Fraction, list[Note]] = field(default_factory=lambda: defaultdict(list))

    def event_at(self, onset: Fraction) -> Event | None:
        return next((event for event in self.events if event.onset == onset and event.notes), None)


def units_of(measure: Measure, slots: frozenset[Slot]) -> list[list[Event]]:
    """The events of every source voice that sounds in a measure."""
    found = []
    for voice in measure.voices:
        if voice.slot not in slots:
            continue
        now, events, graces = Fraction(0), list[Event](), list[Element]()
        for element in voice.elements:
            if element.grace:
                graces.append(element)
                continue
            events.append(Event(voice.slot, now, now + element.duration, element, tuple(graces)))
            now, graces = now + element.duration, []
        if any(event.notes for event in events):
            found.append(events)
    return found


def midi_of(note: Note) -> int:
    assert isinstance(note.pitch, Pitch)
    return note.pitch.midi_pitch


def height_of(host: Host) -> float:
    heights = [midi_of(note) for row in host.notes.values() for note in row]
    return sum(heights) / max(len(heights), 1)


def plain_grace(element: Element) -> Element:
    """A grace note without words."""
    if isinstance(element, Chord):
        return Chord(tuple(replace(note, lyrics=(), staff=None) for note in element.notes))
    return replace(element, lyrics=(), staff=None) if isinstance(element, Note) else element


def chord_of(notes: Sequence[Note], *, fermata: bool) -> Element:
    bare = [replace(note, fermata=fermata and at == 0, lyrics=()) for at, note in enumerate(notes)]
    if len(bare) == 1:
        return bare[0]
    return Chord(tuple(replace(note, articulations=bare[0].articulations) for note in bare))


def with_hidden_rests(row: Sequence[Element], others: Sequence[Sequence[Element]]) -> tuple[Element, ...]:
    """The elements of a second voice, whose rests are not printed where another voice sounds."""
    if not others:
        return tuple(row)
    sounding = []
    for other in others:
        ends = [Fraction(0)]
        for element in other:
            ends.append(ends[-1] + element.duration)
        sounding += [span for element, span in zip(other, pairwise(ends), strict=True) if element.notes]
    now, found = Fraction(0), list[Element]()
    for element in row:
        end = now + element.duration
        if isinstance(element, Rest) and any(low < end and high > now for low, high in sounding):
            element = replace(element, visible=False)
        found.append(element)
        now = end
    return tuple(found)
