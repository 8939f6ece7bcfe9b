"""The mode of a melody."""

from __future__ import annotations

import pytest

from scoregen.tasks.analyze import analyze
from tests.analysis.chorale_text import chorale

MELODIES = {
    "G4 | B4 | C5 | D5 | F5 | E5 | D5 | C5 | D5 | C5 | B4 | A4 | G4 | F4 | A4 | G4": "G mixolydian",
    "D4 | E4 | F4 | G4 | A4 | B4 | A4 | G4 | A4 | C5 | B4 | A4 | F4 | E4 | C4 | D4": "D dorian",
    "E4 | F4 | G4 | A4 | B4 | C5 | B4 | A4 | G4 | B4 | A4 | G4 | F4 | G4 | F4 | E4": "E phrygian",
    "C4 | D4 | E4 | F4 | G4 | A4 | B4 | C5 | B4 | A4 | G4 | F4 | E4 | D4 | B3 | C4": "C major",
    "A4 | B4 | C5 | D5 | E5 | F5 | E5 | D5 | C5 | B4 | A4 | G#4 | A4 | B4 | G#4 | A4": "A minor",
}


@pytest.mark.parametrize("text", MELODIES)
def test_the_final_and_the_notes_give_the_mode(text: str) -> None:
    assert str(analyze(chorale(text)).key) == MELODIES[text]
