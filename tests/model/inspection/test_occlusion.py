"""Occlusion removes exactly the occluded events, and its effects identify the measures that matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from scoregen.corpora.manifest import load_corpus
from scoregen.corpora.prepare import piece_tokens
from scoregen.model.features.alphabet import FIRST_PITCH
from scoregen.model.features.conditioning import Example
from scoregen.model.features.inputs import Bools, PieceArrays, piece_arrays
from scoregen.model.inspection.occlusion import effects, event_log_p
from scoregen.model.network.batches import collate
from scoregen.model.network.checkpoint import load_checkpoint
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.likelihood import likelihood
from scoregen.model.network.network import Network
from scoregen.model.sampling.decoding_context import voice_order
from scoregen.notation.files import read_score
from scoregen.score.ensemble import load_ensemble
from tests.model.pieces import random_tokens, sensitive_network

CONFIG = NetworkConfig(embedding=16, context=16, backbone=32, in_slice=32, heads=2)


@pytest.fixture(scope="module")
def network() -> Network:
    return sensitive_network(CONFIG)


def example_of(piece: PieceArrays, given_voices: int = 0) -> Example:
    given = np.zeros(piece.events.shape, dtype=bool)
    given[:, :given_voices] = True
    return Example(piece, given, np.tile(voice_order(given[0].tolist()), (piece.length, 1)))


def measure_of(example: Example, index: int) -> Bools:
    return np.tile((example.piece.measure == index)[:, None], (1, example.given.shape[1]))


@pytest.mark.parametrize("given_voices", [0, 1])
def test_without_occlusion_log_p_is_that_of_the_likelihood(network: Network, given_voices: int) -> None:
    example = example_of(piece_arrays(random_tokens(1)), given_voices)
    result = event_log_p(network, example, [np.zeros_like(example.given)])[0]
    with torch.no_grad():
        costs = likelihood(network, collate([example])).events.numpy()
    assert np.allclose(-result[:, given_voices:], costs[:, given_voices:], atol=1e-5)


@pytest.mark.parametrize("given_voices", [0, 2])
def test_occluded_events_have_no_influence(network: Network, given_voices: int) -> None:
    """Pieces that differ only in the occluded measure are equivalent for choices two measures later."""
    example = example_of(piece_arrays(random_tokens(2, 6)), given_voices)
    piece, inside = example.piece, example.piece.measure == 1
    events, sounding = piece.events.copy(), piece.sounding.copy()
    events[inside] = np.where(events[inside] >= FIRST_PITCH, events[inside] + 5, events[inside])
    sounding[inside] += 5
    other = replace(example, piece=replace(piece, events=events, sounding=sounding))
    mask, later = measure_of(example, 1), piece.measure >= 3
    one, two = (event_log_p(network, own, [mask])[0] for own in (example, other))
    assert np.array_equal(one[later], two[later])
    nothing = np.zeros_like(mask)
    original, changed = (event_log_p(network, own, [nothing])[0] for own in (example, other))
    assert not np.allclose(original[later], changed[later])


def test_a_later_measure_has_an_effect_only_if_something_in_it_is_given(network: Network) -> None:
    free, melody = (example_of(piece_arrays(random_tokens(3, 5)), voices) for voices in (0, 1))
    before = free.piece.measure < 3
    assert not effects(network, free, [measure_of(free, 3)])[0][before].any()
    assert effects(network, melody, [measure_of(melody, 3)])[0][before][:, 1:].any()


def test_masks_in_a_batch_give_the_same_effects_as_one_by_one(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = example_of(piece_arrays(random_tokens(4, 5)))
    masks = [measure_of(example, index) for index in range(5)]
    together = effects(network, example, masks)
    monkeypatch.setattr("scoregen.model.inspection.occlusion.BATCH_CELLS", 1)
    assert np.allclose(together, effects(network, example, masks), atol=1e-5)


def test_measures_with_the_largest_effects_matter_more_than_random_ones() -> None:
    """Two measures at once, ranked by their single effects, on held-out chorales with the shipped weights."""
    network, satb, rng = load_checkpoint().network, load_ensemble("satb"), np.random.default_rng(0)
    moved = []
    for piece in load_corpus("bach-chorales").split("valid")[:5]:
        example = example_of(piece_arrays(piece_tokens(read_score(piece.path), satb)))
        last = int(example.piece.measure[-1])
        alone = effects(network, example, [measure_of(example, index) for index in range(last)])
        rows = np.flatnonzero(example.piece.measure == last)
        for row in rows:
            for voice in np.flatnonzero(example.piece.events[row] >= FIRST_PITCH):
                best = np.argsort(-np.abs(alone[:, row, voice]))[:2]
                some = rng.permutation(last)[:2]
                masks = [measure_of(example, a) | measure_of(example, b) for a, b in (best, some)]
                moved.append(np.abs(effects(network, example, masks)[:, row, voice]))
    named, random = np.mean(moved, axis=0)
    assert len(moved) >= 30
    assert named > 1.5 * random
