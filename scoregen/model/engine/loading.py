"""Loading weights from disk into an engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scoregen.model.engine.device import choose_device
from scoregen.model.engine.graphs import graphs_for
from scoregen.model.engine.protocol import Engine
from scoregen.model.features.alphabet import alphabet
from scoregen.model.network.checkpoint import Weights, network_of
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.index_tables import index_tables

if TYPE_CHECKING:
    from scoregen.model.network.network import Network


_open_engines: dict[tuple[str, NetworkConfig, str], Engine] = {}
"""The engine that was opened last, by the checksum and description of its weights and its device."""


def load_engine(weights: Weights, device: str = "auto", rows: int = 1) -> Engine:
    """The engine of these weights on the device for this number of rows.

    Opening graphs takes longer than reading weights, so that the engine stays open for calls with the same weights.
    """
    key = (weights.checksum, weights.config, choose_device(device, rows))
    if key not in _open_engines:
        _open_engines.clear()
        _open_engines[key] = engine_for(weights, key[2])
    return _open_engines[key]


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
