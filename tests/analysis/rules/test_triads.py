"""Chords without third, and doubled thirds."""

from __future__ import annotations

from tests.analysis.rules.test_rules import messages


def test_a_chord_without_third_is_named_by_its_notes() -> None:
    lines = {"soprano": "E4 G4 G4 G4", "alto": "C4 C4 D4 C4", "tenor": "G3 G3 B3 E3", "bass": "C3 C3 G2 C3"}
    assert messages("missing-third", **lines) == ["C3-G3-C4-G4 has no third"]
    assert not messages("missing-third", **{**lines, "alto": "C4 E4 D4 C4"})


def test_a_seventh_chord_without_third_is_one_too() -> None:
    lines = {"soprano": "E4 F4 E4", "alto": "C4 D4 C4", "tenor": "G3 G3 G3", "bass": "C3 G2 C3"}
    assert messages("missing-third", **lines) == ["G2-G3-D4-F4 has no third"]


def test_suspended_thirds_and_two_voices_are_complete_enough() -> None:
    suspended = {"soprano": "C5 C5 B4 C5", "alto": "E4 D4 D4 E4", "tenor": "G3 G3 G3 G3", "bass": "C3 G2 G2 C3"}
    assert not messages("missing-third", **suspended)
    assert not messages("missing-third", soprano="E4 G4 E4", bass="C3 C3 C3")


def test_the_last_chord_is_a_matter_of_the_cadence() -> None:
    lines = {"soprano": "C5 B4 C5", "alto": "F4 D4 G4", "tenor": "A3 G3 G3", "bass": "F3 G3 C3"}
    assert not messages("missing-third", **lines)
    assert messages("final-cadence", **lines) == ["the last chord, C3-G3-G4-C5, has no third"]


def test_a_doubled_third_is_a_fault_in_root_position_of_a_major_triad() -> None:
    lines = {"soprano": "G4 A4 G4 E4", "alto": "E4 A3 D4 C4", "tenor": "G3 C4 B3 G3", "bass": "C3 F3 G3 C3"}
    assert messages("doubled-third", **lines) == ["soprano and alto double the third of F (A4 and A3)"]
    assert not messages("doubled-third", **{**lines, "alto": "E4 F4 D4 C4"})


def test_thirds_on_tonal_degrees_may_be_doubled() -> None:
    deceptive = {"soprano": "C5 B4 C5 B4 C5", "alto": "A4 G#4 A4 G#4 A4", "tenor": "E4 E4 C4 E4 E4"}
    assert not messages("doubled-third", **deceptive, bass="A3 E3 F3 E3 A3"), "VI after V in minor"
    minor = {"soprano": "E4 F4 E4 D4 E4", "alto": "C4 D4 C4 B3 C4", "tenor": "G3 F3 G3 G3 G3", "bass": "C3 D3 C3 G2 C3"}
    assert not messages("doubled-third", **minor), "the third of a minor triad"
