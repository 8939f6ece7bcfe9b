"""Tests of new voices that sing the words of a given one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

import pytest

from scoregen.model.network.config import SamplingOptions
from scoregen.notation.files import read_score
from scoregen.plan.drafts import DraftPlans
from scoregen.plan.words.given_words import with_given_syllables
from scoregen.score.arrangement.syllables import syllable_onsets
from scoregen.score.elements import Measure, Score, Slot, Voice
from scoregen.tasks.compose import compose
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan

MELODY = Path(__file__).resolve().parents[3] / "corpora" / "samples" / "morning-song.musicxml"
SLOTS = (Slot("P1"), Slot("P2"))


def tune() -> Score:
    return read_score(MELODY)


def with_blank(score: Score) -> Score:
    """The score with an empty second part."""
    blank = Voice(SLOTS[1], (), "blank")
    return replace(score, measures=tuple(replace(m, voices=(*m.voices, blank)) for m in score.measures))


def planned(plan: MeasurePlan) -> MeasurePlan:
    plans = DraftPlans(tune(), (({1: plan},),), {})
    return with_given_syllables(plans, with_blank(tune()), SLOTS, (0, 1)).plans[0][0][1]


def eighths(measure: Measure) -> frozenset[Fraction]:
    return frozenset(syllable_onsets(measure.voices[0]))


def test_a_new_voice_begins_a_note_with_each_syllable_and_the_given_one_is_free() -> None:
    onsets = eighths(tune().measures[1])
    found = planned(MeasurePlan())
    assert len(onsets) == 6
    assert set(found.struck) == {1}
    assert (found.struck[1].notes, found.struck[1].repeated) == (onsets, frozenset())
    assert not found.struck[1].complete
    assert found.onsets is None


def test_a_syllable_where_the_tune_alone_moves_is_said_on_the_note_that_sounds() -> None:
    beats = frozenset((Fraction(0), Fraction(3, 2)))
    found = planned(MeasurePlan(onsets=beats))
    assert found.struck[1].notes == beats
    assert found.struck[1].repeated == eighths(tune().measures[1]) - beats
    assert found.onsets == eighths(tune().measures[1])


def test_plans_without_words_stay() -> None:
    wordless = read_score(MELODY)
    plans = DraftPlans(wordless, (({},),), {})
    assert with_given_syllables(plans, replace(wordless, measures=()), SLOTS, (0, 1)) is plans


@pytest.mark.parametrize("rhythm", ["follow", "flowing"])
def test_each_voice_of_a_choir_sings_all_words(rhythm: Literal["follow", "flowing"]) -> None:
    options = SamplingOptions(seed=3, candidates=1, passes=0, rhythm=rhythm)
    done = compose(tune(), sampling=options).score
    for measure in done.measures:
        given = next(voice for voice in measure.voices if voice.origin == "given")
        for voice in measure.voices:
            assert syllable_onsets(voice) == syllable_onsets(given)
