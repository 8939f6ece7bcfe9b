"""Export the steps of the network as ONNX graphs of the shipped shapes into scoregen/weights/graphs/NAME.

    python tools/export_graphs.py

Run this whenever a module that defines the network has changed; a test checks it. Needs the package onnx. The
graphs have no weights: `model.engine.onnx_engine` binds them by name. The shape of the network is fixed in its graphs;
the numbers of rows, voices, slices and frames are not.
"""

from __future__ import annotations

import io
import json
import warnings
from dataclasses import dataclass
from tempfile import TemporaryDirectory

import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from scoregen.model.engine.graphs import INDEX, shape_of, source_digest
from scoregen.model.network.checkpoint import read_weights
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.network import Network
from scoregen.model.network.steps import Step, axis_sizes, steps_of
from scoregen.system.files import write_files
from scoregen.system.resources import weights

OPSET = 18
SHIPPED = ("ensembles", "satb-chorales")
"""The weights whose shapes are exported."""
PREFIX = "network."
"""Before the names of weights, as the exporter has them."""
EXAMPLE = {"B": 2, "T": 3, "R": 6, "C": 7, "V": 4, "M": 5, "K": 3, "F": 8, "N": 2}
"""Sizes of the dynamic axes in the traced inputs; they only have to differ from one."""


@dataclass(frozen=True, slots=True)
class _Graph:
    """A graph in bytes, and the shapes of the weights that are bound to it, by name."""

    data: bytes
    weights: dict[str, list[int]]


class _StepModule(nn.Module):
    def __init__(self, network: Network, step: Step) -> None:
        super().__init__()
        self.network, self.step = network, step

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        return self.step.function(self.network, *inputs)


def export_graphs(config: NetworkConfig) -> dict[str, bytes]:
    """The files of a folder of graphs, by name."""
    network = Network(config).eval()
    for module in network.modules():
        module._non_persistent_buffers_set.clear()  # so that index tables are exported by name, like weights
    for number, weight in enumerate(network.parameters()):
        nn.init.constant_(weight, number)  # the exporter merges equal weights
    steps = steps_of(config)
    graphs = {name: _graph(network, step) for name, step in steps.items()}
    about = {
        "shape": shape_of(config),
        "source": source_digest(),
        "torch": torch.__version__.partition("+")[0],
        "inputs": {name: list(step.inputs) for name, step in steps.items()},
        "weights": {name: graph.weights for name, graph in graphs.items()},
    }
    files = {f"{name}.onnx": graph.data for name, graph in graphs.items()}
    return {**files, INDEX: f"{json.dumps(about)}\n".encode()}


def _graph(network: Network, step: Step) -> _Graph:
    sizes = {**axis_sizes(network.config), **EXAMPLE}
    inputs = [
        torch.ones([sizes[axis] for axis in axes.split()], dtype=step.dtype(name)) for name, axes in step.inputs.items()
    ]
    open_axes = {
        name: {place: axis for place, axis in enumerate(axes.split()) if axis in EXAMPLE}
        for name, axes in step.inputs.items()
    }
    written = io.BytesIO()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _StepModule(network, step),
            tuple(inputs),
            written,  # type: ignore[arg-type]
            dynamo=False,  # the tracing exporter keeps the names of weights, and any number of slices in a GRU
            opset_version=OPSET,
            do_constant_folding=False,
            dynamic_axes=open_axes,
            input_names=list(step.inputs),
            output_names=list(step.outputs),
        )
    return _without_weights(written.getvalue())


def _without_weights(data: bytes) -> _Graph:
    """The graph, simplified, with its weights named as in a checkpoint and their values removed.

    The weights are inputs while ONNX Runtime folds all other constants. An engine opens such a graph in half the time.
    """
    model = onnx.load_from_string(data)
    weights = [_empty(tensor) for tensor in model.graph.initializer]
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = name.removeprefix(PREFIX)
    del model.graph.initializer[:]
    for weight in weights:
        model.graph.input.append(onnx.helper.make_tensor_value_info(weight.name, weight.data_type, weight.dims))
    model = _simplified(model)
    names = {weight.name for weight in weights}
    inputs = [each for each in model.graph.input if each.name not in names]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    model.graph.initializer.extend(weights)
    return _Graph(model.SerializeToString(deterministic=True), {weight.name: list(weight.dims) for weight in weights})


def _empty(tensor: onnx.TensorProto) -> onnx.TensorProto:
    """A weight under its name in a checkpoint, whose value is elsewhere."""
    weight = onnx.TensorProto(name=tensor.name.removeprefix(PREFIX), data_type=tensor.data_type, dims=tensor.dims)
    weight.data_location = onnx.TensorProto.EXTERNAL
    entry = weight.external_data.add()
    entry.key, entry.value = "location", "weights"
    return weight


def _simplified(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph after ONNX Runtime's basic optimisations, in standard operators."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 3
    with TemporaryDirectory() as folder:
        options.optimized_model_filepath = f"{folder}/graph.onnx"
        onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        found = onnx.load(options.optimized_model_filepath)
    standard = [entry for entry in found.opset_import if entry.domain == ""]
    assert all(node.domain == "" for node in found.graph.node)
    del found.opset_import[:], found.graph.value_info[:]
    found.opset_import.extend(standard)
    return found


def main() -> None:
    for stem in SHIPPED:
        folder = weights() / "graphs" / stem
        folder.mkdir(parents=True, exist_ok=True)
        files = export_graphs(read_weights(weights() / stem).config)
        write_files([(folder / name, data) for name, data in files.items()], force=True)
        for name, data in files.items():
            print(f"{stem}/{name}: {len(data) / 1024:.0f} KB")


if __name__ == "__main__":
    main()
