"""Each price falls on what it is for, and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.model.network.alphabet import FIRST_PITCH, HOLD, REST, pitch_id
from scoregen.model.network.inputs import SILENCE, Ints
from scoregen.model.sampling.decision_context import DecisionContext
from scoregen.model.sampling.voice_leading_costs import voice_leading_costs
from scoregen.score.pitch import Pitch
from scoregen.styles.style import load_style

COSTS = load_style().voice_leading.with_options(6.0, 1.0)


def ids(names: str) -> list[int]:
    return [SILENCE if name == "-" else pitch_id(Pitch.parse(name)) for name in names.split()]


def turn_of(voice: int, was: Ints, others: Ints, now: Ints, closes: bool = False) -> DecisionContext:
    """A voice's turn, for as many rows as `was` has."""
    rows = len(was)
    whose, ages = np.full(rows, voice), np.zeros(rows, dtype=np.int64)
    return DecisionContext(
        whose, was[:, voice], ages, was, others, now, np.full(rows, closes), np.zeros(rows, dtype=bool)
    )


def price(voice: int, was: str, told: dict[int, str], becomes: str) -> float:
    """What it costs a voice to go to a pitch, `told` being what the voices set already sound now."""
    before = np.array([ids(was)])
    others = np.array([list(told)], dtype=np.int64).reshape(1, -1)
    now = np.array([ids(" ".join(told.values()))], dtype=np.int64).reshape(1, -1)
    found = voice_leading_costs(turn_of(voice, before, others, now), COSTS)
    assert found[0, HOLD] == found[0, REST] == 0
    return float(found[0, FIRST_PITCH + ids(becomes)[0]])


@pytest.mark.parametrize(
    ("voice", "was", "told", "becomes", "expected"),
    [
        (3, "G4 E4 C4 C3", {0: "A4"}, "D3", 6.0),  # a fifth goes on as a fifth
        (3, "C5 E4 G3 C3", {0: "D5"}, "D3", 6.0),  # an octave
        (3, "C5 E4 G3 C3", {0: "D5"}, "F3", 0.0),
        (3, "C5 E4 G3 C3", {0: "C5"}, "D3", 0.0),  # nobody goes along
        (1, "C5 G4 E4 C3", {0: "C5", 3: "D3"}, "A4", 6.0),  # with the bass, which is set already
        (1, "C5 G4 E4 C3", {0: "C5", 3: "C3"}, "D5", 1.0 + COSTS.overlap),  # above the soprano
        (1, "C5 G4 E4 C3", {0: "F5", 3: "C3"}, "D5", COSTS.overlap),  # below it, but where it was
        (2, "C5 G4 E4 C3", {0: "C5", 3: "C3"}, "A4", COSTS.overlap),
        (2, "C5 G4 E4 C3", {}, "F#4", 0.0),
        (2, "C5 A4 F4 C3", {}, "G#4", COSTS.augmented),
        (2, "C5 A4 F4 C3", {}, "Ab4", 0.0),  # a minor third
        (2, "C5 A4 F4 C3", {}, "F#4", 0.0),  # a chromatic step
        (2, "C5 A5 C4 C3", {}, "B4", COSTS.seventh),
        (3, "C5 A4 F4 C3", {}, "E4", COSTS.wide),
        (3, "C5 A4 F4 C3", {}, "C4", 0.0),  # an octave is no more than an octave
        (3, "C5 A4 F4 A2", {0: "G5"}, "C3", COSTS.direct),  # up together, the soprano by leap
        (3, "E5 A4 F4 C3", {0: "F5"}, "F3", 0.0),  # by step
        (3, "C5 A4 F4 E3", {0: "G5"}, "C3", 0.0),  # against it
        (0, "C5 A4 F4 A2", {3: "C3"}, "G5", COSTS.direct),
        (0, "F4 D4 B3 B2", {3: "C3"}, "G4", COSTS.unequal),
        (3, "- E4 C4 C3", {0: "A4"}, "D3", 0.0),  # who rested goes along with nobody
    ],
)
def test_prices(voice: int, was: str, told: dict[int, str], becomes: str, expected: float) -> None:
    assert price(voice, was, told, becomes) == pytest.approx(expected)


def test_rows_do_not_mix() -> None:
    was = np.array([ids("G4 E4 C4 C3"), ids("C5 E4 G3 C3")])
    decision = turn_of(3, was, np.array([[0], [0]]), np.array([ids("A4"), ids("C5")]))
    found = voice_leading_costs(decision, COSTS)[:, FIRST_PITCH + ids("D3")[0]]
    assert found.tolist() == [6.0, 0.0]


@pytest.mark.parametrize(
    ("voice", "told", "becomes", "expected"),
    [
        (3, {0: "D5"}, "G3", 0.0),  # the soprano has the fifth
        (3, {0: "D5"}, "B2", 0.0),  # the third
        (3, {0: "D5"}, "A3", COSTS.unclosed),  # a fourth over the bass
        (1, {0: "D5", 3: "G3"}, "B4", 0.0),
        (1, {0: "D5", 3: "G3"}, "C5", COSTS.unclosed),
        (1, {0: "D5"}, "C5", 0.0),  # nothing is known of the bass
    ],
)
def test_a_phrase_ends_on_a_triad_in_root_position(
    voice: int, told: dict[int, str], becomes: str, expected: float
) -> None:
    was = np.array([ids("D5 C5 - -")])
    others, now = np.array([list(told)]), np.array([ids(" ".join(told.values()))])
    found = {
        closes: voice_leading_costs(turn_of(voice, was, others, now, closes), COSTS)[0] for closes in (True, False)
    }
    pitch = FIRST_PITCH + ids(becomes)[0]
    assert found[True][pitch] - found[False][pitch] == pytest.approx(expected)
    held = COSTS.unclosed if voice == 1 and 3 in told else 0.0
    assert found[True][HOLD] == pytest.approx(held), "a suspension that stays is priced like an attack"
