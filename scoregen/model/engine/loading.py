"""Loading weights from disk into an engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoregen.model.engine.device import choose_device
from scoregen.model.engine.graphs import graphs_for
from scoregen.model.engine.protocol import Engine
from scoregen.model.network.alphabet import alphabet
from scoregen.model.network.checkpoint import Weights, network_of, read_weights
from scoregen.model.network.index_tables import index_tables

if TYPE_CHECKING:
    from scoregen.model.network.network import Network


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """An engine with a network's weights, their SHA-256, and the content of their JSON file."""

    engine: Engine
    checksum: str
    about: Mapping[str, Any]


def load_model(path: Path | None = None, device: str = "auto", rows: int = 1) -> LoadedModel:
    """The weights at PATH(.safetensors), by default the package's, on the device for this number of rows.

    InputError if they cannot be read or do not fit the network that their JSON file describes.
    """
    chosen = choose_device(device, rows)
    weights = read_weights(path)
    return LoadedModel(engine_for(weights, chosen), weights.checksum, weights.about)


def engine_of(network: Network, device: str = "cpu") -> Engine:
    """An engine with a copy of the current weights of a network."""
    tensors = {name: weight.numpy(force=True).copy() for name, weight in network.state_dict().items()}
    return engine_for(Weights(Path(), network.config, tensors, "", {}), device)


def engine_for(weights: Weights, device: str = "cpu") -> Engine:
    """ONNX Runtime on a CPU if there are graphs of the network's shape that the weights fit, otherwise torch."""
    graphs = graphs_for(weights.config) if device == "cpu" else None
    values = {**weights.tensors, **index_tables(alphabet(weights.config.alphabet), weights.config)}
    if graphs is None or not graphs.fits({name: value.shape for name, value in values.items()}):
        from scoregen.model.engine.torch_engine import TorchEngine

        return TorchEngine(network_of(weights), device)
    from scoregen.model.engine.onnx_engine import OnnxEngine

    return OnnxEngine(weights.config, graphs, values)
