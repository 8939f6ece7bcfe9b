"""The likelihood is proper: probabilities sum to one and depend on nothing later."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from scoregen.model.features.alphabet import UNSCORED
from scoregen.model.features.conditioning import Example, draw_given, draw_order
from scoregen.model.features.inputs import SPELLED, PieceArrays, piece_arrays
from scoregen.model.network.batches import collate
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.likelihood import Likelihood, likelihood
from scoregen.model.network.network import Network
from tests.model.pieces import random_tokens, sensitive_network

CONFIG = NetworkConfig(embedding=16, context=16, backbone=32, in_slice=32, heads=2)


@pytest.fixture(scope="module")
def network() -> Network:
    return sensitive_network(CONFIG)


def scored(network: Network, examples: list[Example]) -> Likelihood:
    with torch.no_grad():
        return likelihood(network, collate(examples))


def in_order(piece: PieceArrays, given: np.ndarray) -> Example:
    return Example(piece, given, np.tile(np.arange(4), (piece.length, 1)))


def with_event(piece: PieceArrays, row: int, voice: int, event: int) -> PieceArrays:
    events, choices = piece.events.copy(), piece.choices.copy()
    events[row, voice] = choices[row, voice, 0] = event
    return replace(piece, events=events, choices=choices, time_shift=np.full_like(piece.time_shift, UNSCORED))


def test_the_probabilities_of_all_choices_of_one_voice_sum_to_one(network: Network) -> None:
    piece = piece_arrays(random_tokens(1))
    given = np.ones_like(piece.events, dtype=bool)
    row, voice = piece.length // 2, 3
    given[row, voice] = False
    examples = [in_order(with_event(piece, row, voice, choice), given) for choice in range(SPELLED.choices)]
    costs = scored(network, examples).events.sum(1).reshape(SPELLED.choices, piece.length).sum(1)
    assert float((-costs).exp().sum()) == pytest.approx(1.0, abs=1e-4)


def test_later_events_change_no_earlier_probability(network: Network) -> None:
    piece, other = piece_arrays(random_tokens(2)), piece_arrays(random_tokens(2))
    row = piece.length // 2
    other.events[row, 2:] = other.events[row, 2:][::-1] + 1
    other.events[row + 1 :] = np.roll(other.events[row + 1 :], 1, axis=1)
    other.sounding[row, 2:] = 5
    other.sounding[row + 1 :] = 7
    other.before[row + 1 :] = 7
    other.choices[..., 0] = other.events
    nothing = np.zeros_like(piece.events, dtype=bool)
    before = scored(network, [in_order(piece, nothing)])
    after = scored(network, [in_order(other, nothing)])
    assert torch.equal(before.events[:row], after.events[:row])
    assert torch.equal(before.time_shifts[:row], after.time_shifts[:row])
    assert torch.equal(before.events[row, :2], after.events[row, :2])
    assert not torch.equal(before.events[row + 1 :], after.events[row + 1 :])


def test_blank_voices_have_no_influence_on_the_context(network: Network) -> None:
    """With the soprano given, changing the pitches and times of the alto's later notes changes nothing earlier."""
    piece = piece_arrays(random_tokens(3))
    given = np.zeros_like(piece.events, dtype=bool)
    given[:, 0] = True
    row = piece.length // 2
    cut = replace(piece, events=piece.events.copy(), sounding=piece.sounding.copy(), before=piece.before.copy())
    cut = replace(cut, choices=piece.choices.copy())
    cut.choices[row:, 1:, 0] = 0
    cut.events[row:, 1:], cut.sounding[row:, 1:], cut.before[row + 1 :, 1:] = 0, 3, 3
    before, after = (scored(network, [in_order(made, given)]) for made in (piece, cut))
    assert torch.equal(before.events[:row], after.events[:row])
    assert not torch.equal(before.events[row:], after.events[row:])


def test_later_given_events_have_an_influence(network: Network) -> None:
    piece, other = piece_arrays(random_tokens(4)), piece_arrays(random_tokens(4))
    given = np.zeros_like(piece.events, dtype=bool)
    given[:, 0] = True
    last = np.flatnonzero(other.events[:, 0] > 1)[-1]
    other.events[last, 0] += 3
    other.sounding[last:, 0] += 3
    other.choices[..., 0] = other.events
    before, after = (scored(network, [in_order(made, given)]) for made in (piece, other))
    assert not torch.equal(before.events[:last], after.events[:last])


def test_padding_has_no_influence(network: Network) -> None:
    generator = np.random.default_rng(5)
    examples = []
    for seed, measures in ((5, 2), (6, 5)):
        piece = piece_arrays(random_tokens(seed, measures))
        given = draw_given(piece, generator)
        examples.append(Example(piece, given, draw_order(piece, given, generator)))
    together = scored(network, examples).nats
    apart = sum(scored(network, [example]).nats for example in examples)
    assert float(together) == pytest.approx(float(apart), rel=1e-5)
