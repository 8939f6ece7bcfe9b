"""Mixtures of checkpoints: interpolated weights, merged statistics, and the mixtures that make no sense."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from scoregen.model.network.checkpoint import read_weights, save_checkpoint
from scoregen.model.network.network import Network
from scoregen.model.sampling.costs.successions import save_successions
from scoregen.model.sampling.feature_matching import Features
from scoregen.model.sampling.feature_matching_file import Calibration, save_calibration
from scoregen.model.sampling.mixture import STYLES, load_mixture, mixed_weights, origin
from scoregen.model.sampling.novelty_limit import save_index
from scoregen.score.ensemble import load_ensemble
from scoregen.system.errors import InputError
from scoregen.tokens.successions import SuccessionTable
from scoregen.tokens.window_hashes import NoveltyIndex
from tests.model.pieces import random_tokens
from tests.model.runs import CONFIG

SATB = load_ensemble("satb")
ROLES = [role.name for role in SATB.roles]


def network(seed: int) -> Network:
    torch.manual_seed(seed)
    return Network(replace(CONFIG, metric_features=38))


@pytest.fixture
def stems(tmp_path: Path) -> tuple[Path, Path]:
    """A base and a style that says that it was tuned from it."""
    base, mine = tmp_path / "base", tmp_path / "mine"
    save_checkpoint(network(1), base, {})
    save_checkpoint(network(2), mine, {"start": {"sha256": read_weights(base).checksum}})
    return base, mine


def test_weights_are_interpolated(stems: tuple[Path, Path]) -> None:
    one, other = map(read_weights, stems)
    mixed = load_mixture([(stems[0], 0.75), (stems[1], 0.25)], SATB).weights
    for name, values in mixed.tensors.items():
        expected = 0.75 * one.tensors[name] + 0.25 * other.tensors[name]
        assert values.dtype == np.float32
        assert np.allclose(values, expected, atol=1e-6)
    assert mixed.config == one.config
    swapped = load_mixture([(stems[0], 0.25), (stems[1], 0.75)], SATB).weights
    assert len({one.checksum, other.checksum, mixed.checksum, swapped.checksum}) == 4


def test_one_style_alone_is_itself(stems: tuple[Path, Path]) -> None:
    alone = load_mixture([(stems[1], 1.0)], SATB)
    assert alone.weights.checksum == read_weights(stems[1]).checksum


def test_the_statistics_are_mixed_too(stems: tuple[Path, Path]) -> None:
    pieces = [[random_tokens(seed, 4)] for seed in (1, 2)]
    tables = [SuccessionTable.of(each) for each in pieces]
    for stem, table, each in zip(stems, tables, pieces, strict=True):
        save_successions(table, stem)
        save_index(NoveltyIndex.of(each), stem)
    biases = Features.zeros(4)
    biases.pace[0, 1] = 0.8
    save_calibration(Calibration(biases, Features.zeros(4), {}), stems[0], ROLES)
    mixed = load_mixture([(stems[0], 0.25), (stems[1], 0.75)], SATB)
    assert mixed.successions and mixed.index and mixed.calibration
    total = mixed.successions.counts.sum()
    assert total == pytest.approx(max(table.counts.sum() for table in tables))
    own = {tuple(row) for row in tables[1].rows.tolist()} - {tuple(row) for row in tables[0].rows.tolist()}
    of_second = sum(
        count
        for row, count in zip(mixed.successions.rows.tolist(), mixed.successions.counts, strict=True)
        if tuple(row) in own
    )
    assert of_second / total == pytest.approx(0.75 * len(own) / tables[1].counts.sum(), rel=0.2)
    lengths = mixed.index.tables
    for each in pieces:
        alone = NoveltyIndex.of(each).tables
        assert all(set(alone[length]) <= set(lengths[length]) for length in lengths)
    assert mixed.calibration.free.pace[0, 1] == pytest.approx(0.2)


def test_styles_of_one_network_are_mixed_by_their_vectors(tmp_path: Path) -> None:
    torch.manual_seed(5)
    config = replace(CONFIG, roles=(), styles=("quartet", "haydn", "mozart"), metric_features=38)
    save_checkpoint(Network(config), tmp_path / "any", {})
    stem, quartet = tmp_path / "any", load_ensemble("string-quartet")
    parts = [(stem, 0.5), (stem, 0.3), (stem, 0.2)]
    mixed = load_mixture(parts, quartet, network_styles=["haydn", "mozart", ""], target="haydn").weights
    before = read_weights(stem).tensors
    _, _, haydn, mozart = before[STYLES]
    assert np.allclose(mixed.tensors[STYLES][2], 0.5 * haydn + 0.3 * mozart, atol=1e-6)
    assert np.abs(0.5 * haydn + 0.3 * mozart - haydn).max() > 0.01
    for index in (0, 1, 3):
        assert np.allclose(mixed.tensors[STYLES][index], before[STYLES][index], atol=1e-6)
    others = (np.allclose(mixed.tensors[name], values, atol=1e-6) for name, values in before.items() if name != STYLES)
    assert all(others)


def test_weights_of_other_origin_cannot_be_mixed(stems: tuple[Path, Path], tmp_path: Path) -> None:
    stranger = tmp_path / "stranger"
    save_checkpoint(network(3), stranger, {})
    with pytest.raises(InputError, match="base and stranger cannot be mixed: they were not tuned from"):
        mixed_weights([(read_weights(stems[0]), 0.5), (read_weights(stranger), 0.5)])


def test_the_origin_is_that_of_the_first_weights(stems: tuple[Path, Path], tmp_path: Path) -> None:
    base, mine = map(read_weights, stems)
    assert origin(base) == origin(mine) == base.checksum
    grandchild = tmp_path / "grandchild"
    save_checkpoint(network(4), grandchild, {"start": {"sha256": mine.checksum, "start": {"sha256": base.checksum}}})
    assert origin(read_weights(grandchild)) == base.checksum


def test_styles_of_another_ensemble_are_refused(stems: tuple[Path, Path], tmp_path: Path) -> None:
    trio = tmp_path / "trio"
    torch.manual_seed(0)
    save_checkpoint(Network(replace(CONFIG, roles=("violin", "viola", "cello"))), trio, {})
    with pytest.raises(InputError, match="trio: these weights write for violin, viola, cello; satb needs"):
        load_mixture([(stems[0], 0.5), (trio, 0.5)], SATB)
