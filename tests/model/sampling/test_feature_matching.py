"""Feature matching: counts, logit biases, their update, and the file of a calibration."""

from __future__ import annotations

import json
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from scoregen.model.features.alphabet import BARLINE, FIRST_PITCH, GRID, HOLD, REST, pitch_id
from scoregen.model.features.history_features import AGES
from scoregen.model.features.inputs import MIDI, SILENCE, SPELLED, Ints, piece_arrays
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.model.sampling.feature_matching import (
    PACES,
    WIDEST,
    Features,
    count_features,
    difference,
    sonority_rotations,
    update_biases,
)
from scoregen.model.sampling.feature_matching_file import SUFFIX, Calibration, load_calibration, save_calibration
from scoregen.model.sampling.logit_bias import LogitBias
from scoregen.score.pitch import Pitch
from scoregen.system.errors import InputError
from tests.model.pieces import random_tokens

ROLES = ("soprano", "alto", "tenor", "bass")


def ids(names: str) -> list[int]:
    return [SILENCE if name == "-" else pitch_id(Pitch.parse(name)) for name in names.split()]


def random_features(seed: int) -> Features:
    rng = np.random.default_rng(seed)
    empty = Features.zeros(4)
    result = {field.name: rng.normal(0, 0.5, getattr(empty, field.name).shape) for field in fields(Features)}
    result["length"][..., 0] = -result["length"][..., 1]
    result["interval"] *= np.triu(np.ones((4, 4)), 1)[..., None]
    return Features(**result)


def decision_context(
    voice: int, previous: str, others: dict[int, str], *, age: int = 5, given: bool = False
) -> DecisionContext:
    """The context of a voice's decision; `others` are the pitches of the voices already written."""

    def one(value: int | bool) -> np.ndarray:
        return np.array([value])

    sounded = np.array([ids(previous)])
    slots: Ints = np.array([list(others)], dtype=np.int64).reshape(1, -1)
    pitches: Ints = np.array([ids(" ".join(others.values()))], dtype=np.int64).reshape(1, -1)
    return DecisionContext(
        one(voice), sounded[:, voice], one(age), sounded, slots, pitches, one(False), one(given), one(False), one(0)
    )


def treatment(biases: Features, voice: int, own: int, before: list[int], others: dict[int, int]) -> float:
    """The nats of a pitch of a voice off a beat, from the pitches before and those already written."""
    now = {**others, voice: own}
    involved = [each for each in now if each != 3] if voice == 3 else [voice]
    total = 0.0
    for upper in involved:
        step = now[upper] - before[upper]
        if 3 in now:
            total += biases.reached[0, 3 * manner(step) + dissonance(now[upper] - now[3])]
        if upper == voice:
            move = 3 if abs(step) > 2 else 0 if step == 0 else 1 if step < 0 else 2
            total += biases.left[dissonance(before[upper] - before[3]), move]
    return total


def manner(step: int) -> int:
    return 0 if step == 0 else 1 if abs(step) <= 2 else 2


def dissonance(semitones: int) -> int:
    """0 a consonance or tritone, 1 a fourth, 2 a second or seventh."""
    return {5: 1, 1: 2, 2: 2, 10: 2, 11: 2}.get(semitones % 12, 0)


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("order", [(0, 3, 1, 2), (2, 1, 0, 3), (3, 1, 2, 0)])
def test_an_event_bias_is_the_sum_of_the_biases_of_its_features(order: tuple[int, ...], given: bool) -> None:
    free, other = random_features(1), random_features(2)
    logit_bias, biases = LogitBias.of(free, other), (other if given else free)
    previous, becomes = "C5 G4 E4 C3", {0: "B4", 1: "G4", 2: "D4", 3: "-"}
    for step, voice in enumerate(order):
        others = {index: becomes[index] for index in order[:step]}
        added = logit_bias.event_biases(decision_context(voice, previous, others, age=3, given=given))[0]
        before = MIDI[ids(previous)[voice]]
        for event in (HOLD, REST, FIRST_PITCH + ids("A4")[0], FIRST_PITCH + ids("Gb3")[0]):
            expected = biases.length[voice, 3, int(event != HOLD)]
            own = before if event == HOLD else MIDI[event - FIRST_PITCH] if event >= FIRST_PITCH else None
            if event >= FIRST_PITCH:
                expected += biases.step[voice, np.clip(own - before, -WIDEST, WIDEST) + WIDEST]
            sounding = {index: MIDI[ids(name)[0]] for index, name in others.items() if name != "-"}
            if own is not None:
                for index, pitch in sounding.items():
                    upper, lower = sorted((index, voice))
                    interval = own - pitch if voice == upper else pitch - own
                    expected += biases.interval[upper, lower, interval % 12]
                whole = {**sounding, voice: own}
                if step == 3 and 3 in whole:
                    expected += biases.sonority[sum({1 << (pitch - whole[3]) % 12 for pitch in whole.values()})]
                expected += treatment(biases, voice, own, [MIDI[each] for each in ids(previous)], sounding)
            assert added[event] == pytest.approx(expected, abs=1e-5), (voice, event)


def test_a_voice_that_has_not_sounded_has_no_bias_of_its_own() -> None:
    logit_bias = LogitBias.of(random_features(1), random_features(2))
    assert not logit_bias.event_biases(decision_context(0, "- - - -", {}, age=0)).any()


def test_sonorities_are_rotated_to_their_lowest_pitch() -> None:
    turns = sonority_rotations()
    for low in range(12):
        classes = {low, (low + 4) % 12, (low + 7) % 12}
        assert turns[low, sum(1 << pitch for pitch in classes)] == 1 | 1 << 4 | 1 << 7


def test_counts_agree_with_a_naive_count() -> None:
    pieces = [piece_arrays(random_tokens(seed)) for seed in range(3)]
    result = count_features(pieces)
    moves = sum(int(((p.events >= FIRST_PITCH) & (p.before != SILENCE)).sum()) for p in pieces)
    assert result.step.sum() == moves
    assert result.length.sum() == sum(int((p.before != SILENCE).sum()) for p in pieces)
    first = pieces[0]
    sixteenths = np.diff(first.position[first.point]) / 12
    both = (first.sounding[:-1, 0] != SILENCE) & (first.sounding[:-1, 3] != SILENCE)
    alone = count_features(pieces[:1]).interval[0, 3].sum()
    assert sixteenths[both].sum() <= alone <= sixteenths[both].sum() + 16


def test_the_time_to_the_next_change_is_counted_off_and_on_the_beat() -> None:
    """Measures of 4/4 with slices on eighths."""
    tokens = [random_tokens(seed) for seed in range(3)]
    expected = np.zeros((2, PACES))
    for piece in tokens:
        onsets = [4 * index + part.onset for index, measure in enumerate(piece.measures) for part in measure.slices]
        for onset, after in zip(onsets, [*onsets[1:], Fraction(16)], strict=True):
            sixteenths = int((after - onset) * 4)
            expected[int(onset.denominator == 1), min(sixteenths, PACES) - 1] += 1
    assert (count_features([piece_arrays(piece) for piece in tokens]).pace == expected).all()


def test_a_time_shift_bias_is_that_of_its_pace() -> None:
    free, given = random_features(1), random_features(2)
    result = LogitBias.of(free, given).time_shift_biases(
        np.array([False, True]), np.array([True, False]), np.array([24, 96])
    )
    for row, (biases, beat, left) in enumerate(((free, 1, 24), (given, 0, 96))):
        for time_shift, added in enumerate(result[row]):
            steps = left if time_shift == BARLINE else int(SPELLED.time_shifts[time_shift - 1] * GRID)
            kind = next((index for index, most in enumerate((12, 24, 36, 48)) if steps <= most), 4)
            assert added == pytest.approx(biases.pace[beat, kind])


def test_a_calibration_without_paces_can_be_read(tmp_path: Path) -> None:
    save_calibration(Calibration(random_features(3), random_features(4), {}), tmp_path / "weights", ROLES)
    path = (tmp_path / "weights").with_suffix(SUFFIX)
    content = json.loads(path.read_text())
    for task in ("free", "given"):
        del content[task]["next change"]
    path.write_text(json.dumps(content))
    result = load_calibration(tmp_path / "weights", ROLES)
    assert result is not None
    assert not result.free.pace.any()
    assert result.free.step.any()


def test_biases_move_towards_the_target_and_stay_if_it_is_reached() -> None:
    few, many = (
        count_features([piece_arrays(random_tokens(seed)) for seed in seeds]) for seeds in ((1, 2), range(3, 9))
    )
    nothing = Features.zeros(4)
    same = update_biases(nothing, many, many, 1.0)
    assert all(not getattr(same, field.name).any() for field in fields(Features))
    assert set(difference(many, many).values()) == {0.0}
    more = Features.zeros(4)
    more.step[:] = few.step
    more.step[2, WIDEST - 1] += 500
    step_biases = update_biases(nothing, few, more, 1.0).step
    assert step_biases[2].argmax() == WIDEST - 1
    assert step_biases[2, WIDEST - 1] > 0.3
    assert not step_biases[1].any()
    length = update_biases(nothing, few, many, 1.0).length
    assert length[..., 0] == pytest.approx(-length[..., 1])
    assert length.shape == (4, AGES, 2)


def test_a_calibration_survives_its_file(tmp_path: Path) -> None:
    calibration = Calibration(random_features(3), random_features(4), {"corpus": "mine"})
    save_calibration(calibration, tmp_path / "weights.safetensors", ROLES)
    result = load_calibration(tmp_path / "weights", ROLES)
    assert result is not None
    assert result.about == {"corpus": "mine"}
    assert len(result.checksum) == 64
    for name in ("free", "given"):
        for field in fields(Features):
            one, two = (getattr(getattr(each, name), field.name) for each in (calibration, result))
            assert two == pytest.approx(one, abs=6e-4), field.name
    assert load_calibration(tmp_path / "others", ROLES) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"free"', '"fre"'),
        ('"tenor": {', '"tener": {'),
        (
            "{",
            "[",
        ),
        ('"0 4 7": ', '"0 4 17": '),
        ('"0 4 7": ', '"0 4 7": 1e999, "0": '),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path, old: str, new: str) -> None:
    features = Features.zeros(4)
    features.sonority[1 | 1 << 4 | 1 << 7] = 0.5
    save_calibration(Calibration(features, features, {}), tmp_path / "weights", ROLES)
    path = (tmp_path / "weights").with_suffix(SUFFIX)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match=r"weights\.calibration is no calibration"):
        load_calibration(tmp_path / "weights", ROLES)


def test_all_event_biases_are_finite() -> None:
    added = LogitBias.of(random_features(1), random_features(2)).event_biases(
        decision_context(1, "C5 G4 E4 C3", {0: "C5", 3: "C3"})
    )
    assert added.shape == (1, SPELLED.events)
    assert np.isfinite(added).all()
