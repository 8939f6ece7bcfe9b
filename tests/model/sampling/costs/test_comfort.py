"""What is hard to play or to read costs something, and no cost keeps a voice from beginning a note."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, PITCH_IDS, PITCHES
from scoregen.model.sampling.costs.comfort import MUDDY, SHARED_PLACE, UNCOMFORTABLE, ComfortCosts
from scoregen.model.sampling.costs.note_choice import MOST_RETURNED, keeping_onsets
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.state import MeasureRules, VoiceRule
from scoregen.tokens.events import Header
from scoregen.tokens.vocabulary import vocabulary

TIME = TimeSignature.parse("4/4")
LEFT_HAND = VoiceRule.of(PITCHES, 5, span=16)
CHOICES = FIRST_PITCH + len(PITCHES) + 2


def costs_after(written: Sequence[Pitch], comfortable: tuple[int, int] = (24, 72)) -> dict[str, float]:
    """The cost of each pitch as the next note of a left hand, of a chord with these notes below it."""
    words = vocabulary()
    rules = MeasureRules(Header("1", TIME, KeySignature(0), TIME.duration), (0,), (None,), (LEFT_HAND,), first=True)
    state = constraints.begin(rules, ((),))
    for pitch in written:
        for token in (words.id("more"), words.pitch_id(pitch)):
            state = constraints.after_token(state, token)
    row = ComfortCosts([comfortable], None).costs([state], [0], CHOICES)[0]
    return {str(pitch): float(row[FIRST_PITCH + index]) for pitch, index in PITCH_IDS.items()}


def test_thirds_in_the_bass_are_muddy() -> None:
    over_low = costs_after([Pitch("C", 0, 2)])
    assert over_low["E2"] == MUDDY and over_low["Eb2"] == MUDDY
    assert over_low["G2"] == over_low["C3"] == 0
    over_middle = costs_after([Pitch("A", 0, 2)])
    assert over_middle["C#3"] == 0


def test_two_notes_on_one_line_are_hard_to_read() -> None:
    assert costs_after([Pitch("B", 0, 3)])["B#3"] == SHARED_PLACE


def test_notes_outside_the_comfortable_range_cost_more_the_farther_they_are() -> None:
    own = costs_after([], (48, 72))
    assert own["C3"] == 0
    assert UNCOMFORTABLE == own["B2"] < own["A2"] < own["C2"]


def log_p(values: Sequence[float]) -> NDArray[np.float32]:
    row = np.log(np.array([values], dtype=np.float32))
    return np.asarray(row)


def test_costs_choose_among_notes_and_not_whether_one_begins() -> None:
    """Hold, rest, and two notes of which one costs 3 nats: it gives way to the other note alone."""
    scores = log_p([0.3, 0.1, 0.3, 0.3])
    costs = keeping_onsets(scores, np.array([[0, 0, 3, 0]], dtype=np.float32))
    drawn = np.exp(scores - costs)[0]
    assert np.allclose(drawn[:FIRST_PITCH], [0.3, 0.1])
    assert np.isclose(drawn[FIRST_PITCH:].sum(), 0.6)
    assert np.isclose(np.log(drawn[3] / drawn[2]), 3)


def test_notes_that_all_cost_much_give_way_to_a_rest() -> None:
    scores = log_p([0.3, 0.1, 0.3, 0.3])
    costs = keeping_onsets(scores, np.full((1, 4), 20, dtype=np.float32) * [0, 0, 1, 1])
    assert np.allclose(costs[0], [0, 0, 20 - MOST_RETURNED, 20 - MOST_RETURNED])


def test_a_row_without_notes_is_unchanged() -> None:
    scores = np.where([[True, True, False, False]], log_p([0.3, 0.7, 1, 1]), -np.inf).astype(np.float32)
    costs = np.array([[0, 0, 3, 1]], dtype=np.float32)
    assert np.array_equal(keeping_onsets(scores, costs), costs)
