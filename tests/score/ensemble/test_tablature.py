"""Tablature that repeats a staff sounds once; other tablature stays."""

from __future__ import annotations

from dataclasses import replace

from scoregen.score.elements import Clef, Part, Score, Slot
from scoregen.score.ensemble.tablature import without_tablature
from tests.notation.handmade import measure

GUITAR = Part("P1", "Guitar", clefs=(Clef("G", 2, -1), Clef("TAB", 5)))
STAFF, TABLATURE = Slot("P1", 1), Slot("P1", 2)


def guitar(upper: str, lower: str, part: Part = GUITAR) -> Score:
    return Score((part,), (measure("1", "4/4", {STAFF: upper, TABLATURE: lower}),))


def slots(score: Score) -> list[Slot]:
    return [voice.slot for row in score.measures for voice in row.voices]


def test_a_linked_tablature_is_left_out() -> None:
    assert slots(without_tablature(guitar("h:C4 h:E4", "h:C4 h:E4"))) == [STAFF]
    assert slots(without_tablature(guitar("h:C4 h:E4", "h:C3 h:E3"))) == [STAFF]
    assert without_tablature(guitar("h:C4 h:E4", "h:C4 h:E4")).parts == (GUITAR,)


def test_a_tablature_with_other_notes_stays() -> None:
    for score in (guitar("h:C4 h:E4", "h:C4 h:F4"), guitar("w:r", "h:C4 h:E4")):
        assert without_tablature(score) is score


def test_two_equal_staves_without_tablature_stay() -> None:
    piano = replace(GUITAR, clefs=(Clef(), Clef("F", 4)))
    score = guitar("h:C4 h:E4", "h:C4 h:E4", piano)
    assert without_tablature(score) is score
