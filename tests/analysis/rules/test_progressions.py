"""Six-four chords, and subdominants after dominants."""

from __future__ import annotations

import pytest

from tests.analysis.rules.test_rules import messages

PROGRESSIONS = {
    "cadential": ("E5 C5 B4 C5", "G4 E4 D4 E4", "C4 G3 G3 G3", "C3 G3 G3 C3"),
    "passing": ("C5 D5 E5 D5 C5", "G4 G4 G4 G4 E4", "E4 B3 C4 B3 G3", "C3 D3 E3 G3 C3"),
    "pedal": ("G4 A4 G4 G4 G4", "E4 F4 E4 D4 E4", "C4 C4 C4 B3 C4", "C3 C3 C3 G2 C3"),
    "arpeggiated": ("C5 C5 C5 B4 C5", "E4 E4 E4 D4 E4", "G3 G3 C4 G3 G3", "C3 G2 C3 G2 C3"),
}


def lines(rows: tuple[str, str, str, str]) -> dict[str, str]:
    return dict(zip(("soprano", "alto", "tenor", "bass"), rows, strict=True))


@pytest.mark.parametrize("use", PROGRESSIONS)
def test_the_four_uses_of_the_six_four_chord_are_no_faults(use: str) -> None:
    assert not messages("six-four", **lines(PROGRESSIONS[use]))


def test_a_six_four_chord_by_leap_is_a_fault() -> None:
    rows = ("G4 A4 G4 G4", "E4 F4 D4 E4", "C4 A3 B3 G3", "C3 C4 G3 C3")
    leaping = ("C5 F5 E5 D5 C5", "G4 D5 C5 B4 G4", "E4 F4 G4 G4 E4", "C3 A2 C3 G3 C3")
    found = messages("six-four", **lines(leaping))
    assert found == ["A2-F4-D5-F5 is a six-four chord that is neither cadential, passing, pedal nor arpeggiated"]
    assert not messages("six-four", **lines(rows)), "the same chord in root position"


def test_a_dominant_does_not_go_to_the_subdominant() -> None:
    back = ("C5 B4 A4 G4 G4", "G4 G4 F4 D4 E4", "E4 D4 C4 B3 C4", "C3 G3 F3 G3 C3")
    assert messages("retrogression", **lines(back)) == ["the dominant G goes back to the subdominant F in C major"]
    sixth = ("C5 B4 C5 D5 C5", "G4 G4 F4 G4 G4", "E4 D4 F4 G4 E4", "C3 G3 A3 B3 C4")
    assert not messages("retrogression", **lines(sixth)), "IV6 passes between V and V6"
    parted = ("C5 B4^ A4 G4 G4", "G4 G4 F4 D4 E4", "E4 D4 C4 B3 C4", "C3 G3 F3 G3 C3")
    assert not messages("retrogression", **lines(parted)), "a phrase end parts them"
