"""The nearest style is the one in which music was written."""

from __future__ import annotations

import pytest
import torch

from scoregen.corpora.shards import ShardPiece, ShardSource
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.network import Network
from scoregen.model.own_styles.copies import bare_drafts_like
from scoregen.model.own_styles.nearest_style import nearest_style, shipped_for
from scoregen.model.training.stored_movements import movement_in_style
from scoregen.system.errors import InputError
from tests.model.ensembles import chordal_tokens, describe
from tests.model.pieces import sensitive_network
from tests.model.runs import one_thread

CONFIG = NetworkConfig(
    roles=(), styles=("one", "two", "three"), embedding=8, context=8, backbone=16, in_slice=16, heads=2, strand=8
)
CANDIDATES = {"first": "one", "second": "two", "third": "three"}
VOICES = describe(3)


def network() -> Network:
    made = sensitive_network(CONFIG)
    torch.manual_seed(3)
    with torch.no_grad():
        made.style.weight[1:] = 8 * torch.randn(3, 2 * CONFIG.context)
    return made


def piece(seed: int) -> ShardPiece:
    source = ShardSource(f"{seed}", "", "train", "songs", "songs", "")
    return ShardPiece(f"{seed}", chordal_tokens(seed, VOICES, 6), VOICES, {}, source)


@pytest.mark.parametrize("style", [1, 2, 3])
def test_drafts_in_a_style_are_nearest_to_it(style: int) -> None:
    with one_thread():
        written = bare_drafts_like(network(), [piece(1), piece(2)], style, 5)
        movements = [movement_in_style(each, 0) for each in written]
        found = nearest_style(network(), movements, CANDIDATES)
    assert found.network_style == CONFIG.styles[style - 1]
    assert (found.name, found.count) == (list(CANDIDATES)[style - 1], 3)
    assert found.nats < found.unknown
    with one_thread():
        for usual in CANDIDATES:  # which the drafts are not near to, but for the first
            assert nearest_style(network(), movements, CANDIDATES, usual).name == found.name
            still = {"first": "one", usual: "one"}
            assert nearest_style(network(), movements, still, usual).name == usual


def test_without_a_candidate_the_fault_is_named() -> None:
    with pytest.raises(InputError, match="no style that ships is for these weights"):
        nearest_style(network(), [movement_in_style(piece(1), 0)], {})


def test_the_shipped_styles_of_weights_are_those_that_their_network_knows() -> None:
    every = shipped_for("ensembles", ["openscore-lieder", "Haydn__Joseph"])
    assert every == {"haydn": "Haydn__Joseph", "song": "openscore-lieder"}
    assert shipped_for("satb-chorales", ["openscore-lieder"]) == {}
