"""Random walks of voices that leap little: they come near the notes of cadences and of what is given."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from scoregen.score.elements import Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.plans.approaches import with_approaches
from scoregen.tokens.constraints.plans.given_chords import ChordSpan
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan, Plan
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord
from scoregen.tokens.constraints.plans.struck_notes import StruckNotes
from scoregen.tokens.constraints.state import MeasureRules, VoiceRule
from scoregen.tokens.encode import voice_events
from scoregen.tokens.events import BLANK, REST, Event, Header, Slice, TokenMeasure, TokenScore
from scoregen.tokens.vocabulary import vocabulary

HEADER = Header("1", TimeSignature((4,), 4), KeySignature(0, "major"), Fraction(4))
RANGES = ((60, 79), (57, 72), (52, 66), (41, 60))
BEATS = frozenset(map(Fraction, range(4)))
DOMINANT = PlannedChord((1, 5, 2, -1), leads=True)
TONIC = PlannedChord((0, 4, 1), hold=Fraction(1))
D_MINOR = PlannedChord((2, -1, 3))
"""The bass has one D alone in its range."""
VOICES = [
    VoiceRule.of(pitch for pitch in vocabulary().pitches if low <= pitch.midi_pitch <= high and -2 <= pitch.fifths <= 8)
    for low, high in RANGES
]


def measure(*openings: Event) -> TokenMeasure:
    return TokenMeasure(HEADER, (Slice(Fraction(0), openings),))


BLANKS = measure(*(BLANK,) * 4)


Rows = dict[Fraction, list[Pitch | None]]


def walk(plan: Plan, measures: Sequence[TokenMeasure], seed: int) -> Rows:
    """By onset what each voice sounds in a random piece under a plan."""
    tokens = TokenScore(tuple(Slot(f"P{voice}") for voice in range(4)), tuple(measures))
    own, random = with_approaches(plan, tokens, VOICES), Random(seed)
    rows: Rows = {}
    now: list[Pitch | None] = [None] * 4
    carried: constraints.Carry = (None,) * 4
    for index, each in enumerate(measures):
        given = [dict(voice_events(each, voice)) for voice in range(4)]
        columns = tuple(None if events[Fraction(0)] == BLANK else events for events in given)
        order = tuple(sorted((0, 3, 1, 2), key=lambda voice: columns[voice] is None))
        mask = own[index].mask()
        rules = MeasureRules(HEADER, order, columns, tuple(VOICES), index == 0, onsets=own[index].onsets, extra=mask)
        state = constraints.begin(rules, carried)
        while not constraints.is_finished(state):
            state = constraints.advance(state, int(random.choice(np.flatnonzero(constraints.allowed_tokens(state)))))
        for piece in constraints.slices(state):
            for voice, event in enumerate(piece.events):
                if event.kind != "hold":
                    now[voice] = event.pitches[0] if event.pitches else None
            rows[4 * index + piece.onset] = list(now)
        carried = constraints.carry(state)
    return rows


def leaps(rows: Rows, voice: int) -> list[int]:
    line = [row[voice] for row in rows.values()]
    return [abs(after.midi_pitch - before.midi_pitch) for before, after in itertools.pairwise(line) if before and after]


def easy(*chords: dict[Fraction, PlannedChord], onsets: frozenset[Fraction] | None = BEATS) -> Plan:
    return {index: MeasurePlan(each, onsets=onsets, widest_leap=5) for index, each in enumerate(chords)}


@pytest.mark.parametrize("onsets", [BEATS, None])
@pytest.mark.parametrize("seed", range(20))
def test_the_bass_comes_near_the_roots_of_cadences(seed: int, onsets: frozenset[Fraction] | None) -> None:
    plan = easy({}, {Fraction(2): D_MINOR}, {Fraction(1): DOMINANT, Fraction(2): TONIC}, onsets=onsets)
    rows = walk(plan, [BLANKS] * 3, seed)
    assert max(leaps(rows, 3)) <= 5
    assert {str(row[3]) for row in rows.values()} >= {"D3"}


@pytest.mark.parametrize("seed", range(20))
def test_a_dominant_is_chosen_from_which_its_goal_is_near(seed: int) -> None:
    """D3 is the only D, so that its dominant before it is A2 and not A3."""
    dominant = PlannedChord((3, 7, 4), leads=True)
    rows = walk(easy({}, {Fraction(1): dominant, Fraction(2): D_MINOR}), [BLANKS] * 2, seed)
    assert max(leaps(rows, 3)) <= 5
    assert "A2" in {str(row[3]) for row in rows.values()}


@pytest.mark.parametrize("seed", range(20))
def test_the_bass_comes_near_the_basses_of_given_chords(seed: int) -> None:
    members = frozenset({2, -1, 3})
    spans = {Fraction(0): ChordSpan(members, tuple(sorted(members)), 2), Fraction(2): ChordSpan(members, (), 3)}
    plan = {index: MeasurePlan(given_chords=spans, onsets=BEATS, widest_leap=5) for index in range(3)}
    assert max(leaps(walk(plan, [BLANKS] * 3, seed), 3)) <= 5


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("opening", ["A4", "C4"])
def test_a_voice_comes_near_the_given_music_after_its_blanks(seed: int, opening: str) -> None:
    following = measure(REST, Event("attack", (Pitch.parse(opening),)), REST, REST)
    assert max(leaps(walk(easy({}, {}, {}), [BLANKS, BLANKS, following], seed), 1), default=0) <= 5


@pytest.mark.parametrize("seed", range(20))
def test_another_voice_takes_the_third_if_it_is_far_from_the_last_one(seed: int) -> None:
    before = measure(BLANK, BLANK, Event("attack", (Pitch.parse("B3"),)), BLANK)
    held = replace(D_MINOR, hold=Fraction(1))
    rows = walk(easy({}, {Fraction(0): held}), [before, BLANKS], seed)
    assert {2, -1} <= {each.fifths for each in rows[Fraction(4)] if each} <= {2, -1, 3}
    assert max(leaps(rows, 2)) <= 5


@pytest.mark.parametrize("seed", range(20))
def test_a_voice_that_only_repeats_a_note_comes_near_before_it(seed: int) -> None:
    """The last beat before the D takes no other pitch, so that the bass is near it on the beat before."""
    again = StruckNotes(frozenset(map(Fraction, range(3))), complete=False, repeated=frozenset({Fraction(3)}))
    plan = easy({}, {Fraction(0): D_MINOR})
    sung = replace(plan[0], struck=dict.fromkeys(range(4), again), pulses=BEATS)
    rows = walk({0: sung, 1: plan[1]}, [BLANKS] * 2, seed)
    assert rows[Fraction(3)] == rows[Fraction(2)]
    assert max(leaps(rows, 3)) <= 5


@pytest.mark.parametrize("is_new", [True, False])
def test_only_new_voices_approach_a_note(is_new: bool) -> None:
    note = Event("attack", (Pitch.parse("A4"),))
    measures = (measure(BLANK, BLANK if is_new else note, BLANK, BLANK), BLANKS, measure(REST, note, REST, REST))
    plan = {index: MeasurePlan(onsets=BEATS, widest_leap=2) for index in range(3)}
    found = with_approaches(plan, TokenScore(tuple(Slot(f"P{voice}") for voice in range(4)), measures), VOICES)
    assert [any(each.slot == 1 for each in found[index].approaches) for index in range(3)] == [is_new, True, False]


def test_without_a_widest_leap_a_plan_stays_as_it_is() -> None:
    plan = {0: MeasurePlan({Fraction(2): D_MINOR})}
    assert with_approaches(plan, TokenScore((), (BLANKS,)), VOICES) is plan
