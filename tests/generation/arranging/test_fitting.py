"""The key that suits an ensemble."""

from __future__ import annotations

from scoregen.generation.arranging.fitting import fitting_interval
from scoregen.score.ensemble import load_ensemble
from scoregen.score.pitch import UNISON
from tests.generation.arranging.sources import choir, played

WIDE = choir(("q:C4 q:G4 q:C5 q:F5", "w:C4", "w:G3", "w:C3"))


def test_a_wide_melody_goes_up_and_a_fitting_one_stays() -> None:
    satb = load_ensemble("satb")
    assert str(fitting_interval(WIDE, satb)) == "M2"
    fits = choir(("q:C5 q:D5 q:E5 q:D5", "w:G4", "w:E4", "w:C3"))
    assert fitting_interval(fits, satb) == UNISON


def test_uncomfortable_notes_are_named() -> None:
    done = played("satb", WIDE)
    assert done.uncomfortable > 0
    assert "Soprano: 1 note outside the comfortable range in measure 1" in done.notices
