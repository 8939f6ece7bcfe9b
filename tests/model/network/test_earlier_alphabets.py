"""Weights of earlier versions give every chance unchanged, and none to what they have never seen."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, REST, alphabet
from scoregen.model.features.conditioning import Example
from scoregen.model.features.inputs import PieceArrays, piece_arrays
from scoregen.model.network.batches import collate
from scoregen.model.network.checkpoint import network_of, read_weights
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.earlier_alphabets import RANGE_BEFORE, TIME_SHIFTS_BEFORE, in_current_alphabet
from scoregen.model.network.in_slice import Choices
from scoregen.model.network.likelihood import choices
from scoregen.model.network.network import Network
from tests.model.pieces import random_tokens

SPELLED = alphabet("spelled")
CONFIG = NetworkConfig(embedding=8, context=8, backbone=16, in_slice=16, heads=2)
INSIDE = (SPELLED.midi >= RANGE_BEFORE[0]) & (SPELLED.midi <= RANGE_BEFORE[1])
SEEN = np.concatenate([[True, True], INSIDE, [False, False]])
SHIFTS_SEEN = np.array([True, *(shift in TIME_SHIFTS_BEFORE for shift in SPELLED.time_shifts)])


def earlier_tensors() -> dict[str, np.ndarray]:
    """Weights of a network as an earlier version had them: four kinds, 63 heights, fewer time shifts."""
    torch.manual_seed(3)
    tensors = {name: weight.numpy() for name, weight in Network(CONFIG).state_dict().items()}
    rng = np.random.default_rng(3)
    kept = np.append(np.flatnonzero(INSIDE), SPELLED.silence)
    tensors["pitch.weight"] = tensors["pitch.weight"][kept]
    tensors["kind.weight"] = tensors["kind.weight"][:4]
    low = int(SPELLED.midi.min())
    heights = [4 + midi - low for midi in range(RANGE_BEFORE[0], RANGE_BEFORE[1] + 1)]
    rest = range(4 + int(SPELLED.midi.max()) - low + 1, len(tensors["heads.alone.bias"]))
    rows = [0, 1, *heights, *rest]
    tensors["heads.alone.weight"] = rng.normal(size=(len(rows), 16)).astype(np.float32)
    tensors["heads.alone.bias"] = rng.normal(size=len(rows)).astype(np.float32)
    tensors["time_shift.weight"] = rng.normal(size=(len(TIME_SHIFTS_BEFORE) + 1, 16)).astype(np.float32)
    tensors["time_shift.bias"] = rng.normal(size=len(TIME_SHIFTS_BEFORE) + 1).astype(np.float32)
    del tensors["inner_notes.weight"]
    return tensors


def piece() -> PieceArrays:
    return piece_arrays(random_tokens(1))


def of(tensors: dict[str, np.ndarray]) -> Choices:
    network = Network(CONFIG).eval()
    network.load_state_dict({name: torch.from_numpy(np.asarray(values)) for name, values in tensors.items()})
    example = Example(piece(), np.zeros_like(piece().events, dtype=bool), np.tile(np.arange(4), (piece().length, 1)))
    with torch.no_grad():
        return choices(network, collate([example]))


def test_every_new_choice_is_impossible_and_the_others_share_the_whole_chance() -> None:
    found = of(in_current_alphabet(earlier_tensors(), CONFIG))
    for log_p in found.turns:
        chances = log_p.exp().numpy()
        assert chances.shape[1] == len(SEEN)
        assert chances[:, ~SEEN].max() < 1e-5
        assert chances[:, SEEN].sum(1) == pytest.approx(1, abs=1e-4)
    times = found.time_shifts.exp().numpy()
    assert times[:, ~SHIFTS_SEEN].max() < 1e-5 and times[:, SHIFTS_SEEN].min() > 0


def test_each_row_is_that_of_its_choice() -> None:
    """The logits of the first choice, by its own arithmetic: the bias of the height, the degree and the step."""
    before = earlier_tensors()
    after = in_current_alphabet(before, CONFIG)
    assert after["heads.alone.bias"][[HOLD, REST]].tolist() == before["heads.alone.bias"][:2].tolist()
    low = int(SPELLED.midi.min())
    for midi in range(*RANGE_BEFORE):
        new, old = 4 + midi - low, FIRST_PITCH + midi - RANGE_BEFORE[0]
        assert after["heads.alone.bias"][new] == before["heads.alone.bias"][old]
        assert (after["heads.alone.weight"][new] == before["heads.alone.weight"][old]).all()
    degrees = slice(-(len(before["heads.alone.bias"]) - FIRST_PITCH - (RANGE_BEFORE[1] - RANGE_BEFORE[0] + 1)), None)
    assert (after["heads.alone.bias"][degrees] == before["heads.alone.bias"][degrees]).all()
    for id, shift in enumerate(SPELLED.time_shifts, 1):
        if shift in TIME_SHIFTS_BEFORE:
            assert after["time_shift.bias"][id] == before["time_shift.bias"][TIME_SHIFTS_BEFORE.index(shift) + 1]
    assert (after["pitch.weight"][:-1][INSIDE] == before["pitch.weight"][:-1]).all()
    assert (after["pitch.weight"][-1] == before["pitch.weight"][-1]).all()
    assert (after["kind.weight"][4] == before["kind.weight"][REST]).all(), "absent voices were read as resting"


def test_weights_of_the_current_alphabet_are_unchanged() -> None:
    tensors = {name: weight.numpy() for name, weight in Network(CONFIG).state_dict().items()}
    after = in_current_alphabet(tensors, CONFIG)
    assert after.keys() == tensors.keys() and all(after[name] is tensors[name] for name in tensors)


def test_the_shipped_weights_write_no_chords() -> None:
    network = network_of(read_weights())
    example = Example(piece(), np.zeros_like(piece().events, dtype=bool), np.tile(np.arange(4), (piece().length, 1)))
    with torch.no_grad():
        found = choices(network, collate([example]))
    assert max(float(log_p[:, ~torch.from_numpy(SEEN)].max()) for log_p in found.turns) < -10
