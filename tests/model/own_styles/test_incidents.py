"""Incidents: planted faults are counted, once, under the name of their cost."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.model.own_styles.incidents import incidents
from scoregen.score.elements import Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.tokens.events import Event, Header, Slice, TokenMeasure, TokenScore


def piece(*chords: str, ends: bool = False) -> TokenScore:
    """A measure of quarters, each chord from the highest voice to the lowest."""
    header = Header(
        "1", TimeSignature((4,), 4), KeySignature(0), Fraction(4), Fraction(0), (Fraction(3),) if ends else ()
    )
    slices = [
        Slice(Fraction(index), tuple(Event("attack", (Pitch.parse(name),)) for name in chord.split()))
        for index, chord in enumerate(chords)
    ]
    return TokenScore(tuple(Slot(f"P{voice}") for voice in range(1, 5)), (TokenMeasure(header, tuple(slices)),))


QUIET = ("C5 G4 E4 C3", "C5 A4 F4 F3", "B4 G4 D4 G3", "C5 G4 E4 C3")


@pytest.mark.parametrize(
    ("kind", "chords"),
    [
        ("parallel", ("C5 G4 E4 C3", "D5 A4 F4 D3", "B4 G4 D4 G3", "C5 G4 E4 C3")),
        ("crossing", ("C5 G4 E4 C3", "C5 A4 B4 F3", "B4 G4 D4 G3", "C5 G4 E4 C3")),
        ("overlap", ("C5 G4 E4 C3", "A5 D5 F4 F3", "B4 G4 D4 G3", "C5 G4 E4 C3")),
        ("leap_of_octave", ("C5 G4 E4 C3", "C5 A4 F4 F3", "B4 G4 D4 F2", "C5 G4 E4 C3")),
        ("leap_of_seventh", ("C5 G4 E4 C3", "Bb5 A4 F4 F3", "B4 G4 D4 G3", "C5 G4 E4 C3")),
        ("leap_over_octave", ("C5 G4 E4 C3", "E6 A4 F4 F3", "B4 G4 D4 G3", "C5 G4 E4 C3")),
        ("augmented_step", ("C5 G4 E4 C3", "C5 Ab4 F4 F3", "B4 B4 D4 G3", "C5 G4 E4 C3")),
        ("unprepared_dissonance", ("C5 G4 E4 C3", "C5 A4 F4 F3", "B4 F4 D4 G3", "C5 E4 E4 C3")),
        ("cross_relation", ("C5 E4 C4 C3", "C5 G4 Eb4 C3", "B4 G4 D4 G3", "C5 G4 E4 C3")),
        ("seventh_leaves", ("C5 G4 E4 C3", "C5 A4 F4 F3", "B4 F4 D4 G3", "C5 G4 E4 C3")),
        ("leading_note_leaves", ("C5 G4 E4 C3", "C5 A4 F4 F3", "B4 F4 D4 G3", "G4 E4 E4 C3")),
    ],
)
def test_a_planted_fault_is_counted(kind: str, chords: tuple[str, ...]) -> None:
    (before, _), (after, occasions) = (incidents([piece(*each)])[kind] for each in (QUIET, chords))
    assert before == 0
    assert after >= 1
    assert occasions >= after
    twice = incidents([piece(*chords), piece(*chords)])[kind]
    assert twice == (2 * after, 2 * occasions)


def test_a_direct_octave_of_the_outer_voices() -> None:
    direct = piece("E4 D4 C4 C3", "A4 F4 C4 A3")
    assert incidents([direct])["direct_motion"] == (1, 1)
    assert incidents([piece("G4 D4 C4 C3", "A4 F4 C4 A3")])["direct_motion"] == (0, 1)  # the upper voice steps


def test_a_diminished_fifth_before_a_perfect_one() -> None:
    assert incidents([piece("F4 D4 D4 B3", "G4 E4 E4 C4")])["unequal_fifths"][0] == 1


@pytest.mark.parametrize(("last", "cases"), [("C5 G4 E4 C3", 0), ("C5 G4 E4 G3", 1), ("C5 G4 E4 A2", 1)])
def test_an_open_phrase_end(last: str, cases: int) -> None:
    assert incidents([piece(*QUIET[:3], last, ends=True)])["open_phrase_end"] == (cases, 1)
    assert incidents([piece(*QUIET[:3], last)])["open_phrase_end"] == (0, 0)
