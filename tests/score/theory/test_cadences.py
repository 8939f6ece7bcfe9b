"""The table of cadences."""

from __future__ import annotations

import pytest

from scoregen.score.theory.cadences import AUTHENTIC, DECEPTIVE, HALF, LEADING_HOME_DEGREES, PHRYGIAN, PLAGAL, Cadence
from scoregen.score.theory.chord_kinds import parse_chord


@pytest.mark.parametrize(
    ("cadence", "before", "expected"),
    [
        (AUTHENTIC, "G7", True),
        (AUTHENTIC, "Bm7b5", True),
        (AUTHENTIC, "Gm", False),
        (AUTHENTIC, "F", False),
        (PLAGAL, "Fm", True),
        (PLAGAL, "Dm", False),
        (DECEPTIVE, "G", True),
        (DECEPTIVE, "Bdim", False),
        (PHRYGIAN, "Fm", True),
        (PHRYGIAN, "F", False),
        (HALF, "Ddim7", True),
    ],
)
def test_chords_that_lead_to_a_cadence_in_c(cadence: Cadence, before: str, expected: bool) -> None:
    assert cadence.leads(*parse_chord(before)) is expected


def test_the_last_chords() -> None:
    assert AUTHENTIC.last.contains(0, "minor") and not AUTHENTIC.last.contains(0, "dominant")
    assert HALF.last.contains(1, "dominant") and HALF.root_position
    assert DECEPTIVE.last.contains(3, "minor") and DECEPTIVE.last.contains(-4, "major")
    assert sorted(LEADING_HOME_DEGREES) == [-1, 1, 2, 5]
