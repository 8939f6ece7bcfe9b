"""ONNX Runtime and torch return the same log probabilities, on every device."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from scoregen.model.engine.graphs import read_graphs
from scoregen.model.engine.loading import engine_for, engine_of, load_engine
from scoregen.model.engine.onnx_engine import OnnxEngine
from scoregen.model.engine.protocol import Engine
from scoregen.model.engine.scoring import entropies, piece_nats
from scoregen.model.engine.torch_engine import TorchEngine
from scoregen.model.features.alphabet import alphabet
from scoregen.model.features.conditioning import WINDOW, Example, draw_given, draw_order
from scoregen.model.features.inputs import piece_arrays
from scoregen.model.network.batches import collate
from scoregen.model.network.checkpoint import load_checkpoint, read_weights, save_checkpoint
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.index_tables import index_tables
from scoregen.model.network.likelihood import likelihood
from scoregen.model.network.network import Network
from scoregen.model.network.steps import STEPS, axis_sizes, steps_of
from scoregen.system.errors import InputError
from tests.model.ensembles import chordal_tokens, describe
from tests.model.pieces import random_tokens, sensitive_network

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)]
SIZES: Mapping[str, Mapping[str, int]] = {
    "a quartet": {"B": 3, "T": 4, "R": 12, "C": 9, "V": 4, "M": 5, "K": 3, "F": 6, "N": 3},
    "one voice": {"B": 1, "T": 1, "R": 1, "C": 2, "V": 1, "M": 2, "K": 1, "F": 1, "N": 0},
    "sixteen voices": {"B": 2, "T": 3, "R": 6, "C": 40, "V": 16, "M": 17, "K": 15, "F": 30, "N": 1},
}

DESCRIBED = NetworkConfig(
    roles=(), styles=("one", "other"), embedding=16, context=16, backbone=32, in_slice=32, strand=12, heads=2
)


@pytest.fixture(scope="module")
def shipped() -> OnnxEngine:
    engine = load_engine(read_weights(), "cpu")
    assert isinstance(engine, OnnxEngine)
    return engine


def on_device(device: str) -> TorchEngine:
    return TorchEngine(load_checkpoint().network, device)


def id_limits(step: str, config: NetworkConfig) -> dict[str, int]:
    """The exclusive upper bound of the ids of each input."""
    ids = alphabet(config.alphabet)
    pitches = ("sounding", "inner", "before", "reference", "last_pitch", "other_pitch", "other_before")
    result = dict.fromkeys(pitches, ids.silence + 1)
    past = len(ids.time_shifts) + 1 if step == "choose_time_shift" else ids.choices + 1
    result |= {"events": ids.absent + 1, "last_choice": ids.choices, "past_choices": past}
    return result | {
        "key": ids.no_key + 1,
        "voices": 2,
        "style": len(config.styles) + 1,
        "age": 10,
        "matches": 9,
        "voice_matches": 9,
        "is_set": 2,
        "position": 9000,
        "positions": 9000,
    }


def random_inputs(step: str, config: NetworkConfig, sizes: Mapping[str, int]) -> list[NDArray[np.generic]]:
    rng, limits = np.random.default_rng(1), id_limits(step, config)
    widths = {**axis_sizes(config), **sizes}
    result: list[NDArray[np.generic]] = []
    for name, axes in STEPS[step].inputs.items():
        shape = [widths[axis] for axis in axes.split()]
        dtype = STEPS[step].dtype(name)
        if dtype == torch.float32:
            values = np.asarray(rng.standard_normal(shape))
            result.append((values > 0 if name.startswith("is_") else values).astype(np.float32))
        elif name == "measure_steps":
            result.append(np.full(shape, 144))
        else:
            ids = rng.integers(0, limits[name], shape)
            result.append(ids.astype(np.uint8) if dtype == torch.uint8 else ids)
    return result


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> tuple[OnnxEngine, Network]:
    """A network of described voices with memories and styles, and its graphs, exported into a folder."""
    pytest.importorskip("onnx", reason="onnx exports the graphs")
    from tools.export_graphs import export_graphs

    network, folder = sensitive_network(DESCRIBED), tmp_path_factory.mktemp("graphs")
    for name, data in export_graphs(DESCRIBED).items():
        (folder / name).write_bytes(data)
    tensors = {name: weight.numpy() for name, weight in network.state_dict().items()}
    values = {**tensors, **index_tables(network.alphabet, DESCRIBED)}
    graphs = read_graphs(folder)
    assert graphs.fits({name: value.shape for name, value in values.items()})
    return OnnxEngine(DESCRIBED, graphs, values), network


def assert_same_steps(ours: Engine, other: TorchEngine, step: str, sizes: Mapping[str, int]) -> None:
    inputs = random_inputs(step, ours.config, sizes)
    for one, another in zip(ours.run(step, *inputs), other.run(step, *inputs), strict=True):
        np.testing.assert_allclose(one, other.numpy(another), atol=5e-5, rtol=1e-5)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("step", steps_of(NetworkConfig()))
@pytest.mark.parametrize("size", SIZES)
def test_every_step_with_any_number_of_voices(shipped: OnnxEngine, step: str, size: str, device: str) -> None:
    assert_same_steps(shipped, on_device(device), step, SIZES[size])


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("size", SIZES)
def test_every_step_of_described_voices(
    described: tuple[OnnxEngine, Network], step: str, size: str, device: str
) -> None:
    engine, network = described
    assert_same_steps(engine, TorchEngine(network, device), step, SIZES[size])


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_the_likelihood_of_chords_equals_that_of_the_parallel_form(
    described: tuple[OnnxEngine, Network], count: int
) -> None:
    engine, network = described
    rng, voices = np.random.default_rng(4), describe(count)
    for seed, absent in ((1, 0.0), (2, 0.3)):
        piece = piece_arrays(chordal_tokens(seed, voices, 4, absent=absent), None, voices)
        assert piece.choices.shape[2] > 3, "a chord takes several choices"
        given = draw_given(piece, rng)
        given[piece.measure == 1] = False
        example = Example(piece, given, draw_order(piece, given, rng), style=2)
        with torch.no_grad():
            result = likelihood(network, collate([example]))
        expected = (result.events.sum(1) + result.time_shifts).numpy()
        assert expected.max() > 1
        for each in (engine, TorchEngine(network, "cpu")):
            assert piece_nats(each, example) == pytest.approx(expected, abs=1e-3, rel=1e-5)


def test_the_entropy_is_the_mean_cost_of_a_choice() -> None:
    rows = np.log(np.array([[0.25, 0.25, 0.25, 0.25], [0.5, 0.5, 1e-30, 1e-30], [1, 1e-30, 1e-30, 1e-30]]))
    assert entropies(rows) == pytest.approx(np.log([4, 2, 1]), abs=1e-9)
    excluded = np.array([[np.log(0.5), np.log(0.5), -np.inf]])
    assert entropies(np.maximum(excluded, -1e4)) == pytest.approx(np.log([2]))


@pytest.mark.parametrize("device", DEVICES)
def test_the_likelihood_of_a_piece_equals_that_of_the_parallel_form(shipped: OnnxEngine, device: str) -> None:
    rng = np.random.default_rng(3)
    engines = (shipped, on_device(device))
    network = load_checkpoint().network
    for seed in range(4):
        piece = piece_arrays(random_tokens(seed, 5))
        given = draw_given(piece, rng)
        example = Example(piece, given, draw_order(piece, given, rng))
        with torch.no_grad():
            result = likelihood(network, collate([example]))
        expected = (result.events.sum(1) + result.time_shifts).numpy()
        assert expected.max() > 1
        for engine in engines:
            assert piece_nats(engine, example) == pytest.approx(expected, abs=1e-4)


def test_other_numbers_of_voices_and_other_shapes() -> None:
    small = NetworkConfig(embedding=16, context=16, backbone=32, in_slice=32, heads=2)
    for config in (NetworkConfig(), small):
        network = sensitive_network(config)
        engine = engine_of(network)
        assert isinstance(engine, OnnxEngine if config == NetworkConfig() else TorchEngine)
        for voices in (1, 2, 3):
            piece = piece_arrays(random_tokens(5, 3, voices))
            given = np.zeros(piece.events.shape, dtype=bool)
            example = Example(piece, given, draw_order(piece, given, np.random.default_rng(0)))
            with torch.no_grad():
                result = likelihood(network, collate([example]))
            expected = (result.events.sum(1) + result.time_shifts).numpy()
            assert piece_nats(engine, example) == pytest.approx(expected, abs=1e-4, rel=1e-5)


def test_an_engine_has_a_copy_of_the_weights() -> None:
    network = sensitive_network(NetworkConfig())
    piece = piece_arrays(random_tokens(5, 3))
    given = np.zeros(piece.events.shape, dtype=bool)
    example = Example(piece, given, draw_order(piece, given, np.random.default_rng(0)))
    engine = engine_of(network)
    before = piece_nats(engine, example)
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(0.5)
    assert piece_nats(engine, example) == pytest.approx(before)
    assert piece_nats(engine_of(network), example).sum() != pytest.approx(before.sum(), rel=1e-2)


def test_an_engine_describes_its_device(shipped: OnnxEngine) -> None:
    assert shipped.device.startswith("ONNX Runtime") and shipped.device.endswith("cpu")
    assert engine_for(read_weights(), "cpu").device == shipped.device
    assert on_device("cpu").device == "torch on cpu"


def test_weights_that_do_not_fit_their_description_are_refused(tmp_path: Path) -> None:
    """No weight is omitted or broadcast silently."""
    network = Network(NetworkConfig())
    save_checkpoint(network, tmp_path / "whole", {})
    save_checkpoint(Network(NetworkConfig(in_slice=80)), tmp_path / "other", {})
    load_engine(read_weights(tmp_path / "whole"), "cpu")
    whole, other = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("whole", "other"))
    (tmp_path / "other.json").write_text(json.dumps({**other, "network": whole["network"]}))
    with pytest.raises(InputError, match="no weights can be read from"):
        load_engine(read_weights(tmp_path / "other"), "cpu")


def test_an_engine_stays_open_for_the_same_weights(tmp_path: Path) -> None:
    first = load_engine(read_weights(), "cpu")
    assert load_engine(read_weights(), "cpu") is first
    save_checkpoint(Network(NetworkConfig()), tmp_path / "other", {})
    other = load_engine(read_weights(tmp_path / "other"), "cpu")
    assert other is not first and load_engine(read_weights(tmp_path / "other"), "cpu") is other


def test_a_piece_longer_than_the_window_has_the_likelihood_of_the_parallel_form() -> None:
    network = sensitive_network(NetworkConfig())
    rng = np.random.default_rng(6)
    tokens = random_tokens(8, 56)
    refrain = (*tokens.measures[:28], *tokens.measures[:28])  # half of it is repeated
    piece = piece_arrays(replace(tokens, measures=refrain))
    assert piece.length > WINDOW
    given = draw_given(piece, rng)
    given[:40] = True
    given[40:, 1:] = False
    example = Example(piece, given, draw_order(piece, given, rng))
    with torch.no_grad():
        result = likelihood(network, collate([example]))
    expected = (result.events.sum(1) + result.time_shifts).numpy()
    assert expected[WINDOW:].max() > 1
    for engine in (engine_of(network), TorchEngine(network, "cpu")):
        assert piece_nats(engine, example) == pytest.approx(expected, abs=1e-3, rel=1e-4)
