"""The JSB16 benchmark: conversion of rolls, a proper likelihood, and no feature that looks ahead."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from scoregen.benchmarks.jsb16.alphabet import CHROMATIC, LONGEST_IN_16THS
from scoregen.benchmarks.jsb16.data import read_jsb16
from scoregen.benchmarks.jsb16.protocol import score
from scoregen.benchmarks.jsb16.report import bench_jsb16
from scoregen.benchmarks.jsb16.rolls import ROLL_FEATURES, STEPS, roll_piece
from scoregen.benchmarks.jsb16.training_set import roll_examples
from scoregen.model.features.alphabet import FIRST_PITCH, HOLD
from scoregen.model.features.conditioning import Example
from scoregen.model.features.inputs import PieceArrays
from scoregen.model.network.batches import collate
from scoregen.model.network.checkpoint import save_checkpoint
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.in_slice import Choices
from scoregen.model.network.likelihood import choices
from scoregen.model.network.network import Network
from scoregen.system.errors import InputError, RefusedError
from tests.model.pieces import sensitive_network

CONFIG = NetworkConfig(
    alphabet="chromatic",
    metric_features=ROLL_FEATURES,
    context=0,
    embedding=16,
    backbone=32,
    in_slice=32,
    heads=2,
)
LOWEST = int(CHROMATIC.midi[0])


@pytest.fixture(scope="module")
def network() -> Network:
    return sensitive_network(CONFIG)


def random_roll(seed: int, frames: int = 60) -> list[list[int]]:
    """Voices that move and rest at random, with a repeat of the first half."""
    rng = np.random.default_rng(seed)
    pitches, roll = [67, 62, 57, 48], []
    for _ in range(frames // 2):
        for voice in range(4):
            if rng.random() < 0.25:
                pitches[voice] = -1 if rng.random() < 0.1 else 70 - 7 * voice + int(rng.integers(-4, 5))
        roll.append(list(pitches))
    return roll + roll


def predictions(network: Network, piece: PieceArrays, order: tuple[int, ...] = (0, 3, 1, 2)) -> Choices:
    given = np.zeros(piece.events.shape, dtype=bool)
    with torch.inference_mode():
        return choices(network, collate([Example(piece, given, np.tile(order, (piece.length, 1)))], CHROMATIC))


def frames_of(piece: PieceArrays) -> list[list[int]]:
    """The roll, reconstructed from events and time shifts alone."""
    pitches, roll = [-1] * piece.events.shape[1], []
    for events, time_shift in zip(piece.events.tolist(), piece.time_shift.tolist(), strict=True):
        pitches = [
            last if event == HOLD else event - FIRST_PITCH + LOWEST if event >= FIRST_PITCH else -1
            for last, event in zip(pitches, events, strict=True)
        ]
        length = time_shift if time_shift <= LONGEST_IN_16THS else time_shift - LONGEST_IN_16THS
        roll += [list(pitches)] * length
    return roll


@pytest.mark.parametrize("seed", range(4))
def test_events_and_time_shifts_determine_the_roll(seed: int) -> None:
    roll = random_roll(seed)
    piece = roll_piece(roll)
    assert frames_of(piece) == roll
    assert (piece.time_shift[:-1] <= LONGEST_IN_16THS).all()
    assert piece.time_shift[-1] > LONGEST_IN_16THS, "the last one ends the piece"


@pytest.mark.parametrize("seed", range(3))
def test_every_distribution_sums_to_one(network: Network, seed: int) -> None:
    result = predictions(network, roll_piece(random_roll(seed)))
    assert result.events.double().exp().sum(-1) == pytest.approx(1.0, abs=1e-5)
    assert result.time_shifts.double().exp().sum(-1) == pytest.approx(1.0, abs=1e-5)


def test_the_probabilities_of_all_possible_slices_sum_to_one(network: Network) -> None:
    """All possible next slices of two voices: the masks exclude exactly the impossible ones."""
    silence = -1
    prefix = [[60, 55], [60, 55], [62, silence]]
    pitches = [*CHROMATIC.midi.tolist(), silence]
    pairs = [(top, low) for top in pitches for low in pitches if (top, low) != (62, silence)]
    total = 0.0
    for start in range(0, len(pairs), 512):
        pieces = [roll_piece([*prefix, list(pair)]) for pair in pairs[start : start + 512]]
        orders = [np.tile((1, 0), (piece.length, 1)) for piece in pieces]
        batch = collate(
            [Example(p, np.zeros(p.events.shape, dtype=bool), o) for p, o in zip(pieces, orders, strict=True)],
            CHROMATIC,
        )
        with torch.inference_mode():
            result = choices(network, batch)
        last = torch.cumsum(batch.lengths, 0) - 1
        chosen = batch.events[torch.arange(len(pieces)), batch.lengths - 1]
        total += float(result.events[last].double().gather(2, chosen.unsqueeze(2))[..., 0].sum(1).exp().sum())
    assert total == pytest.approx(1.0, abs=1e-5)


def differing_after(cut: int) -> tuple[PieceArrays, PieceArrays, int]:
    """Two rolls with a common start of `cut` frames, and the first slice after it."""
    roll = random_roll(1)
    other = roll[:cut] + [[pitch + 2 if pitch >= 0 else 60 for pitch in frame] for frame in roll[cut:-9]]
    before, after = roll_piece(roll), roll_piece(other)
    first = int(np.flatnonzero(before.position >= cut * STEPS)[0])
    assert np.array_equal(before.position[:first], after.position[:first])
    return before, after, first


@pytest.mark.parametrize("cut", [7, 16, 31, 44])
def test_no_later_note_changes_an_earlier_probability(network: Network, cut: int) -> None:
    """From frames to probabilities: everything derived from the notes must look back only."""
    before, after, first = differing_after(cut)
    one, two = predictions(network, before), predictions(network, after)
    assert torch.allclose(one.events[:first].exp(), two.events[:first].exp(), atol=1e-6)
    assert torch.allclose(one.time_shifts[: first - 1].exp(), two.time_shifts[: first - 1].exp(), atol=1e-6)
    assert not torch.allclose(one.events[first + 1].exp(), two.events[first + 1].exp(), atol=1e-3)


def test_within_a_slice_only_earlier_voices_matter(network: Network) -> None:
    roll = random_roll(2)
    index = 30
    changed = [list(frame) for frame in roll[: index + 1]]
    first = [list(frame) for frame in changed]
    changed[index][1], first[index][1] = 61, 66  # the alto is third in the order
    one, two = predictions(network, roll_piece(changed)), predictions(network, roll_piece(first))
    assert torch.allclose(one.events[-1, [0, 3, 1]], two.events[-1, [0, 3, 1]], atol=1e-5)
    assert not torch.allclose(one.events[-1, 2].exp(), two.events[-1, 2].exp(), atol=1e-4)


def test_impossible_events_have_probability_zero(network: Network) -> None:
    piece = roll_piece(random_roll(3))
    result = predictions(network, piece).events.exp()
    assert not result[0, :, HOLD].any(), "nothing sounds yet"
    for row in range(1, piece.length):
        for voice in range(4):
            sounding = int(piece.sounding[row - 1, voice])
            if sounding < CHROMATIC.silence:
                assert result[row, voice, FIRST_PITCH + sounding] == 0, (
                    "a repeated note cannot be distinguished from a held one"
                )


def test_averages_of_networks_and_of_orders(network: Network) -> None:
    pieces = [roll_piece(random_roll(seed, 40)) for seed in range(3)]
    orders = [(0, 3, 1, 2), (3, 2, 1, 0)]
    alone, other = (score([network], pieces, [order]) for order in orders)
    twice = score([network, network], pieces, orders[:1])
    both = score([network], pieces, orders)
    assert twice.nats == pytest.approx(alone.nats, rel=1e-6)
    assert (both.nats < np.maximum(alone.nats, other.nats)).all()
    assert (both.nats <= (alone.nats + other.nats) / 2 + 1e-6).all(), (
        "the nats of the mean probability are less than the mean nats"
    )
    assert both.by_kind == alone.by_kind, "kinds of choices are those of the first order"
    total = sum(alone.by_kind[kind][0] for kind in ("time_shift", "attack", "hold", "rest"))
    assert total == pytest.approx(alone.nats.sum(), rel=1e-6)
    assert 0 <= alone.calibration_error <= 1
    assert alone.calibration[:, 0].sum() == sum(5 * piece.length for piece in pieces)


def test_every_order_is_a_distribution_over_the_slice(network: Network) -> None:
    """The probabilities of the events of each voice sum to one in any order."""
    piece = roll_piece([[72, 64, 55, 48], [72, 65, 55, 48]])
    for order in ((0, 3, 1, 2), (2, 1, 3, 0)):
        result = predictions(network, piece, order)
        assert result.events.exp().sum(-1) == pytest.approx(torch.ones(2, 4), abs=1e-5)


@pytest.mark.parametrize("any_order", [False, True])
def test_voices_choose_in_one_order_or_in_any(any_order: bool) -> None:
    pieces = [roll_piece(random_roll(seed, 40)) for seed in range(2)]
    result = roll_examples(pieces, pieces[:1], 2, any_order=any_order)
    order = result.draw(np.random.default_rng(1)).order
    assert (np.sort(order, axis=1) == np.arange(4)).all()
    assert (len({tuple(row) for row in order.tolist()}) > 1) == any_order
    assert {tuple(row) for row in result.valid["free"][0].order.tolist()} == {(0, 3, 1, 2)}


def write_data(path: Path, pieces: int = 2) -> Path:
    split = [random_roll(seed, 20) for seed in range(pieces)]
    path.write_text(json.dumps({"train": split, "valid": split, "test": split}))
    return path


def test_the_report_has_the_scores(network: Network, tmp_path: Path) -> None:
    data = write_data(tmp_path / "data.json")
    save_checkpoint(network, tmp_path / "small", {"order": [0, 3, 1, 2]})
    report = bench_jsb16(data, [tmp_path / "small"])
    pieces = [roll_piece(roll) for roll in read_jsb16(data).splits["test"]]
    expected = score([network], pieces, [(0, 3, 1, 2)]).nats.sum() / (4 * 40)
    assert report.splits["test"]["nats_per_note"] == pytest.approx(expected, rel=1e-6)
    assert not report.is_published


def test_networks_with_different_orders_have_no_average(network: Network, tmp_path: Path) -> None:
    data = write_data(tmp_path / "data.json")
    for name, order in (("a", [0, 1, 2, 3]), ("b", [3, 2, 1, 0])):
        save_checkpoint(network, tmp_path / name, {"order": order})
    with pytest.raises(InputError, match="different orders"):
        bench_jsb16(data, [tmp_path / "a", tmp_path / "b"])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("[]", "train, valid and test"),
        ("{", "not valid JSON"),
        ('{"train": [], "valid": [[[1, 2, 3]]], "test": []}', r"valid: piece 0, frame 0: found \[1, 2, 3\]"),
        ('{"train": [], "valid": [[]], "test": []}', "expected a list of frames"),
    ],
)
def test_invalid_files_are_refused_by_name(tmp_path: Path, content: str, expected: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content)
    with pytest.raises(InputError, match=expected):
        read_jsb16(path)


def test_rolls_beyond_the_alphabet_are_refused() -> None:
    with pytest.raises(RefusedError, match="MIDI pitches"):
        roll_piece([[100, 60, 50, 40]])
    with pytest.raises(RefusedError, match="nothing changes for 70 16ths"):
        roll_piece([[67, 60, 55, 40]] * 70)


def test_the_published_file_is_recognised(shared_data: Callable[[str], Path]) -> None:
    result = read_jsb16(shared_data("jsb16") / "Jsb16thSeparated.json")
    assert result.is_published
    assert [result.frames(split) for split in ("train", "valid", "test")] == [55228, 18408, 18900]
    for roll in result.splits["valid"][:5]:
        assert frames_of(roll_piece(roll)) == [list(frame) for frame in roll]
