"""Broken chords are read as their chords."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.analysis.harmony.chords import chord_spans
from scoregen.score.elements import Chord, Measure, Note, Part, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue


def broken(time: str, value: str, *measures: str) -> Score:
    """One voice; notes separated by spaces, `C3+E3` a chord."""
    signature = TimeSignature.parse(time)

    def element(text: str) -> Note | Chord:
        notes = tuple(Note(NoteValue(value), Pitch.parse(name)) for name in text.split("+"))
        return notes[0] if len(notes) == 1 else Chord(notes)

    rows = [tuple(element(text) for text in measure.split()) for measure in measures]
    columns = tuple(
        Measure(str(number), sum((note.duration for note in row), Fraction(0)), signature, KeySignature(0), voices)
        for number, row in enumerate(rows, 1)
        for voices in [(Voice(Slot("P1"), row),)]
    )
    return Score((Part("P1", "Piano"),), columns)


@pytest.mark.parametrize(
    "score",
    [
        broken("4/4", "eighth", "C3 G3 E3 G3 C3 G3 E3 G3", "B2 G3 D3 G3 B2 G3 D3 G3", "C3 G3 E3 G3 C3 G3 E3 G3"),
        broken("3/4", "quarter", "C3 E3+G3 E3+G3", "B2 D3+G3 D3+G3", "C3 E3+G3 E3+G3"),
        broken("6/8", "eighth", "C3 E3 G3 C4 G3 E3", "B2 D3 G3 D4 G3 D3", "C3 E3 G3 C4 G3 E3"),
    ],
    ids=["Alberti", "waltz", "arpeggio"],
)
def test_a_figure_is_one_chord(score: Score) -> None:
    assert [str(span.chord) for span in chord_spans(score)] == ["C", "G/B", "C"]


def test_two_chords_in_a_measure_stay_two() -> None:
    score = broken("4/4", "eighth", "C3 E3 G3 E3 A2 C3 E3 C3", "F2 A2 C3 A2 G2 B2 D3 B2", "C3 E3 G3 E3 C3 E3 G3 E3")
    assert [str(span.chord) for span in chord_spans(score)] == ["C", "Am", "F", "G", "C"]


def test_a_scale_is_no_chord() -> None:
    score = broken("4/4", "eighth", "C4 D4 E4 F4 G4 A4 B4 C5")
    assert len({note for span in chord_spans(score) for note in span.foreign}) > 0
