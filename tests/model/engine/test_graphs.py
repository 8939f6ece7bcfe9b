"""The graphs in the package are exported from the current source of the network."""

from __future__ import annotations

import pytest

from scoregen.model.engine.graphs import INDEX, graphs_for, shipped_graphs, source_digest
from scoregen.model.network.checkpoint import read_weights
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.steps import steps_of
from scoregen.system.resources import weights

pytest.importorskip("onnx", reason="onnx exports the graphs")
from tools.export_graphs import SHIPPED, export_graphs

EXPORT = "the network has changed: run `python tools/export_graphs.py`"


def test_the_shipped_graphs_are_up_to_date() -> None:
    every = shipped_graphs()
    assert sorted(graphs.folder.name for graphs in every) == sorted(SHIPPED)
    for graphs in every:
        steps = steps_of(read_weights(weights() / graphs.folder.name).config)
        assert graphs.source == source_digest(), EXPORT
        assert {step: tuple(names) for step, names in graphs.inputs.items()} == {
            name: tuple(step.inputs) for name, step in steps.items()
        }, EXPORT


@pytest.mark.parametrize("name", SHIPPED)
def test_a_fresh_export_gives_the_same_files(name: str) -> None:
    folder = weights() / "graphs" / name
    fresh = export_graphs(read_weights(weights() / name).config)
    assert fresh.keys() == {path.name for path in folder.iterdir()}
    for name, data in fresh.items():
        assert (folder / name).read_bytes() == data, f"{name}: {EXPORT}"
        assert len(data) < 60_000 or name == INDEX, "a graph has no weights"


def test_graphs_fit_networks_of_their_shape_only() -> None:
    shipped = read_weights().config
    assert graphs_for(shipped) is not None
    assert graphs_for(NetworkConfig()) is not None, "networks trained with the default options compose without torch"
    assert graphs_for(NetworkConfig(backbone=384, in_slice=384)) is None
    assert graphs_for(NetworkConfig(use_motion=False)) is None
