"""Files whose black keys are all flats are told apart from chromatic music."""

from __future__ import annotations

import pytest

from scoregen.analysis.spelling_faults import spelling_notice
from scoregen.tasks.analyze import analyze
from scoregen.tasks.check import check
from tests.plan.tunes import tune

GUESSED = "G4:1 Gb4:1 G4:1 A4:1 | G4:1 Gb4:1 G4:1 D5:1 | C5:1 Ab4:1 A4:1 B4:1 | G4:1 Gb4:1 G4:2"


def test_flats_that_rise_to_their_naturals_are_named_with_what_is_meant() -> None:
    (notice,) = spelling_notice(tune(GUESSED))
    assert "Gb4 before G4, which would be F#4" in notice
    assert notice in analyze(tune(GUESSED)).notices
    assert notice in check(tune(GUESSED)).notices


def test_neighbours_below_the_third_are_no_blue_notes() -> None:
    (notice,) = spelling_notice(tune("E5:1 Eb5:1 E5:1 Eb5:1 | E5:1 B4:1 D5:1 C5:1 | E5:1 Eb5:1 E5:1 Eb5:1 | E5:4"))
    assert "Eb5 before E5, which would be D#5" in notice


@pytest.mark.parametrize(
    ("music", "key"),
    [
        (GUESSED.replace("Gb", "F#").replace("Ab", "G#"), "C major"),
        ("A4:1 Ab4:1 G4:1 Gb4:1 | F4:1 E4:1 Eb4:1 D4:1 | Db4:1 C4:1 B3:1 Bb3:1 | A3:1 Ab3:1 G3:2", "C major"),
        ("Eb4:1 E4:1 F4:2 | Bb3:1 B3:1 C4:2 | Eb4:1 E4:1 F4:2 | Bb3:1 B3:1 C4:2", "Bb major"),
        ("G4:1 Gb4:1 G4:2", "C major"),
        ("C4:1 Eb4:1 E4:1 G4:1 | A4:1 Bb4:1 B4:1 C5:1 | C4:1 Eb4:1 E4:1 G4:1 | A4:1 Bb4:1 B4:1 C5:1", "C major"),
    ],
)
def test_leading_notes_chromatic_lines_and_notes_of_keys_or_blues_are_as_they_are(music: str, key: str) -> None:
    assert spelling_notice(tune(music, key=key)) == ()
