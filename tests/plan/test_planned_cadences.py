"""Every phrase of a new piece has a chord to end on, and whatever the network, it ends there."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.model.network.config import SamplingOptions
from scoregen.plan.drafts import Manner, plans_for_piece
from scoregen.plan.form import PieceOptions, blank_piece, cadence_chords, leading_chords
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble
from scoregen.score.timeline import pitched_notes
from scoregen.styles.style import load_style
from scoregen.tasks.compose import compose
from scoregen.tokens.encode import encode
from scoregen.tokens.sonorities import Sonorities, sonorities
from scoregen.tokens.vocabulary import vocabulary

SATB = load_ensemble("satb")


def roots(piece: Score, seed: int) -> list[int]:
    chords = cadence_chords(piece, seed)
    places = [(index, end) for index, measure in enumerate(piece.measures) for end in measure.phrase_ends]
    return [chords[index][end][0] for index, end in places]


def test_a_seed_plans_the_same_and_phrases_pair_up() -> None:
    piece = blank_piece(PieceOptions(measures=16, phrases=4), SATB)
    plans = [roots(piece, seed) for seed in range(200)]
    assert plans == [roots(piece, seed) for seed in range(200)]
    first, second, third, last = (Counter(plan[phrase] for plan in plans) for phrase in range(4))
    assert set(last) == {0}
    assert first.most_common(1)[0][0] == third.most_common(1)[0][0] == 7
    assert second.most_common(1)[0][0] == 0
    assert set(first) == set(second) == {0, 7, 9}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("C major", {(0, 4, 7), (7, 11, 2), (9, 0, 4)}),
        ("a minor", {(9, 0, 4), (9, 1, 4), (4, 8, 11), (0, 4, 7)}),
        ("E phrygian", {(4, 7, 11), (4, 8, 11), (9, 0, 4), (7, 11, 2)}),
    ],
)
def test_the_chords_are_those_of_the_key(key: str, expected: set[tuple[int, ...]]) -> None:
    piece = blank_piece(PieceOptions(measures=16, phrases=4, key=key), SATB)
    plans = [cadence_chords(piece, seed) for seed in range(50)]
    assert {chord for plan in plans for places in plan.values() for chord in places.values()} == expected


@pytest.mark.parametrize(("time", "anacrusis"), [("4/4", Fraction(1)), ("6/8", Fraction(1, 2)), ("3/4", Fraction(0))])
def test_a_phrase_ends_on_its_chord_and_stays_there(untrained: Path, time: str, anacrusis: Fraction) -> None:
    options = PieceOptions(measures=8, key="g minor", time=time, anacrusis=anacrusis, phrases=4)
    sampling = SamplingOptions(seed=6, candidates=2, passes=2)
    score = compose(piece=options, checkpoint=untrained, sampling=sampling).score
    table, start = sonorities(encode(score)), 0
    chords = cadence_chords(blank_piece(options, SATB), 6)
    for index, measure in enumerate(score.measures):
        for end in measure.phrase_ends:
            tick = start + int(end * vocabulary().ticks_per_quarter)
            check(table, tick, chords[index][end])
        start += int(measure.duration * vocabulary().ticks_per_quarter)


def check(table: Sonorities, tick: int, chord: tuple[int, ...]) -> None:
    beat = table.pitches[(table.onset >= tick) & (table.onset < tick + vocabulary().ticks_per_quarter)]
    assert tick in table.onset.tolist()
    assert {int(pitch) % 12 for pitch in beat[0]} in ({*chord}, {*chord[:2]})
    assert int(beat[0][-1]) % 12 == chord[0]
    assert (beat[:, [0, -1]] == beat[0, [0, -1]]).all()


def test_dominants_lead_to_some_cadences(untrained: Path) -> None:
    options = PieceOptions(measures=8, key="g minor", phrases=4)
    piece = blank_piece(options, SATB)
    plans = [leading_chords(piece, cadence_chords(piece, seed), seed) for seed in range(100)]
    assert {plan[7][Fraction(1)] for plan in plans} == {(2, 6, 9, 0)}
    inner = [plan.get(3, {}).get(Fraction(1)) for plan in plans]
    assert 35 < len([chord for chord in inner if chord]) < 75
    assert all(index % 2 and onset == 1 for plan in plans for index, places in plan.items() for onset in places)
    score = compose(piece=options, checkpoint=untrained, sampling=SamplingOptions(6, candidates=2, passes=0)).score
    table = sonorities(encode(score))
    tick = int(29 * vocabulary().ticks_per_quarter)
    moment = table.pitches[table.onset <= tick][-1]
    assert int(moment[-1]) % 12 == 2
    assert {int(pitch) % 12 for pitch in moment} <= {2, 6, 9, 0} and 6 in {int(pitch) % 12 for pitch in moment}


@pytest.mark.parametrize(
    ("time", "anacrusis", "expected"),
    [
        ("3/4", Fraction(0), {(2, 2), (6, 2)}),
        ("3/4", Fraction(1), {(3, 2), (7, 2)}),
        ("6/8", Fraction(0), {(3, 0), (7, 0)}),
    ],
)
def test_dominants_come_a_beat_before(time: str, anacrusis: Fraction, expected: set[tuple[int, int]]) -> None:
    piece = blank_piece(PieceOptions(measures=8, time=time, anacrusis=anacrusis, phrases=2), SATB)
    chords = [leading_chords(piece, cadence_chords(piece, seed), seed) for seed in range(30)]
    assert {(index, onset) for plan in chords for index, places in plan.items() for onset in places} == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("E phrygian", {(2, 5, 9), (9, 0, 4)}),
        ("G mixolydian", {(5, 9, 0)}),
    ],
)
def test_a_church_mode_has_its_own_last_cadence_and_no_other_dominant(key: str, expected: set[tuple[int, ...]]) -> None:
    piece = blank_piece(PieceOptions(measures=8, key=key), SATB)
    plans = [leading_chords(piece, cadence_chords(piece, seed), seed) for seed in range(60)]
    assert {chord for plan in plans for places in plan.values() for chord in places.values()} == expected
    assert all(list(plan) == [7] for plan in plans)


def test_a_dorian_piece_has_dominants_as_in_minor() -> None:
    piece = blank_piece(PieceOptions(measures=8, key="D dorian"), SATB)
    plans = [leading_chords(piece, cadence_chords(piece, seed), seed) for seed in range(60)]
    lasts = {chord[:3] for plan in plans for chord in plan[7].values()}
    assert lasts == {(9, 1, 4)}
    assert any(list(plan) != [7] for plan in plans)


def test_the_last_tonic_of_minor_is_major_as_often_as_in_the_style() -> None:
    piece = blank_piece(PieceOptions(measures=8, key="g minor"), SATB)
    lasts = Counter(max(cadence_chords(piece, seed)[7].items())[1] for seed in range(300))
    assert set(lasts) == {(7, 11, 2), (7, 10, 2)}
    assert abs(lasts[7, 11, 2] / 300 - load_style().melody_cadences.picardy["minor"]) < 0.06


def test_every_alternative_of_a_new_piece_has_a_plan_of_its_own() -> None:
    piece = blank_piece(PieceOptions(measures=16), SATB)
    plans = plans_for_piece(piece, (0,), Manner(load_style()), 3, 6, {}).plans
    assert [len(drafts) for drafts in plans] == [1] * 6
    chords = [
        tuple(
            (index, onset, chord.members) for index, each in drafts[0].items() for onset, chord in each.chords.items()
        )
        for drafts in plans
    ]
    assert len(set(chords)) > 3
    first = {(index, onset) for index, places in cadence_chords(piece, 3).items() for onset in places}
    assert first <= {(index, onset) for index, onset, _ in chords[0]}


def test_a_plain_new_piece_moves_on_the_beat(untrained: Path) -> None:
    options = PieceOptions(measures=4, key="g minor", time="3/4")
    sampling = SamplingOptions(seed=6, candidates=2, passes=0, rhythm="plain")
    score = compose(piece=options, checkpoint=untrained, sampling=sampling).score
    assert {note.onset.denominator for note in pitched_notes(score)} == {1}
