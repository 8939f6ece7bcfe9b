"""Costs of voices that are left alone on a page, and of notes outside a church mode."""

from __future__ import annotations

import numpy as np

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, pitch_id
from scoregen.model.sampling.costs.few_voices import few_voices_costs
from scoregen.model.sampling.costs.scales import scale_costs
from scoregen.score.pitch import Pitch
from tests.model.sampling.costs.test_voice_leading import decision_context, ids

SOPRANO_AND_ALTO = np.array([0, 1])


def alto_costs(soprano: str, alto_before: str = "E4", closes: bool = False) -> np.ndarray:
    """The costs of the alto's events under a soprano that is already written."""
    previous = np.array([ids(f"{soprano} {alto_before} - -")])
    others, pitches = np.array([[0]]), np.array([ids(soprano)])
    return few_voices_costs(decision_context(1, previous, others, pitches, closes), SOPRANO_AND_ALTO)[0]


def of(costs: np.ndarray, pitch: str) -> float:
    return float(costs[FIRST_PITCH + pitch_id(Pitch.parse(pitch))])


def test_thirds_and_sixths_are_free_and_a_fourth_is_dearest() -> None:
    costs = alto_costs("C5")
    assert of(costs, "A4") == of(costs, "E4") == of(costs, "Eb4") == 0
    assert of(costs, "G4") > of(costs, "B4") > of(costs, "F4") > 0


def test_a_phrase_end_may_close_on_a_unison_but_on_no_fourth() -> None:
    costs = alto_costs("C5", closes=True)
    assert of(costs, "C5") == of(costs, "C4") == 0
    assert of(costs, "G4") > of(alto_costs("C5"), "G4")


def test_a_held_fourth_costs_less_than_a_new_one() -> None:
    costs = alto_costs("C5", alto_before="G4")
    assert 0 < costs[HOLD] < of(costs, "G4")


def test_voices_that_are_not_on_the_page_cost_nothing() -> None:
    previous = np.array([ids("C5 E4 - -")])
    tenor = decision_context(2, previous, np.array([[0, 1]]), np.array([ids("C5 E4")]))
    assert not few_voices_costs(tenor, SOPRANO_AND_ALTO).any()


def test_notes_outside_the_scale_of_a_measure_cost() -> None:
    costs = scale_costs([frozenset(range(-1, 6)), None])
    assert costs is not None
    assert of(costs[0], "F4") == of(costs[0], "B4") == costs[0, HOLD] == 0
    assert of(costs[0], "F#4") == of(costs[0], "Bb4") > 3
    assert not costs[1].any()
    assert scale_costs([None, None]) is None
