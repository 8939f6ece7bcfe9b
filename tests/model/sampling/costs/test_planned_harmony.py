"""The costs of notes outside the planned harmony."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from scoregen.model.features.alphabet import FIRST_PITCH, GRID, HOLD, PITCH_IDS, REST
from scoregen.model.features.inputs import SILENCE
from scoregen.model.sampling.costs.planned_harmony import planned_harmony_costs
from scoregen.score.keys import Key, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.styles.style import load_style
from scoregen.tokens.events import Harmony, Header

COSTS = replace(load_style().voice_leading, foreign_to_plan=1.0, other_bass=2.0)
PLAIN = Header("1", TimeSignature((4,), 4), KeySignature(0), Fraction(4))
DOMINANT = Harmony(Fraction(1), Key(0, "major"), 1, "dominant", 1)
UPPER, BASS = 1, 3


def pitch(name: str) -> int:
    return PITCH_IDS[Pitch.parse(name)]


def costs(beat: float, voice: int, before: int = SILENCE, *, on_beat: bool = True) -> np.ndarray:
    table = planned_harmony_costs([replace(PLAIN, harmony=(DOMINANT,))], COSTS, 4)
    assert table is not None
    position = np.array([round(beat * GRID)])
    return table.costs(position, np.array([voice]), np.array([before]), np.array([on_beat]))[0]


def test_attacks_outside_the_chord_cost_on_beats() -> None:
    row = costs(2, UPPER)
    assert [row[FIRST_PITCH + pitch(name)] for name in ("G4", "B4", "D4", "F4", "C4", "E4")] == [0, 0, 0, 0, 1, 1]
    assert row[HOLD] == row[REST] == 0


def test_notes_between_beats_are_free_unless_the_chord_begins_there() -> None:
    assert not costs(2.5, UPPER, on_beat=False).any()
    assert costs(1, UPPER, on_beat=False)[FIRST_PITCH + pitch("C4")] == 1


def test_before_the_first_chord_nothing_costs() -> None:
    assert not costs(0, BASS).any()


def test_where_no_chord_is_planned_nothing_costs() -> None:
    header = replace(PLAIN, harmony=(DOMINANT,), unplanned=(Fraction(2),))
    table = planned_harmony_costs([header], COSTS, 4)
    assert table is not None
    places = ([1 * GRID], [3 * GRID])
    at = [table.costs(np.array(place), np.array([BASS]), np.array([SILENCE]), np.array([True])) for place in places]
    assert [own.any() for own in at] == [True, False]


def test_the_bass_has_the_planned_note_where_the_chord_begins() -> None:
    row = costs(1, BASS, pitch("C3"))
    assert [row[FIRST_PITCH + pitch(name)] for name in ("B2", "G2", "C3")] == [0, 2, 3]
    assert row[HOLD] == 2
    assert costs(1, BASS, pitch("B2"))[HOLD] == 0
    assert costs(2, BASS, pitch("C3"))[HOLD] == 0


def test_without_a_plan_there_are_no_costs() -> None:
    assert planned_harmony_costs([PLAIN], COSTS, 4) is None


def test_for_players_notes_that_contradict_the_chord_cost_between_beats_too() -> None:
    secondary = Harmony(Fraction(1), Key(0, "major"), 2, "dominant", 0)
    between = np.array([round(2.5 * GRID)]), np.array([UPPER]), np.array([SILENCE]), np.array([False])
    rows = {}
    for is_played in (True, False):
        table = planned_harmony_costs([replace(PLAIN, harmony=(secondary,))], COSTS, 4, is_played)
        assert table is not None
        rows[is_played] = table.costs(*between)[0]
    names = ("F4", "C#4", "Ab4", "F#4", "C4", "E4", "B4", "G4")
    found = [rows[True][FIRST_PITCH + pitch(name)] for name in names]
    assert found == [1, 1, 1, 0, 0, 0, 0, 0], "members of D7 and notes of other letters are free"
    assert not rows[False].any()
