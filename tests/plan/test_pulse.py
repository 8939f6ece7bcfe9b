"""New voices take the pulse of the tune, and divide it as often as the tune does."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.model.network.config import SamplingOptions
from scoregen.plan.chords.given_line import GivenMusic
from scoregen.plan.pulse import Rhythm, open_onsets, pulse_of
from scoregen.score.elements import Score
from scoregen.score.timeline import pitch_of, pitched_notes
from scoregen.system.errors import InputError
from scoregen.tasks.compose import compose
from tests.plan.tunes import PLAIN, SLOT, tune

COMPOUND = "C5:1 D5:1/2 E5:1 F5:1/2 D5:3/2 C5:1 B4:1/2 | C5:3/2 G4:3/2 A4:3/2 G4:3/2 |" * 2
RUNNING = "C4:1/2 D4:1/2 E4:1/2 F4:1/2 G4:1 E4:1 | F4:1/2 E4:1/2 D4:1 C4:2 |" * 4
LONG = "C4:4 | D4:4 | E4:4 | F4:4 | E4:4 | D4:4 | B3:4 | C4:4 |"
TRIPLETS = "C4:1/3 D4:1/3 E4:1/3 F4:1 E4:1 D4:1 |" * 4


def pulses(score: Score) -> set[Fraction]:
    starts = pulse_of(score, GivenMusic.of(score, [SLOT]).line).starts
    return {after - before for before, after in itertools.pairwise(starts)}


def opened(score: Score, rhythm: Rhythm, seed: int = 0) -> frozenset[Fraction] | None:
    line = GivenMusic.of(score, [SLOT]).line
    return open_onsets(pulse_of(score, line), line, frozenset(), 3, rhythm, random.Random(seed))


@pytest.mark.parametrize(
    ("text", "time", "expected"),
    [
        (PLAIN, "4/4", {1}),
        (PLAIN, "2/2", {2}),
        (COMPOUND, "12/8", {Fraction(3, 2)}),
        (LONG, "4/4", {4}),
        ("C4:2 D4:2 | E4:2 F4:2 | E4:2 D4:2 | C4:4 |", "4/4", {2}),
        ("C4:2 D4:1 | E4:2 F4:1 | E4:3 |", "3/4", {1}),
    ],
)
def test_the_pulse_is_the_beat_or_the_unit_of_the_tune(text: str, time: str, expected: set[Fraction]) -> None:
    assert pulses(tune(text, time)) == expected


def test_a_tune_without_divisions_opens_the_pulse_alone() -> None:
    assert opened(tune(PLAIN), "follow") == frozenset(range(32)) == opened(tune(PLAIN), "plain")
    assert opened(tune(PLAIN), "flowing") is None
    assert opened(tune(LONG), "follow") == frozenset(range(0, 32, 4))


def test_a_tune_that_divides_opens_some_divisions_and_plain_opens_none() -> None:
    score = tune(RUNNING)
    counts = [sum(place.denominator == 2 for place in opened(score, "follow", seed) or ()) for seed in range(20)]
    assert 4 < sum(counts) / len(counts) < 24
    assert opened(score, "plain") == frozenset(range(32))


def test_triplets_of_the_tune_are_not_mixed_with_duplets() -> None:
    for seed in range(20):
        places = opened(tune(TRIPLETS), "follow", seed) or ()
        assert {place % 4 for place in places} <= {0, Fraction(1, 3), Fraction(2, 3), 1, 2, 3}


def test_an_anacrusis_and_a_compound_metre_keep_their_beats() -> None:
    score = tune("G4:1 | C5:1 D5:1 E5:1 C5:1 | F5:1 E5:1 D5:1 |")
    assert opened(score, "follow") == frozenset(range(8))
    places = opened(tune(COMPOUND, "12/8"), "follow") or frozenset()
    given = {note.onset for note in pitched_notes(tune(COMPOUND, "12/8"))}
    assert {place for place in places if place % Fraction(3, 2)} <= given


def new_onsets(score: Score) -> set[Fraction]:
    given = score.parts[0].id
    return {note.onset for note in pitched_notes(score) if note.slot.part != given}


@pytest.mark.parametrize(("text", "time"), [(LONG, "4/4"), (COMPOUND, "12/8"), (RUNNING, "4/4"), (TRIPLETS, "4/4")])
def test_new_voices_move_on_open_onsets_whatever_the_network(untrained: Path, text: str, time: str) -> None:
    given = tune(text, time)
    sampling = SamplingOptions(candidates=2, passes=1)
    score = compose(given, checkpoint=untrained, sampling=sampling).score
    starts = set(pulse_of(given, GivenMusic.of(given, [SLOT]).line).starts)
    tune_onsets = {note.onset for note in pitched_notes(given)}
    halves = {start + Fraction(1, 2) for start in starts} if text == RUNNING else set()
    assert new_onsets(score) <= starts | tune_onsets | halves
    plain = compose(given, checkpoint=untrained, sampling=SamplingOptions(candidates=2, passes=0, rhythm="plain")).score
    assert new_onsets(plain) <= starts


def test_easy_parts_stay_in_comfortable_ranges_without_wide_leaps(untrained: Path) -> None:
    sampling = SamplingOptions(candidates=2, passes=0, difficulty="easy")
    score = compose(tune(PLAIN), checkpoint=untrained, sampling=sampling).score
    ranges = {"Alto": (57, 72), "Tenor": (52, 66), "Bass": (41, 60)}
    planned = {end - beat for end in (6, 14, 22, 30) for beat in (0, 1, 2)}
    for part in score.parts[1:]:
        line = [note for note in pitched_notes(score) if note.slot.part == part.id]
        low, high = ranges[part.name]
        assert all(low <= pitch_of(note).midi_pitch <= high for note in line)
        wide = {
            after.onset
            for before, after in itertools.pairwise(line)
            if abs(pitch_of(after).midi_pitch - pitch_of(before).midi_pitch) > 5 and before.end == after.onset
        }
        assert wide <= planned  # a cadence may leave no nearer note


@pytest.mark.parametrize("wrong", [{"rhythm": "swing"}, {"difficulty": "hard"}])
def test_an_unknown_rhythm_or_difficulty_is_named(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError, match="expected one of"):
        SamplingOptions(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("rhythm", ["follow", "plain"])
def test_new_voices_do_not_run_under_long_notes(rhythm: Rhythm) -> None:
    score = tune("R:1 C4:1 E4:1 F4:1 | G4:4 | R:1 C4:1 E4:1 F4:1 | G4:2 E4:2 | C4:2 E4:2 | D4:4 |")
    line = GivenMusic.of(score, [SLOT]).line
    pulse = pulse_of(score, line)
    plans = [open_onsets(pulse, line, frozenset(), 3, rhythm, random.Random(seed)) or frozenset() for seed in range(60)]
    under_long = [sum(place in plan for place in (5, 6, 7, 21, 22, 23)) for plan in plans]
    assert sum(under_long) < 0.6 * 6 * len(plans)
    assert all({1, 2, 3, 4, 12, 13, 14, 15} <= plan for plan in plans)
