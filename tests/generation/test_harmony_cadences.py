"""The cadences of a plan of measures under a harmonic plan."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from scoregen.generation.harmony_cadences import with_cadences
from scoregen.score.keys import Key, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord
from scoregen.tokens.events import Harmony, Header

ZERO, ONE, TWO, THREE = map(Fraction, range(4))
C = Key(0, "major")
PLAIN = Header("1", TimeSignature((4,), 4), KeySignature(0, "major"), Fraction(4))
TONIC, DOMINANT, SIXTH = Harmony(TWO, C, 0, "major"), Harmony(ONE, C, 1, "dominant"), Harmony(TWO, C, 3, "minor")
PLANNED = PlannedChord((-1, 3, 0), stay=ONE, hold=TWO)


def under(*chords: Harmony, plan: MeasurePlan | None = None) -> MeasurePlan:
    own = plan or MeasurePlan({TWO: PLANNED})
    return with_cadences({0: own}, [replace(PLAIN, harmony=chords, phrase_ends=(TWO,))])[0]


def test_the_chord_at_a_phrase_end_is_that_of_the_plan_and_stays_as_long() -> None:
    chords = under(Harmony(ZERO, C, -1, "major"), SIXTH).chords
    assert chords == {TWO: replace(PLANNED, members=(3, 0, 4))}


def test_a_dominant_before_it_leads_to_it() -> None:
    chords = under(Harmony(ZERO, C, -1, "major"), DOMINANT, TONIC).chords
    assert chords[ONE] == PlannedChord((1, 5, 2, -1), leads=True)
    assert chords[TWO].members == (0, 4, 1)


def test_an_inverted_dominant_is_left_to_the_notes() -> None:
    assert list(under(replace(DOMINANT, inversion=1), TONIC).chords) == [TWO]


def test_a_dominant_of_the_plan_of_measures_gives_way() -> None:
    plan = MeasurePlan({ONE: PlannedChord((1, 5, 2, -1), leads=True), TWO: PLANNED})
    assert list(under(Harmony(ZERO, C, -1, "major"), SIXTH, plan=plan).chords) == [TWO]


def test_an_inverted_chord_at_a_phrase_end_leaves_the_planned_one() -> None:
    assert under(replace(TONIC, inversion=1)).chords == {TWO: PLANNED}


def test_the_places_of_chords_are_open_to_new_voices() -> None:
    plan = MeasurePlan({TWO: PLANNED}, onsets=frozenset({ZERO, TWO}))
    assert under(DOMINANT, TONIC, plan=plan).onsets == {ZERO, ONE, TWO}


def test_a_dominant_before_the_barline_is_in_the_plan_of_the_next_measure_too() -> None:
    headers = [
        replace(PLAIN, harmony=(replace(DOMINANT, onset=THREE),)),
        replace(PLAIN, harmony=(replace(TONIC, onset=ZERO),), phrase_ends=(ZERO,)),
    ]
    plans = with_cadences({0: MeasurePlan(), 1: MeasurePlan({ZERO: PLANNED})}, headers)
    assert plans[0].chords[THREE].leads
    assert plans[1].chords[-ONE].leads and plans[1].chords[ZERO].members == (0, 4, 1)


def test_without_a_harmonic_plan_nothing_changes() -> None:
    plan = {0: MeasurePlan({TWO: PLANNED})}
    assert with_cadences(plan, [PLAIN]) == plan
