"""Figures over a bass note."""

import pytest

from scoregen.score.directions import Figure
from scoregen.score.keys import KeySignature
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import note_name
from scoregen.score.theory.figures import figured_tones, read_figures


@pytest.mark.parametrize(
    ("bass", "figures", "fifths", "expected"),
    [
        ("C3", "_", 0, "C E G"),
        ("E3", "6", 0, "C E G"),
        ("F3", "6/5", 0, "D F A C"),
        ("G3", "4/3", 0, "C G B E"),
        ("F3", "2", 0, "G F B D"),
        ("F3", "4/2", 0, "G F B D"),
        ("G3", "6/4", 0, "C G E"),
        ("G3", "7", 0, "G B D F"),
        ("G3", "5/4", 0, "G C D"),
        ("G3", "4", 0, "G C D"),
        ("E3", "#", 0, "E G# B"),
        ("D3", "#", -1, "D F# A"),
        ("G3", "n", -2, "G B D"),
        ("D3", "6+", -1, "B D F"),
        ("B3", "b7", 0, "B D F Ab"),
        ("G3", "5/4/3", 0, "G B C D"),
        ("A3", "10/6", 0, "F A C"),
        ("C3", "9", 0, "C E G D"),
    ],
)
def test_the_chord_of_figures(bass: str, figures: str, fifths: int, expected: str) -> None:
    read = read_figures(figures)
    assert read is not None
    tones = figured_tones(Pitch.parse(bass), read, KeySignature(fifths))
    assert " ".join(map(note_name, tones.members)) == expected
    assert note_name(tones.bass) == bass[:-1]


def test_dissonances_and_raised_notes_sound_once() -> None:
    seventh = figured_tones(Pitch.parse("G3"), (Figure(7),), KeySignature(0))
    raised = figured_tones(Pitch.parse("E3"), (Figure(None, "sharp"),), KeySignature(0))
    assert [note_name(tone) for tone in (*seventh.single, *raised.single)] == ["F", "G#"]


@pytest.mark.parametrize("text", ["", "6x7", "1", "14", "6//5", "a", "65"])
def test_other_text_is_no_figure(text: str) -> None:
    assert read_figures(text) is None
