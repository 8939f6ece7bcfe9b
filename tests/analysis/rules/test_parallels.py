"""All parallels are found, and nothing else."""

from fractions import Fraction

from scoregen.analysis.rules.parallels import parallels
from scoregen.score.elements import Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue

SLOTS = (Slot("P1"), Slot("P2"))
TWO_FOUR = TimeSignature((2,), 4)


def two_voices(upper: str, lower: str) -> Score:
    """One measure of quarters for each line of pitches; `-` is a rest."""
    lines = [[_element(name) for name in line.split()] for line in (upper, lower)]
    duration = Fraction(len(lines[0]))
    voices = tuple(Voice(slot, tuple(line)) for slot, line in zip(SLOTS, lines, strict=True))
    measure = Measure("1", duration, TWO_FOUR, KeySignature(0), voices)
    return Score((Part("P1"), Part("P2")), (measure,))


def _element(name: str) -> Note | Rest:
    value = NoteValue("quarter")
    return Rest(value) if name == "-" else Note(value, Pitch.parse(name))


def found(upper: str, lower: str) -> list[tuple[Fraction, int]]:
    return [(fault.onset, fault.semitones) for fault in parallels(two_voices(upper, lower), SLOTS)]


def test_parallel_fifths_octaves_and_unisons() -> None:
    assert found("G4 A4", "C4 D4") == [(1, 7)]
    assert found("C5 D5", "C4 D4") == [(1, 0)]
    assert found("C4 D4", "C4 D4") == [(1, 0)]
    assert found("G5 A5", "C4 D4") == [(1, 7)]


def test_motions_that_are_not_parallel() -> None:
    assert found("G4 G4", "C4 C4") == []  # repeated notes do not move
    assert found("G4 G4", "C4 C3") == []  # one voice stays
    assert found("G4 A4", "C4 E4") == []  # a fifth goes to a fourth
    assert found("G4 - A4", "C4 - D4") == []  # a rest separates them
    assert found("E4 F4", "C4 D4") == []  # thirds
    assert found("G4 G5", "C4 C5") == []  # the same chord, an octave higher
