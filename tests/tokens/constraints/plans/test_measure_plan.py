"""Random walks through a planned measure: chords are complete, tendency tones resolve, and holds and rests last."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord
from scoregen.tokens.constraints.state import MeasureRules, VoiceRule
from scoregen.tokens.events import REST, Event, Header
from scoregen.tokens.vocabulary import vocabulary

HEADER = Header("1", TimeSignature((4,), 4), KeySignature(0, "major"), Fraction(4))
RANGES = ((60, 79), (55, 74), (48, 69), (40, 62))
DOMINANT = PlannedChord((1, 5, 2, -1), leads=True)
TONIC = PlannedChord((0, 4, 1), hold=Fraction(1), rest=Fraction(1))
CADENCE = {Fraction(1): DOMINANT, Fraction(2): TONIC}
Column = Mapping[Fraction, Event]
Lines = dict[Fraction, list[Pitch | None]]
"""By onset what each voice sounds; None in a rest."""


def attack(name: str) -> Event:
    return Event("attack", (Pitch.parse(name),))


def walk(plan: MeasurePlan, given: Column | None, seed: int) -> Lines:
    """A random measure under a plan, under a given highest voice if there is one."""
    pitches = [pitch for pitch in vocabulary().pitches if -6 <= pitch.fifths <= 10]
    voices = [VoiceRule.of(pitch for pitch in pitches if low <= pitch.midi_pitch <= high) for low, high in RANGES]
    columns = (given, None, None, None)
    rules = MeasureRules(
        HEADER, (0, 3, 1, 2), columns, tuple(voices), first=True, onsets=plan.onsets, extra=plan.mask()
    )
    state, random = constraints.begin(rules, (None,) * 4), Random(seed)
    while not constraints.is_finished(state):
        state = constraints.advance(state, int(random.choice(np.flatnonzero(constraints.allowed_tokens(state)))))
    return sounding(state)


def sounding(state: constraints.ConstraintState) -> Lines:
    now: list[Pitch | None] = [None] * 4
    rows: Lines = {}
    for piece in constraints.slices(state):
        for voice, event in enumerate(piece.events):
            if event.kind != "hold":
                now[voice] = event.pitches[0] if event.pitches else None
        rows[piece.onset] = list(now)
    return rows


def at(rows: Lines, time: Fraction | int) -> list[Pitch]:
    """The pitches of all voices at a time."""
    return [pitch for pitch in rows[max(onset for onset in rows if onset <= time)] if pitch is not None]


@pytest.mark.parametrize("seed", range(60))
def test_a_cadence_has_its_chords_and_resolves(seed: int) -> None:
    rows = walk(MeasurePlan(CADENCE), None, seed)
    dominant, tonic, last = at(rows, 1), at(rows, 2), at(rows, Fraction(31, 16))
    assert dominant[3].fifths == 1
    assert sum(pitch.fifths not in {1, 5, 2, -1} for pitch in dominant) <= 1, "a suspension"
    assert [pitch.fifths for pitch in last].count(5) == 1
    assert [pitch.fifths for pitch in dominant].count(-1) <= 1
    assert tonic[3].fifths == 0 and {0, 4} <= {pitch.fifths for pitch in tonic} <= {0, 4, 1}
    for chord in (dominant, tonic):
        assert min(pitch.midi_pitch for pitch in chord) == chord[3].midi_pitch
    for voice, (before, after) in enumerate(zip(last, tonic, strict=True)):
        if before.fifths == 5:
            assert after.midi_pitch - before.midi_pitch in ((1, -4) if voice in (1, 2) else (1,))
        elif before.fifths == -1 and before in dominant and before.midi_pitch - 1 > tonic[3].midi_pitch:
            assert after.midi_pitch - before.midi_pitch == -1


def test_an_inner_leading_note_rises_or_falls_to_the_fifth_that_no_other_voice_has() -> None:
    falls = []
    for seed in range(60):
        rows = walk(MeasurePlan(CADENCE), {Fraction(0): attack("D5"), Fraction(2): attack("C5")}, seed)
        before, after = at(rows, Fraction(31, 16)), at(rows, 2)
        voice = next(voice for voice in range(4) if before[voice].fifths == 5)
        falls.append(after[voice].fifths == 1)
        assert [each.fifths for each in after].count(1) <= 1 or not falls[-1]
    assert 10 < sum(falls) < 50


@pytest.mark.parametrize("seed", range(30))
def test_a_chord_is_held_and_then_all_voices_rest(seed: int) -> None:
    rows = walk(MeasurePlan(CADENCE), None, seed)
    assert [onset for onset in rows if onset > 2] == [3]
    assert rows[Fraction(3)] == [None] * 4


@pytest.mark.parametrize("seed", range(30))
def test_given_notes_stay_and_the_others_complete_the_chord(seed: int) -> None:
    given = {Fraction(0): attack("D5"), Fraction(1): attack("B4"), Fraction(2): attack("C5"), Fraction(3): REST}
    rows = walk(MeasurePlan(CADENCE), given, seed)
    assert [str(at(rows, time)[0]) for time in range(3)] == ["D5", "B4", "C5"]
    assert [pitch.fifths for pitch in at(rows, Fraction(31, 16))].count(5) == 1
    assert {pitch.fifths for pitch in at(rows, 2)} >= {0, 4}


@pytest.mark.parametrize("seed", range(10))
def test_a_given_note_outside_the_chord_excludes_nothing_else(seed: int) -> None:
    given = {Fraction(0): attack("D5"), Fraction(2): attack("F#5")}
    rows = walk(MeasurePlan(CADENCE), given, seed)
    assert at(rows, 2)[3].fifths == 0


@pytest.mark.parametrize("seed", range(30))
def test_new_voices_begin_on_open_onsets_alone(seed: int) -> None:
    given = {Fraction(place, 4): attack("D5" if place % 2 else "E5") for place in range(16)}
    open_places = frozenset({Fraction(0), Fraction(3, 2), Fraction(3)})
    rows = walk(MeasurePlan(onsets=open_places), given, seed)
    assert set(rows) == set(given)
    changed = [
        onset for before, onset in zip(rows, list(rows)[1:], strict=False) if rows[before][1:] != rows[onset][1:]
    ]
    assert set(changed) <= open_places


@pytest.mark.parametrize("seed", range(30))
def test_no_leap_is_wider_than_the_plan_allows(seed: int) -> None:
    rows = list(walk(MeasurePlan(widest_leap=5), None, seed).values())
    for before, after in itertools.pairwise(rows):
        moves = [abs(new.midi_pitch - old.midi_pitch) for old, new in zip(before, after, strict=True) if old and new]
        assert max(moves, default=0) <= 5


@pytest.mark.parametrize("seed", range(30))
def test_new_voices_rest_only_while_the_given_voice_rests(seed: int) -> None:
    given = {Fraction(0): attack("C5"), Fraction(1): REST, Fraction(2): attack("D5"), Fraction(3): attack("E5")}
    rows = walk(MeasurePlan(), given, seed)
    for time in (Fraction(0), Fraction(2), Fraction(3)):
        assert len(at(rows, time)) == 4
    assert any(len(at(walk(MeasurePlan(), given, other), 1)) < 3 for other in range(30))


@pytest.mark.parametrize("seed", range(20))
def test_voices_keep_to_the_ranges_of_a_plan(seed: int) -> None:
    ranges = ((67, 72), None, (60, 62), (40, 45))
    rows = walk(MeasurePlan(ranges=ranges), None, seed)
    for sounding_now in rows.values():
        for pitch, own in zip(sounding_now, ranges, strict=True):
            assert pitch is None or own is None or own[0] <= pitch.midi_pitch <= own[1]


@pytest.mark.parametrize("seed", range(20))
def test_something_begins_at_every_pulse(seed: int) -> None:
    pulses = frozenset(Fraction(place, 2) for place in range(8))
    assert pulses <= set(walk(MeasurePlan(pulses=pulses), None, seed))


@pytest.mark.parametrize("seed", range(20))
def test_opening_voices_sound_at_the_start(seed: int) -> None:
    every = frozenset(range(4))
    rows = walk(MeasurePlan(opening=every), None, seed)
    assert None not in rows[Fraction(0)]
    played = walk(MeasurePlan(opening=every, from_lowest=(3, 2, 1, 0)), None, seed)
    assert None not in played[Fraction(0)]
    some = walk(MeasurePlan(opening=frozenset({1, 2})), None, seed)
    assert None not in some[Fraction(0)][1:3]


def test_without_a_demand_a_voice_may_rest_at_the_start() -> None:
    assert any(None in walk(MeasurePlan(), None, seed)[Fraction(0)] for seed in range(20))


@pytest.mark.parametrize("seed", range(20))
def test_a_planned_chord_comes_before_ranges(seed: int) -> None:
    plan = MeasurePlan(CADENCE, ranges=((60, 60),) * 4)
    assert at(walk(plan, None, seed), 2)[3].fifths == 0
