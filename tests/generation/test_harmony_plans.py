"""Harmonic plans of a task: fixed chords are kept, and the best plan comes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
import torch

from scoregen.generation.harmony_plans import harmonic_plans, has_plans, planner_style
from scoregen.model.harmony.outer_voices import ENSEMBLE_INPUTS
from scoregen.model.harmony.planner import Planner
from scoregen.model.harmony.planner_network import PlannerConfig, PlannerNetwork
from scoregen.model.harmony.planner_task import played_task
from scoregen.plan.harmonic_plan import chords_of, plan_steps
from scoregen.score.elements import Slot
from scoregen.score.ensemble import load_ensemble
from scoregen.score.keys import Key, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.theory.chord_kinds import MEMBERS
from scoregen.styles.style import load_style
from scoregen.tokens.constraints.plans.given_chords import ChordSpan
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan, Plan
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord
from scoregen.tokens.events import BLANK, Header, Slice, TokenMeasure, TokenScore
from scoregen.tokens.text import event_from_text

VOICES = tuple(Slot(f"P{number}") for number in range(1, 5))
BLANKS = (Slice(Fraction(0), (BLANK,) * 4),)
ZERO, TWO, THREE = Fraction(0), Fraction(2), Fraction(3)


@pytest.fixture(scope="module")
def planner() -> Planner:
    torch.manual_seed(5)
    network = PlannerNetwork(PlannerConfig(context=8, hidden=12, embedding=8, choice=12))
    return Planner({name: value.numpy(force=True) for name, value in network.state_dict().items()})


def task(measures: int = 4, fifths: int = -3) -> TokenScore:
    header = Header("1", TimeSignature((4,), 4), KeySignature(fifths, "major"), Fraction(4))
    headers = [replace(header, number=str(number + 1)) for number in range(measures)]
    headers[-1] = replace(headers[-1], phrase_ends=(TWO,))
    return TokenScore(VOICES, tuple(TokenMeasure(each, BLANKS) for each in headers))


def chords_at(tokens: TokenScore) -> Mapping[tuple[int, Fraction], tuple[int, str, int]]:
    """The chords at the steps: the pitch class of the root, by fifths, the quality and the inversion."""
    headers = [measure.header for measure in tokens.measures]
    steps = plan_steps(headers)
    chords = chords_of(headers, steps)
    return {
        (step.measure, step.onset): (chord.root % 12, chord.quality, chord.inversion)
        for step, chord in zip(steps, chords, strict=True)
        if chord is not None
    }


def test_the_chords_that_a_draft_plans_at_phrase_ends_are_in_its_plan(planner: Planner) -> None:
    tonic = tuple(-3 + member for member in MEMBERS["major"])
    dominant = tuple(-2 + member for member in MEMBERS["dominant"])
    plan: Plan = {3: MeasurePlan({Fraction(1): PlannedChord(dominant, leads=True), TWO: PlannedChord(tonic)})}
    for found in harmonic_plans(planner, task(), [plan], "1", 8):
        chords = chords_at(found.tokens)
        assert chords[3, Fraction(1)] == (10, "dominant", 0)
        assert chords[3, TWO] in ((9, "major", 0), (9, "minor", 0))  # nothing is given: the third is free
        assert found.measures[3].chords[TWO].members[0] % 12 == tonic[0] % 12


def test_chord_symbols_hold_until_the_next_one(planner: Planner) -> None:
    tones = {
        name: frozenset(place - 3 + member for member in MEMBERS["major"]) for name, place in (("I", 0), ("IV", -1))
    }
    given = {ZERO: ChordSpan(tones["I"], (1,), -3), THREE: ChordSpan(tones["IV"], (0,), 0)}
    found = harmonic_plans(planner, task(), [{0: MeasurePlan(given_chords=given)}], "1", 8)
    for each in found:
        chords = chords_at(each.tokens)
        assert {chords[0, Fraction(step, 2)] for step in range(6)} == {(9, "major", 0)}
        assert {chords[0, THREE], chords[0, THREE + Fraction(1, 2)]} == {(8, "major", 1)}


def test_the_best_plan_comes_first_and_a_seed_gives_the_same_plans(planner: Planner) -> None:
    found = harmonic_plans(planner, task(), [{}, {}], "7", 8)
    assert len(found) == 8 and [each.cost for each in found] == sorted(each.cost for each in found)
    assert found[0].tokens == harmonic_plans(planner, task(), [{}, {}], "7")[0].tokens
    assert found[0].tokens != harmonic_plans(planner, task(), [{}, {}], "8")[0].tokens


def test_an_end_on_the_tonic_after_its_dominant_costs_less_than_another(planner: Planner) -> None:
    def ending(*roots: tuple[int, str]) -> Plan:
        onsets = (Fraction(1), TWO)
        rows = zip(onsets, roots, strict=True)
        return {3: MeasurePlan({o: PlannedChord(tuple(r + m for m in MEMBERS[q])) for o, (r, q) in rows})}

    def cost(plan: Plan) -> float:
        return harmonic_plans(planner, task(), [plan], "2")[0].cost

    home = cost(ending((-2, "dominant"), (-3, "major")))
    assert home < cost(ending((-4, "major"), (-5, "minor")))


def test_the_keys_of_a_plan_are_near_the_signature(planner: Planner) -> None:
    headers = [measure.header for measure in harmonic_plans(planner, task(), [{}], "3")[0].tokens.measures]
    keys = {chord.key for header in headers for chord in header.harmony}
    assert keys and all(isinstance(key, Key) and -3 - 5 <= key.tonic_fifths <= -3 + 8 for key in keys)


def in_mode(tokens: TokenScore, *modes: str | None) -> TokenScore:
    """A task whose measures are in these modes of no signature, the last one to the end."""
    each = [*modes, *[modes[-1]] * (len(tokens.measures) - len(modes))]
    measures = (
        replace(measure, header=replace(measure.header, key=KeySignature(0, mode)))
        for measure, mode in zip(tokens.measures, each, strict=True)
    )
    return replace(tokens, measures=tuple(measures))


@pytest.mark.parametrize("mode", ["major", "minor", None, "dorian", "mixolydian", "phrygian"])
def test_every_mode_with_a_triad_on_its_tonic_has_plans(mode: str | None) -> None:
    assert has_plans(in_mode(task(), mode))


@pytest.mark.parametrize("modes", [("locrian",), ("dorian", "mixolydian"), ("dorian", "major")])
def test_locrian_and_changing_church_modes_have_none(modes: tuple[str, ...]) -> None:
    assert not has_plans(in_mode(task(), *modes))


def test_the_plan_of_a_church_mode_has_its_chords_and_those_that_are_planned(planner: Planner) -> None:
    tonic, before = (1, 5, 2), (-1, 3, 0)
    plan: Plan = {3: MeasurePlan({Fraction(1): PlannedChord(before), TWO: PlannedChord(tonic, hold=TWO)})}
    for found in harmonic_plans(planner, in_mode(task(), "mixolydian"), [plan], "1", 8):
        chords = [chord for measure in found.tokens.measures for chord in measure.header.harmony]
        assert {str(chord.key) for chord in chords} == {"G mixolydian"}
        assert all(-1 <= member <= 5 for chord in chords for member in chord.members)
        at = chords_at(found.tokens)
        assert at[3, Fraction(1)] == (11, "major", 0)
        assert {at[3, TWO], at[3, THREE]} == {(1, "major", 0)}


def test_the_end_of_a_section_is_kept_too(planner: Planner) -> None:
    tonic = tuple(-3 + member for member in MEMBERS["major"])
    home, away = PlannedChord(tonic, final=True), PlannedChord(tuple(1 + place for place in tonic), final=True)
    plan: Plan = {1: MeasurePlan({TWO: home}), 3: MeasurePlan({TWO: away})}
    for found in harmonic_plans(planner, task(), [plan], "1", 8):
        chords = chords_at(found.tokens)
        assert (chords[1, TWO][0], chords[3, TWO][0]) == (9, 10)


@pytest.fixture(scope="module")
def played() -> Planner:
    torch.manual_seed(5)
    config = PlannerConfig(inputs=ENSEMBLE_INPUTS, context=8, hidden=12, embedding=8, choice=12)
    return Planner({name: value.numpy(force=True) for name, value in PlannerNetwork(config).state_dict().items()})


def players(*last: str, mode: str | None = "minor") -> TokenScore:
    """Four measures of a violin and a piano without phrase ends, all blank but for the violin's last measure."""
    header = Header("1", TimeSignature((4,), 4), KeySignature(-3, mode), Fraction(4))  # type: ignore[arg-type]
    slots = (Slot("P1"), Slot("P2", 1), Slot("P2", 2))
    blank = (Slice(Fraction(0), (BLANK,) * 3),)
    closing = tuple(Slice(Fraction(place), (event_from_text(name), BLANK, BLANK)) for place, name in enumerate(last))
    return TokenScore(slots, (*(TokenMeasure(header, blank),) * 3, TokenMeasure(header, closing or blank)))


@pytest.mark.parametrize(
    ("style", "ensemble", "expected"),
    [
        ("part-song", "string-trio", "polish-choir"),
        ("haydn", "string-trio", "openscore-quartets"),
        ("wolf", "satb", ""),
    ],
)
def test_the_planner_reads_the_corpus_of_a_style_or_of_the_ensemble(style: str, ensemble: str, expected: str) -> None:
    assert planner_style(load_style(style), load_ensemble(ensemble)) == expected


def test_music_for_players_ends_on_the_tonic_in_root_position(played: Planner) -> None:
    for style in (None, "openscore-quartets"):
        tokens = players()
        found = harmonic_plans(played, tokens, [{}], "1", 8, played_task(tokens, style))
        last = [chords_at(each.tokens)[3, Fraction(7, 2)] for each in found]
        assert {(root, inversion) for root, _, inversion in last} == {(0, 0)}
        assert {quality for _, quality, _ in last} <= {"major", "minor"}


def test_a_given_melody_decides_its_last_chord(played: Planner) -> None:
    tokens = players("C5", "hold", "hold", "D5")
    found = harmonic_plans(played, tokens, [{}], "1", 8, played_task(tokens, None))
    assert {chords_at(each.tokens)[3, Fraction(7, 2)][0] for each in found} != {0}


def test_a_dominant_before_the_last_tonic_ranks_plans_for_players(played: Planner) -> None:
    tokens = players()
    found = harmonic_plans(played, tokens, [{}], "5", 32, played_task(tokens, None))
    ranks = [number for number, each in enumerate(found) if _leads_home(chords_at(each.tokens))]
    assert ranks and ranks[0] < 8


def _leads_home(chords: Mapping[tuple[int, Fraction], tuple[int, str, int]]) -> bool:
    """Whether the last chord that is not on C is G, with a major third."""
    before = [chord for chord in chords.values() if chord[0] != 0]
    return bool(before) and before[-1][0] == 1 and before[-1][1] in ("major", "dominant")


def test_planned_cadences_are_in_the_plans_of_players(played: Planner) -> None:
    half = tuple(1 + member for member in MEMBERS["major"])
    tokens = players()
    plan: Plan = {1: MeasurePlan({TWO: PlannedChord(half)})}
    for found in harmonic_plans(played, tokens, [plan], "3", 8, played_task(tokens, None)):
        chord = chords_at(found.tokens)[1, TWO]
        assert chord[1] in ("major", "minor") and chord[2] == 0


def test_without_a_mode_the_last_chord_is_free(played: Planner) -> None:
    tokens = players(mode=None)
    found = harmonic_plans(played, tokens, [{}], "4", 16, played_task(tokens, None))
    assert len({chords_at(each.tokens)[3, Fraction(7, 2)][0] for each in found}) > 1


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_a_phrase_closes_on_a_triad_near_the_signature(planner: Planner, seed: str) -> None:
    """Under E in a piece without signature: not C sharp minor, which would fit the note too."""
    attack, hold = event_from_text("E5"), Slice(TWO, (event_from_text("E5"), *(BLANK,) * 3))
    given = (Slice(ZERO, (attack, *(BLANK,) * 3)), hold)
    tokens = task(2, fifths=0)
    whole = replace(tokens, measures=tuple(replace(each, slices=given) for each in tokens.measures))
    ends = {index: MeasurePlan({TWO: PlannedChord((3, 0, 4))}) for index in range(2)}
    closing = [chords_at(each.tokens)[0, TWO] for each in harmonic_plans(planner, whole, [ends], seed, 16)]
    assert {quality for _, quality, _ in closing} <= {"major", "minor"}
    assert {root for root, quality, _ in closing if quality == "minor"} <= {3, 4}
    assert {root for root, quality, _ in closing if quality == "major"} <= {0, 3, 4}


def test_players_begin_with_the_chord_that_is_planned_there(played: Planner) -> None:
    tonic = PlannedChord((0, -3, 1))
    plan: Plan = {0: MeasurePlan({ZERO: tonic}), 3: MeasurePlan({ZERO: tonic})}
    for found in harmonic_plans(played, players(), [plan], "5", 16, played_task(players(), None)):
        assert chords_at(found.tokens)[0, ZERO] == (0, "minor", 0)
    others = harmonic_plans(played, players(), [{}], "5", 16, played_task(players(), None))
    assert len({chords_at(each.tokens)[0, ZERO] for each in others}) > 1


def test_players_keep_their_last_chord(played: Planner) -> None:
    plan: Plan = {3: MeasurePlan({ZERO: PlannedChord((0, -3, 1))})}
    for found in harmonic_plans(played, players(), [plan], "6", 32, played_task(players(), None)):
        last = [chord for (measure, _), chord in chords_at(found.tokens).items() if measure == 3]
        assert len(set(last)) == 1 and last[0][0] == 0


def test_players_end_in_the_mode_that_is_planned(played: Planner) -> None:
    for kind in ("minor", "major"):
        plan: Plan = {3: MeasurePlan({ZERO: PlannedChord(tuple(MEMBERS[kind]))})}
        for found in harmonic_plans(played, players(), [plan], "8", 8, played_task(players(), None)):
            assert chords_at(found.tokens)[3, ZERO][1] == kind


def test_plans_of_players_are_ranked_by_their_cadences_alone(played: Planner) -> None:
    found = harmonic_plans(played, players(), [{}], "9", 32, played_task(players(), None))
    costs = [each.cost for each in found]
    faultless = [cost for cost in costs if cost == 0]
    assert costs == sorted(costs) and 1 < len(faultless) < len(costs)
    assert len({str(each.tokens) for each in found[: len(faultless)]}) > 1


def test_measures_that_come_again_have_the_chords_of_their_sources(played: Planner) -> None:
    tokens = players()
    task_of_players = played_task(tokens, "openscore-quartets")
    again = {1: 0, 2: 1}
    found = harmonic_plans(played, tokens, [{}], "7", 4, task_of_players, again=again)
    for each in found:
        rows = [
            {place: chord for (at, place), chord in chords_at(each.tokens).items() if at == own} for own in range(3)
        ]
        assert rows[0] and rows[0] == rows[1] == rows[2]
    assert found[0] == harmonic_plans(played, tokens, [{}], "7", 4, task_of_players, again=again)[0]


def test_local_keys_that_are_fixed(played: Planner) -> None:
    tokens, away = players(), Key.parse("Eb major")
    for found in harmonic_plans(played, tokens, [{}], "8", 8, played_task(tokens, None), keys={1: away}):
        harmony = found.tokens.measures[1].header.harmony
        assert harmony and {chord.key for chord in harmony} == {away}
