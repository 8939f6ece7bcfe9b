"""Motifs in degrees of the key."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.plan.piece.motif import degrees, motif_elements, motif_text, parse_motif
from scoregen.score.elements import Note, Rest
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch

FOUR = TimeSignature.parse("4/4")


def pitches(text: str, key: str, middle: int = 70) -> list[str]:
    (measure,) = parse_motif(text, FOUR)
    elements = motif_elements(measure, Key.parse(key), FOUR, middle)
    return [str(each.pitch) for each in elements if isinstance(each, Note) and isinstance(each.pitch, Pitch)]


def test_degrees_follow_key_and_mode() -> None:
    assert pitches("1:1 3:1 5:1 1':1", "C major") == ["C5", "E5", "G5", "C6"]
    assert pitches("1:1 3:1 5:1 #7,:1", "a minor") == ["A4", "C5", "E5", "G#4"]
    assert pitches("1:2 7,:2", "Eb major") == ["Eb5", "D5"]


def test_rests_and_long_notes_are_notated() -> None:
    (measure,) = parse_motif("r:1 5:2.5 4:0.5", FOUR)
    elements = motif_elements(measure, Key.parse("C major"), FOUR, 70)
    assert isinstance(elements[0], Rest)
    assert sum(element.duration for element in elements) == 4
    assert any(isinstance(each, Note) and each.tied_to_next for each in elements)


def test_texts_come_back() -> None:
    text = "5:1.5 4:0.5 #4:1 r:1 | b6':2 1,,:2"
    assert motif_text(parse_motif(text, FOUR)) == text
    assert motif_text(parse_motif("1:2/3 2:1/3 3:3", FOUR)) == "1:2/3 2:1/3 3:3"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("8:1 1:3", "found '8:1'; expected a degree"),
        ("1:3 2:2", "crosses a barline"),
        ("1:3", "found 3 quarters in the last measure; expected 4"),
        ("1:4 " * 9, "found 9 measures; expected at most 8"),
        ("1:0 1:4", "found '1:0'"),
        ("", "found 0 quarters"),
    ],
)
def test_what_is_no_motif(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_motif(text, FOUR)


def test_degrees_on_the_line_of_fifths() -> None:
    assert degrees(Key.parse("C major")) == [0, 2, 4, -1, 1, 3, 5]
    assert degrees(Key.parse("a minor")) == [3, 5, 0, 2, 4, -1, 1]
    assert Fraction(1) == parse_motif("1:1 1:3", FOUR)[0][0].length
