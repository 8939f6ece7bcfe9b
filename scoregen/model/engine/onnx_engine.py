"""Running the steps with ONNX Runtime on a CPU, from the graphs that tools/export_graphs.py exports.

A graph has no weights. They are bound by name when it is loaded, so that it serves every checkpoint of its shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from scoregen.model.engine.graphs import GraphSet
from scoregen.model.engine.protocol import Array
from scoregen.model.features.inputs import Floats
from scoregen.model.network.config import NetworkConfig
from scoregen.system.threads import one_thread

LOADING_ORDER = (
    "describe_voices",
    "encode_frames",
    "read_slices",
    "open_slices",
    "pass_turn",
    "choose",
    "choose_time_shift",
    "read_strands",
)
Values = Mapping[str, NDArray[np.generic]]


class OnnxEngine:
    """Graphs with the weights of one network. A thread opens the sessions while the caller goes on."""

    def __init__(self, config: NetworkConfig, graphs: GraphSet, weights: Values) -> None:
        self._config, self._graphs = config, graphs
        self._weights = {
            name: onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(value))
            for name, value in weights.items()
        }
        pool = ThreadPoolExecutor(max_workers=1)
        self._sessions: dict[str, Future[Any]] = {
            step: pool.submit(self._open_session, step) for step in LOADING_ORDER if step in graphs.inputs
        }
        pool.shutdown(wait=False)

    @property
    def config(self) -> NetworkConfig:
        return self._config

    @property
    def device(self) -> str:
        return f"ONNX Runtime {onnxruntime.__version__} on cpu"

    def run(self, step: str, *inputs: Array) -> tuple[Array, ...]:
        session, used, outputs = self._sessions[step].result()
        feed = {name: value for name, value in zip(self._graphs.inputs[step], inputs, strict=True) if name in used}
        return tuple(session.run(outputs, feed))

    def zeros(self, *shape: int) -> Array:
        return np.zeros(shape, dtype=np.float32)

    def numpy(self, array: Array) -> Floats:
        result: Floats = array
        return result

    @contextmanager
    def session(self) -> Iterator[None]:
        with one_thread(), np.errstate(over="ignore", invalid="ignore"):
            yield

    def _open_session(self, step: str) -> tuple[Any, frozenset[str], list[str]]:
        """The session of a step, and the names of its inputs and outputs: the inputs that a network of this shape does
        not need are not in its graph."""
        names = list(self._graphs.weights[step])
        options = _options()
        options.add_external_initializers(names, [self._weights[name] for name in names])
        session = onnxruntime.InferenceSession(self._graphs.read(step), options, providers=["CPUExecutionProvider"])
        inputs, outputs = session.get_inputs(), session.get_outputs()
        return session, frozenset(each.name for each in inputs), [each.name for each in outputs]


def _options() -> Any:
    """One thread: there are few rows, and samples must not depend on the number of threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    return options
