"""The key that suits an ensemble."""

from __future__ import annotations

from scoregen.generation.arranging.fitting import fitting_interval
from scoregen.score.ensemble import load_ensemble
from scoregen.score.pitch import UNISON
from tests.generation.arranging.sources import choir, played


def test_a_low_hymn_goes_up_and_a_fitting_one_stays() -> None:
    low = choir(("q:A3 q:B3 q:C4 q:D4", "w:G3", "w:E3", "q:F2 q:E2 q:D2 q:D2"))
    satb = load_ensemble("satb")
    assert 1 <= fitting_interval(low, satb).semitones <= 6
    fits = choir(("q:C5 q:D5 q:E5 q:D5", "w:G4", "w:E4", "w:C3"))
    assert fitting_interval(fits, satb) == UNISON


def test_uncomfortable_notes_are_named() -> None:
    low = choir(("q:C4 q:B3 q:C4 q:D4", "w:G3", "w:E3", "w:C3"))
    done = played("satb", low)
    assert done.uncomfortable > 0
    assert any(n.startswith("Soprano: ") and "outside the comfortable range" in n for n in done.notices)
