"""What a hand, a bow or a player can sound at once."""

from __future__ import annotations

import pytest

from scoregen.score.ensemble import can_play
from scoregen.score.instruments import instrument_type
from scoregen.score.pitch import Pitch


@pytest.mark.parametrize(
    ("instrument", "chord", "playable"),
    [
        ("violin", "G3 D4 A4 E5", True),
        ("violin", "G3 B3", False),  # both on the lowest string
        ("violin", "D4 B4", True),
        ("violin", "A4 C6", True),
        ("violin", "A3 G#5", False),  # strings that are not adjacent
        ("violin", "F3", False),
        ("cello", "C2 G2 E3 C4", True),
        ("cello", "C2 E2", False),
        ("double bass", "E1 A1", True),
        ("piano", "C4 E5", True),
        ("piano", "C4 F5", False),
        ("piano", "C4 D4 E4 F4 G4 A4", False),
        ("guitar", "E2 B2 E3 G#3 B3 E4", True),
        ("flute", "C5 E5", False),
        ("flute", "C5", True),
        ("bassoon", "", True),
    ],
)
def test_chords(instrument: str, chord: str, playable: bool) -> None:
    assert can_play(instrument_type(instrument), [Pitch.parse(text) for text in chord.split()]) == playable
