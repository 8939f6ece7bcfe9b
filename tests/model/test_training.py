"""Training learns, and a run that was cut short goes on as if nothing had happened."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from scoregen.model.checkpoint import load_checkpoint
from scoregen.model.config import NetworkConfig, TrainingOptions
from scoregen.model.features import piece_arrays
from scoregen.model.training import train_network

from .pieces import random_tokens

CONFIG = NetworkConfig(embedding=16, context=16, backbone=32, in_slice=32, heads=2)


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_a_small_network_learns_one_measure_by_heart(tmp_path: Path) -> None:
    piece = piece_arrays(random_tokens(7, measures=1))
    config = NetworkConfig(embedding=16, context=16, backbone=32, in_slice=32, heads=2, dropout=0, in_slice_dropout=0)
    options = TrainingOptions(
        steps=150, batch_size=8, learning_rate=1e-2, weight_decay=0, save_every=150, ema_decay=0.9
    )
    figures = train_network([piece], [piece], tmp_path, config, options, {})
    assert figures["valid_free"] < 0.5


class StoppedError(Exception):
    """Stands for the machine going away."""


def test_an_interrupted_run_ends_with_the_same_weights(tmp_path: Path) -> None:
    pieces = [piece_arrays(random_tokens(seed, 2)) for seed in range(4)]
    options = TrainingOptions(steps=12, batch_size=2, save_every=4)

    def stop_at_eight(step: int, figures: dict[str, float]) -> None:
        if step == 8:
            raise StoppedError

    train_network(pieces, pieces[:1], tmp_path / "whole", CONFIG, options, {})
    with pytest.raises(StoppedError):
        train_network(pieces, pieces[:1], tmp_path / "parts", CONFIG, options, {}, stop_at_eight)
    train_network(pieces, pieces[:1], tmp_path / "parts", CONFIG, options, {})
    whole, parts = (torch.load(tmp_path / name / "state.pt", weights_only=True) for name in ("whole", "parts"))
    assert whole["step"] == parts["step"] == 12
    for name, weight in whole["network"].items():
        assert torch.equal(weight, parts["network"][name]), name


def test_a_checkpoint_comes_back_and_tells_when_it_is_damaged(tmp_path: Path) -> None:
    pieces = [piece_arrays(random_tokens(1, 1))]
    train_network(pieces, pieces, tmp_path, CONFIG, TrainingOptions(steps=2, batch_size=1, save_every=2), {"a": "b"})
    loaded = load_checkpoint(tmp_path / "best")
    assert loaded.about["a"] == "b"
    stored = load_file(tmp_path / "best.safetensors")
    assert all(torch.equal(weight, stored[name]) for name, weight in loaded.network.state_dict().items())
    data = bytearray((tmp_path / "best.safetensors").read_bytes())
    data[-1] ^= 1
    (tmp_path / "best.safetensors").write_bytes(data)
    with pytest.raises(Exception, match="damaged"):
        load_checkpoint(tmp_path / "best")
