"""Costs of suggested chords, and of chords in which a given note is a seventh that cannot resolve."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, PITCHES, pitch_id
from scoregen.model.features.inputs import SILENCE, SPELLED
from scoregen.model.sampling.costs.given_sevenths import given_leaps, given_seventh_costs
from scoregen.model.sampling.costs.suggested_chords import AGAINST, Suggestion, suggested_costs, suggestion_at
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.plans.given_chords import ChordSpan
from scoregen.tokens.constraints.state import MeasureRules, VoiceRule
from scoregen.tokens.events import Header
from scoregen.tokens.vocabulary import vocabulary
from tests.model.sampling.costs.test_voice_leading import decision_context, ids

C_MAJOR = ChordSpan(frozenset({0, 4, 1}), (4,), 0, frozenset({0, 4}), fixed=False)


def of(costs: np.ndarray, pitch: str) -> float:
    return float(costs[FIRST_PITCH + pitch_id(Pitch.parse(pitch))])


RULE = VoiceRule.of(PITCHES, 4)
TIME = TimeSignature.parse("4/4")


def suggested(before: str, *, begins: bool, lowest: bool, written: str = "") -> np.ndarray:
    """The costs of a voice that sounds some pitches, in a chord of which some are written."""
    words = vocabulary()
    held = tuple(Pitch.parse(name) for name in before.split())
    rules = MeasureRules(Header("1", TIME, KeySignature(0), TIME.duration), (0,), (None,), (RULE,))
    state = constraints.begin(rules, (held,))
    for name in written.split():
        for token in (words.id("more"), words.pitch_id(Pitch.parse(name))):
            state = constraints.after_token(state, token)
    scores = np.full((1, FIRST_PITCH + len(PITCHES) + 2), -5.0)
    return suggested_costs([Suggestion(C_MAJOR, begins)], [state], [0], 0 if lowest else 1, scores)[0]


def test_notes_outside_a_suggested_chord_cost_and_members_are_free() -> None:
    costs = suggested("D4", begins=True, lowest=False)
    assert of(costs, "E4") == of(costs, "G3") == 0
    assert of(costs, "F4") == of(costs, "Eb4") == costs[HOLD] == costs[SPELLED.tied] == pytest.approx(AGAINST)


def test_a_chord_is_no_way_around_the_costs() -> None:
    """The sign of a chord costs what notes cost together, and its later notes what a single note costs."""
    opens, inside = (suggested("C4 D4", begins=True, lowest=False, written=each) for each in ("", "C4"))
    assert 0 < opens[SPELLED.more] < AGAINST and opens[HOLD] == pytest.approx(AGAINST)
    assert of(inside, "E4") == 0 and of(inside, "F4") == inside[SPELLED.tied] == pytest.approx(AGAINST)
    assert opens[SPELLED.tied] == 0, "C4 may be tied"


def test_the_lowest_voice_takes_the_bass_where_the_chord_begins() -> None:
    begins, later = (suggested("C3", begins=each, lowest=True) for each in (True, False))
    assert of(begins, "C3") == begins[HOLD] == of(later, "E3") == 0
    assert of(begins, "E3") == of(later, "G3") == pytest.approx(AGAINST)
    above = suggested("C3", begins=True, lowest=True, written="C3")
    assert of(above, "E3") == of(above, "G3") == 0


def test_only_suggestions_have_costs() -> None:
    chords = {Fraction(1): C_MAJOR, Fraction(2): ChordSpan(frozenset({1, 5, 2}), fixed=True)}
    assert suggestion_at(chords, Fraction(0)) is None
    assert suggestion_at(chords, Fraction(1)) == (C_MAJOR, True)
    assert suggestion_at(chords, Fraction(3, 2)) == (C_MAJOR, False)
    assert suggestion_at(chords, Fraction(2)) is None


def test_a_given_note_leaps_unless_it_falls_a_step_or_ends() -> None:
    sounding = np.array([ids(f"{pitch} -") for pitch in ("F4", "E4", "G4", "G4")])
    leaps = given_leaps(sounding, np.array([0, 4, 8, 12]), 16)
    assert leaps[:, 0].tolist() == [False] * 4 + [True] * 4 + [False] * 9
    assert not leaps[:, 1].any() and sounding[0, 1] == SILENCE


def alto_costs(soprano: str, bass: str, *, leaps: bool) -> np.ndarray:
    """The costs of the alto under a given soprano, over a bass that is written."""
    previous = np.array([ids(f"{soprano} E4 - {bass}")])
    decision = decision_context(1, previous, np.array([[0, 3]]), np.array([ids(f"{soprano} {bass}")]), False)
    return given_seventh_costs(decision, np.array([[leaps, False, False, False]]), 2.0)[0]


def test_no_chord_makes_a_seventh_of_a_given_note_that_leaps() -> None:
    costs = alto_costs("F5", "G3", leaps=True)
    assert of(costs, "B4") == 2.0 and of(costs, "D4") == of(costs, "A4") == 0
    assert of(alto_costs("F5", "D3", leaps=True), "A4") == 0
    assert not alto_costs("F5", "G3", leaps=False).any()
