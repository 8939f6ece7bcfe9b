"""How each note is played: its velocity, and the share of its length that sounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.notation.midi.playing.dynamics import VELOCITY, DynamicCurve
from scoregen.notation.midi.playing.performance import PerformanceNote
from scoregen.score.elements import Note, Score, Slot
from scoregen.score.navigation import performance_order
from scoregen.score.pitch import Pitch, Unpitched
from scoregen.score.timeline import SoundingNote, measure_onsets

LENGTHS = {
    "staccatissimo": Fraction(1, 3),
    "staccato": Fraction(1, 2),
    "spiccato": Fraction(1, 2),
    "strong-accent": Fraction(2, 3),
    "detached-legato": Fraction(3, 4),
}
"""The share of its length that a note sounds. The shortest applies; a tenuto with a staccato is a portato."""
ACCENTS = {"accent": 16, "strong-accent": 24, "soft-accent": 8, "stress": 12, "unstress": -12}
"""The change of velocity by an articulation."""
_PORTATO = LENGTHS["detached-legato"]

_Address = tuple[int, Slot, Fraction, Pitch | Unpitched, bool]
"""Measure index, voice, onset in the measure, pitch, and whether it is a grace note."""


@dataclass(frozen=True, slots=True)
class MidiNote:
    """A sounding note with its velocity and its sounding length in quarters."""

    note: SoundingNote
    velocity: int
    length: Fraction


def midi_notes(
    score: Score, played: Score, notes: Sequence[PerformanceNote], levels: Mapping[tuple[str, int], DynamicCurve]
) -> list[MidiNote]:
    """The notes of a performance with the score's expression.

    `played` is the score in the order of performance, `notes` its notes, and `levels` are its dynamics. Velocities
    come from the place in the notated score: a repeat is as loud as the first time.
    """
    order, starts, written = performance_order(score.measures), measure_onsets(played), measure_onsets(score)
    heads = _heads(played)
    found = []
    for original, note in notes:
        index, onset = original.measure_index, original.onset - starts[original.measure_index]
        head = heads.get((index, original.slot, onset, original.pitch, original.duration == 0))
        curve = levels.get((original.slot.part, original.slot.staff))
        velocity = _velocity(head, curve.velocity(written[order[index]] + onset) if curve is not None else VELOCITY)
        found.append(MidiNote(note, velocity, _length(head, note)))
    return found


def _heads(played: Score) -> Mapping[_Address, Note]:
    """Every note by its address; of equal ones the first."""
    heads: dict[_Address, Note] = {}
    for index, measure in enumerate(played.measures):
        for voice in measure.voices:
            onset = Fraction(0)
            for element in voice.elements:
                for note in element.notes:
                    heads.setdefault((index, voice.slot, onset, note.pitch, note.grace), note)
                onset += element.duration
    return heads


def _velocity(head: Note | None, level: int) -> int:
    """The note's own velocity, else that of its place with its accents."""
    if head is not None and head.velocity is not None:
        return head.velocity
    accents = [ACCENTS.get(name, 0) for name in head.articulations] if head is not None else []
    return min(max(level + max(accents, key=abs, default=0), 1), 127)


def _length(head: Note | None, note: SoundingNote) -> Fraction:
    """The notated length, shortened by articulations; tied notes keep their length."""
    if head is None or not head.articulations or head.duration != note.duration:
        return note.duration
    share = min((LENGTHS[name] for name in head.articulations if name in LENGTHS), default=Fraction(1))
    if "tenuto" in head.articulations and share < 1:
        share = _PORTATO
    return note.duration * share
