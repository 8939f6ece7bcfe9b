"""Each voice-leading cost applies to its fault and to nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, REST, pitch_id
from scoregen.model.features.inputs import SILENCE, Ints
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.model.sampling.costs.voice_leading import voice_leading_costs
from scoregen.score.pitch import Pitch
from scoregen.styles.style import load_style

COSTS = load_style().voice_leading.with_options(6.0, 1.0)


def ids(names: str) -> list[int]:
    return [SILENCE if name == "-" else pitch_id(Pitch.parse(name)) for name in names.split()]


def decision_context(
    voice: int, previous: Ints, others: Ints, other_pitches: Ints, closes: bool = False
) -> DecisionContext:
    """The context of a voice's decision, with a row for each row of `previous`."""
    rows = len(previous)
    voices, ages = np.full(rows, voice), np.zeros(rows, dtype=np.int64)
    return DecisionContext(
        voices,
        previous[:, voice],
        ages,
        previous,
        others,
        other_pitches,
        np.full(rows, closes),
        np.zeros(rows, dtype=bool),
        np.zeros(rows, dtype=bool),
        np.zeros(rows, dtype=np.int64),
    )


def cost(voice: int, previous: str, others: dict[int, str], pitch: str) -> float:
    """The cost of a pitch for a voice, where `others` are the pitches of the voices already written."""
    slots = np.array([list(others)], dtype=np.int64).reshape(1, -1)
    pitches = np.array([ids(" ".join(others.values()))], dtype=np.int64).reshape(1, -1)
    costs = voice_leading_costs(decision_context(voice, np.array([ids(previous)]), slots, pitches), COSTS)
    assert costs[0, HOLD] == costs[0, REST] == 0
    return float(costs[0, FIRST_PITCH + ids(pitch)[0]])


@pytest.mark.parametrize(
    ("voice", "previous", "others", "pitch", "expected"),
    [
        (3, "G4 E4 C4 C3", {0: "A4"}, "D3", 6.0),  # parallel fifths
        (3, "C5 E4 G3 C3", {0: "D5"}, "D3", 6.0),  # an octave
        (3, "C5 E4 G3 C3", {0: "D5"}, "F3", 0.0),
        (3, "C5 E4 G3 C3", {0: "C5"}, "D3", 0.0),  # no other voice moves in parallel
        (1, "C5 G4 E4 C3", {0: "C5", 3: "D3"}, "A4", 6.0),  # with the bass, which is already written
        (1, "C5 G4 E4 C3", {0: "C5", 3: "C3"}, "D5", 1.0 + COSTS.overlap),  # above the soprano
        (1, "C5 G4 E4 C3", {0: "F5", 3: "C3"}, "D5", COSTS.overlap),  # below it, at its last pitch
        (2, "C5 G4 E4 C3", {0: "C5", 3: "C3"}, "A4", COSTS.overlap),
        (2, "C5 G4 E4 C3", {}, "F#4", 0.0),
        (2, "C5 A4 F4 C3", {}, "G#4", COSTS.augmented_step),
        (2, "C5 A4 F4 C3", {}, "Ab4", 0.0),  # a minor third
        (2, "C5 A4 F4 C3", {}, "F#4", 0.0),  # a chromatic step
        (2, "C5 A5 C4 C3", {}, "B4", COSTS.leap_of_seventh),
        (3, "C5 A4 F4 C3", {}, "E4", COSTS.leap_over_octave),
        (3, "C5 A4 F4 C3", {}, "C4", COSTS.leap_of_octave),
        (3, "C5 A4 F4 A2", {0: "G5"}, "C3", COSTS.direct_motion),  # up together, the soprano by leap
        (3, "E5 A4 F4 C3", {0: "F5"}, "F3", 0.0),  # by step
        (3, "C5 A4 F4 E3", {0: "G5"}, "C3", 0.0),  # in contrary motion
        (0, "C5 A4 F4 A2", {3: "C3"}, "G5", COSTS.direct_motion),
        (0, "F4 D4 B3 B2", {3: "C3"}, "G4", COSTS.unequal_fifths),
        (3, "- E4 C4 C3", {0: "A4"}, "D3", 0.0),  # a voice that rested is in no parallel
    ],
)
def test_costs(voice: int, previous: str, others: dict[int, str], pitch: str, expected: float) -> None:
    assert cost(voice, previous, others, pitch) == pytest.approx(expected)


def test_rows_are_independent() -> None:
    previous = np.array([ids("G4 E4 C4 C3"), ids("C5 E4 G3 C3")])
    decision = decision_context(3, previous, np.array([[0], [0]]), np.array([ids("A4"), ids("C5")]))
    result = voice_leading_costs(decision, COSTS)[:, FIRST_PITCH + ids("D3")[0]]
    assert result.tolist() == [6.0, 0.0]


@pytest.mark.parametrize(
    ("voice", "others", "pitch", "expected"),
    [
        (3, {0: "D5"}, "G3", 0.0),  # the soprano has the fifth
        (3, {0: "D5"}, "B2", 0.0),  # the third
        (3, {0: "D5"}, "A3", COSTS.open_phrase_end),  # a fourth over the bass
        (1, {0: "D5", 3: "G3"}, "B4", 0.0),
        (1, {0: "D5", 3: "G3"}, "C5", COSTS.open_phrase_end),
        (1, {0: "D5"}, "C5", 0.0),  # the bass is not written yet
    ],
)
def test_a_phrase_ends_on_a_triad_in_root_position(
    voice: int, others: dict[int, str], pitch: str, expected: float
) -> None:
    previous = np.array([ids("D5 C5 - -")])
    slots, pitches = np.array([list(others)]), np.array([ids(" ".join(others.values()))])
    costs = {
        closes: voice_leading_costs(decision_context(voice, previous, slots, pitches, closes), COSTS)[0]
        for closes in (True, False)
    }
    event = FIRST_PITCH + ids(pitch)[0]
    assert costs[True][event] - costs[False][event] == pytest.approx(expected)
    hold = COSTS.open_phrase_end if voice == 1 and 3 in others else 0.0
    assert costs[True][HOLD] == pytest.approx(hold), "a held suspension costs as much as an attack"
