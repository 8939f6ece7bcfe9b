"""Checkpoints of earlier versions are refused in one line, and converted without a change of any value."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save

from scoregen.model.features.metric_features import METRIC_FEATURES
from scoregen.model.network.checkpoint import network_of, read_weights, save_checkpoint
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.network import Network
from scoregen.system.errors import InputError
from scoregen.system.resources import weights

OLD_PARAMETERS = {"time_shift": "advance", "auxiliary": "foresight", "copy_attention": "pointer"}
OLD_OPTIONS = {
    "alphabet": "lexicon",
    "auxiliary_weight": "foresight",
    "locked_dropout": "locked",
    "use_pitch_history": "use_heard",
}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The shipped checkpoint under the names of earlier versions."""
    shipped = weights() / "satb-chorales"
    tensors = load(shipped.with_suffix(".safetensors").read_bytes())
    data = save({_old_parameter(name): values for name, values in tensors.items()})
    about = json.loads(shipped.with_suffix(".json").read_text())
    network = {OLD_OPTIONS.get(name, name): value for name, value in about["network"].items()}
    about |= {"network": {**network, "use_measures": False}, "sha256": hashlib.sha256(data).hexdigest()}
    path = tmp_path / "old"
    path.with_suffix(".safetensors").write_bytes(data)
    path.with_suffix(".json").write_text(json.dumps(about))
    return path


def _old_parameter(name: str) -> str:
    head, dot, tail = name.partition(".")
    return f"{OLD_PARAMETERS.get(head, head)}{dot}{tail}"


def test_an_old_checkpoint_is_refused_with_the_new_name(old: Path) -> None:
    with pytest.raises(InputError, match=r"old\.json .*is now called .*; convert it with tools/convert_checkpoint\.py"):
        read_weights(old)


def test_a_converted_checkpoint_has_the_same_values(old: Path, repository: Path) -> None:
    script = repository / "tools" / "convert_checkpoint.py"
    subprocess.run([sys.executable, str(script), f"{old}.safetensors"], check=True, timeout=120, cwd=repository)
    converted, shipped = read_weights(old), read_weights()
    assert converted.config == shipped.config
    assert converted.tensors.keys() == shipped.tensors.keys()
    assert all(np.array_equal(converted.tensors[name], values) for name, values in shipped.tensors.items())


def test_weights_with_fewer_metric_features_read_the_later_ones_with_zero_weights(tmp_path: Path) -> None:
    torch.manual_seed(1)
    small = NetworkConfig(metric_features=38, embedding=4, context=4, backbone=8, in_slice=8, heads=2)
    network = Network(small)
    save_checkpoint(network, tmp_path / "early", {})
    before = {name: value.numpy() for name, value in network.state_dict().items()}
    read = read_weights(tmp_path / "early")
    assert read.config.metric_features == METRIC_FEATURES
    assert read.tensors.keys() == before.keys()
    later = slice(8 + 38, 8 + METRIC_FEATURES)
    assert not read.tensors["slice_in.weight"][:, later].any()
    kept = np.delete(read.tensors["slice_in.weight"], later, axis=1)
    assert np.array_equal(kept, before["slice_in.weight"])
    assert np.array_equal(read.tensors["in_slice_start.weight"][:, : 24 + 38], before["in_slice_start.weight"][:, :62])
    assert network_of(read).config == read.config
