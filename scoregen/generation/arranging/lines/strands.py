"""A score as strands: lines of single notes that an arrangement can give to one player.

A strand is a voice, or one layer of the chords of a voice: its leading note, and the further notes from there on. The
leading note is the highest, in a voice that is mostly the bass of its score the lowest. A strand keeps the elements of
its voice, with the values, ties, tuplets and articulations that are written there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import NamedTuple

from scoregen.score.elements import Element, Measure, Note, Rest, Score, Slot
from scoregen.score.ensemble.tablature import linked_tablature
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, changes, pitch_of, pitched_notes

WHOLE = -1
"""The layer of a strand that is a whole voice, with its chords."""


class Strand(NamedTuple):
    """Layer 0 holds the leading notes of a voice, layer 1 the next notes of its chords, and so on; see `WHOLE`."""

    slot: Slot
    layer: int = 0
    from_bottom: bool = False

    @property
    def whole(self) -> Strand:
        return self._replace(layer=WHOLE)


def strands_of(score: Score) -> tuple[Strand, ...]:
    """The strands with a pitched note, in the order of the page; without tablature that repeats a staff."""
    silent, bottoms = linked_tablature(score), _bass_slots(score)
    sizes: dict[Slot, int] = defaultdict(int)
    for measure in score.measures:
        for voice in measure.voices:
            largest = max((len(_pitched(element)) for element in voice.elements), default=0)
            sizes[voice.slot] = max(sizes[voice.slot], largest)
    slots = [slot for slot in score.slots if slot not in silent]
    return tuple(Strand(slot, layer, slot in bottoms) for slot in slots for layer in range(sizes[slot]))


def strand_elements(measure: Measure, strand: Strand) -> tuple[Element, ...]:
    """The elements of a strand in a measure; none if the measure lacks its voice."""
    voice = measure.voice(strand.slot)
    if voice is None:
        return ()
    found = [layer_of(element, strand) for element in voice.elements]
    return tuple(element for element in found if element is not None)


def layer_of(element: Element, strand: Strand) -> Element | None:
    """What a strand has of an element: one note, a rest where it has none, and None for a grace note it has not."""
    notes = _pitched(element)
    if not notes:
        return element if isinstance(element, Rest) else None if element.grace else Rest(element.value)
    if strand.layer == WHOLE:
        return element
    order = notes if strand.from_bottom else notes[::-1]
    if strand.layer >= len(order):
        return None if element.grace else Rest(element.value)
    return replace(order[strand.layer], lyrics=notes[0].lyrics, fermata=any(note.fermata for note in notes))


def _pitched(element: Element) -> tuple[Note, ...]:
    """The notes with a pitch that sound, lowest first."""
    notes = [note for note in element.notes if isinstance(note.pitch, Pitch) and not note.cue]
    return tuple(sorted(notes, key=_height))


def _height(note: Note) -> float:
    assert isinstance(note.pitch, Pitch)
    return float(note.pitch.chromatic)


def _bass_slots(score: Score) -> frozenset[Slot]:
    """The voices whose notes are the lowest of the score more often than the highest."""
    lowest, highest = Counter[Slot](), Counter[Slot]()
    sounding: list[SoundingNote] = []
    for change in changes(pitched_notes(score)):
        sounding = [note for note in sounding if note.end > change.time] + [*change.starts]
        if sounding:
            lowest[min(sounding, key=lambda note: pitch_of(note).chromatic).slot] += 1
            highest[max(sounding, key=lambda note: pitch_of(note).chromatic).slot] += 1
    return frozenset(slot for slot, count in lowest.items() if count > highest[slot])
