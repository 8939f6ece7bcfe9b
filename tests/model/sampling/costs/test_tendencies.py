"""Each cost of a tendency applies to its fault and to nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, pitch_id
from scoregen.model.features.inputs import SILENCE
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.model.sampling.costs.tendencies import tendency_costs
from scoregen.score.pitch import Pitch
from scoregen.styles.style import load_style

COSTS = load_style().voice_leading
V7 = "B4 F4 D4 G3"


def ids(names: str) -> list[int]:
    return [SILENCE if name == "-" else pitch_id(Pitch.parse(name)) for name in names.split()]


def cost(voice: int, previous: str, others: dict[int, str], event: str, on_beat: bool = False, key: int = 0) -> float:
    """The cost of a pitch, or of a hold, where `others` are the pitches of the voices already written."""
    before = np.array([ids(previous)])
    decision = DecisionContext(
        np.array([voice]),
        before[:, voice],
        np.array([0]),
        before,
        np.array([list(others)], dtype=np.int64).reshape(1, -1),
        np.array([ids(" ".join(others.values()))], dtype=np.int64).reshape(1, -1),
        np.array([False]),
        np.array([True]),
        np.array([on_beat]),
        np.array([key]),
    )
    row = tendency_costs(decision, COSTS)[0]
    return float(row[HOLD] if event == "hold" else row[FIRST_PITCH + ids(event)[0]])


@pytest.mark.parametrize(
    ("voice", "previous", "others", "event", "expected"),
    [
        (1, V7, {0: "C5", 3: "C3"}, "E4", 0.0),  # the seventh falls
        (1, V7, {0: "C5", 3: "C3"}, "G4", COSTS.seventh_leaves),
        (1, V7, {0: "C5", 3: "C3"}, "hold", COSTS.seventh_stays),
        (1, V7, {0: "C5"}, "hold", 0.0),  # the bass is not written yet
        (1, V7, {0: "D5", 3: "G3"}, "hold", 0.0),  # it stays
        (3, "D5 B4 G4 F3", {0: "C5"}, "E3", 0.0),  # that of the bass falls too
        (3, "D5 B4 G4 F3", {0: "C5"}, "C3", COSTS.seventh_leaves),
        (3, "D5 B4 G4 F3", {0: "C5"}, "hold", 0.0),
        (1, "C5 G4 E4 C3", {0: "C5", 3: "C3"}, "A4", 0.0),  # no seventh
        (0, V7, {3: "C3"}, "C5", 0.0),  # the leading note rises
        (0, V7, {3: "C3"}, "G4", COSTS.leading_note_leaves),
        (0, V7, {3: "E3"}, "G4", COSTS.leading_note_leaves),  # to the tonic in first inversion
        (0, V7, {3: "D3"}, "G4", 0.0),  # the bass does not go to the tonic
        (1, "D5 B4 G4 G3", {0: "C5", 3: "C3"}, "G4", 0.0),  # an inner one falls a third
        (1, "D5 B4 G4 G3", {0: "C5", 3: "C3"}, "E4", COSTS.leading_note_leaves),
        (0, "E5 C5 G4 C3", {3: "F3"}, "C5", 0.0),  # the third of C is no leading note in C major
        (0, "C5 F#4 D4 G3", {}, "F5", COSTS.cross_relation),  # F sharp has just sounded in the alto
        (1, "C5 F#4 D4 G3", {}, "F4", 0.0),  # a chromatic step in one voice
        (1, "C5 E4 D4 G3", {0: "F#5"}, "F4", COSTS.cross_relation),  # both at once
        (1, "C5 G4 E4 G3", {0: "B4"}, "B3", COSTS.doubled_leading_note),
        (1, "C5 G4 E4 G3", {0: "D5"}, "D4", 0.0),
    ],
)
def test_costs(voice: int, previous: str, others: dict[int, str], event: str, expected: float) -> None:
    assert cost(voice, previous, others, event) == pytest.approx(expected)


def test_a_leading_note_depends_on_the_key() -> None:
    assert cost(0, "B4 G4 D4 G3", {3: "C3"}, "G4") == pytest.approx(COSTS.leading_note_leaves)
    assert cost(0, "B4 G4 D4 G3", {3: "C3"}, "G4", key=1) == 0, "in G major it is the third of the tonic"


def test_a_dissonance_that_is_reached_by_leap_on_a_beat_is_unprepared() -> None:
    assert cost(1, "C5 A4 E4 C3", {0: "D5", 3: "G3"}, "F4", on_beat=True) == pytest.approx(COSTS.unprepared_dissonance)
    assert cost(1, "C5 G4 E4 C3", {0: "D5", 3: "G3"}, "F4", on_beat=True) == 0, "by step it passes"
    assert cost(1, "C5 F4 E4 C3", {0: "D5", 3: "G3"}, "F4", on_beat=True) == 0, "it sounded before"
    assert cost(1, "C5 A4 E4 C3", {0: "D5", 3: "G3"}, "F4") == 0, "off a beat"
    assert cost(1, "C5 G4 E4 C3", {0: "D5", 3: "G3"}, "D4", on_beat=True) == 0, "a fifth"
