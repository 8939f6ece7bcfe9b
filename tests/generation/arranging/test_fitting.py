"""The key that suits an ensemble."""

from __future__ import annotations

import pytest

from scoregen.generation.arranging.arrangement import arranged
from scoregen.generation.arranging.fitting import fitting_intervals
from scoregen.generation.arranging.transposing import best_interval
from scoregen.notation.graft.transposition import transposed
from scoregen.score.ensemble import load_ensemble
from scoregen.score.pitch import UNISON
from scoregen.score.timeline import pitch_of, pitched_notes
from tests.generation.arranging.sources import choir, played

WIDE = choir(("q:C4 q:G4 q:C5 q:F5", "w:C4", "w:G3", "w:C3"))
HYMN = choir(
    ("q:G4 q:A4 q:B4 q:C5", "q:D4 q:D4 q:D4 q:E4", "q:B3 q:A3 q:G3 q:G3", "q:G3 q:F#3 q:G3 q:C3"),
    ("q:D5 q:C5 q:B4 q:A4", "q:G4 q:E4 q:D4 q:D4", "q:B3 q:C4 q:D4 q:F#3", "q:G2 q:A2 q:B2 q:D3"),
    ("w:G4", "w:D4", "w:B3", "w:G2"),
)


def test_a_wide_melody_goes_up_and_a_fitting_one_stays() -> None:
    satb = load_ensemble("satb")
    assert str(fitting_intervals(WIDE, satb)[0]) == "M2"
    fits = choir(("q:C5 q:D5 q:E5 q:D5", "w:G4", "w:E4", "w:C3"))
    assert fitting_intervals(fits, satb)[0] == UNISON
    assert best_interval(fits, satb) == UNISON


@pytest.mark.parametrize("name", ["ssa", "ttbb", "sab", "ssaa"])
def test_a_hymn_lies_comfortably_in_a_choir_of_other_voices(name: str) -> None:
    ensemble = load_ensemble(name)
    there = arranged(transposed(HYMN, best_interval(HYMN, ensemble)), ensemble)
    assert there.uncomfortable == 0
    last = [pitch_of(note).pitch_class for note in pitched_notes(there.score) if note.end == there.score.duration]
    assert {(each - last[0]) % 12 for each in last} >= {0, 4}


def test_uncomfortable_notes_are_named() -> None:
    done = played("satb", WIDE)
    assert done.uncomfortable > 0
    assert "Soprano: 1 note outside the comfortable range in measure 1" in done.notices
