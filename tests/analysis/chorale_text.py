"""Four parts from text: `"C5 E4 G3 C3 | ..."`, one chord per quarter, the highest voice first."""

from __future__ import annotations

from fractions import Fraction

from scoregen.score.elements import Measure, Note, Part, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue

NAMES = ("soprano", "alto", "tenor", "bass")


def chorale(text: str, *, fifths: int = 0, phrase_ends: tuple[int, ...] = (), beats: int = 4) -> Score:
    """Chords separated by `|`, one per quarter; the chords with indices in `phrase_ends` have fermatas."""
    chords = [[Pitch.parse(name) for name in chord.split()] for chord in text.split("|")]
    slots = [Slot(name) for name in NAMES[: len(chords[0])]]
    measures = []
    for number, start in enumerate(range(0, len(chords), beats), start=1):
        column = chords[start : start + beats]
        voices = tuple(
            Voice(slot, tuple(Note(NoteValue("quarter"), chord[index]) for chord in column))
            for index, slot in enumerate(slots)
        )
        ends = tuple(Fraction(end - start) for end in phrase_ends if start <= end < start + len(column))
        time, key = TimeSignature((beats,), 4), KeySignature(fifths)
        measures.append(Measure(str(number), Fraction(len(column)), time, key, voices, phrase_ends=ends))
    return Score(tuple(Part(slot.part, slot.part.title()) for slot in slots), tuple(measures))
