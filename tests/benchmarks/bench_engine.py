"""The time of a slice of four voices, by engine, size of the network and number of drafts.

    python tests/benchmarks/bench_engine.py [--drafts 1,8,32] [--runs 60]

Prints milliseconds a slice (opening it, choosing four voices and a time shift), for the shipped shape after 64 slices
and for one of 384 units after 256. This is the minimum over the runs of the processor time of one thread, on which
other programs have little influence. The exporter needs the package onnx.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scoregen.model.engine.decoder import Decoder
from scoregen.model.engine.graphs import read_graphs
from scoregen.model.engine.onnx_engine import OnnxEngine
from scoregen.model.engine.open_slice import SlicePlaces
from scoregen.model.engine.protocol import Engine
from scoregen.model.engine.torch_engine import TorchEngine
from scoregen.model.features.alphabet import alphabet
from scoregen.model.features.voice_features import voice_features
from scoregen.model.network.checkpoint import read_weights
from scoregen.model.network.index_tables import index_tables
from scoregen.model.network.network import Network
from tools.export_graphs import export_graphs

ORDER = (0, 3, 1, 2)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--drafts", type=lambda text: [int(word) for word in text.split(",")], default=[1, 8, 32])
    parser.add_argument("--runs", type=int, default=60)
    arguments = parser.parse_args()
    shipped = read_weights().config
    coming = replace(shipped, backbone=384, in_slice=384)
    print(f"{'network':>22} {'drafts':>6} {'engine':>12} {'ms a slice':>10}")
    for config, past in ((shipped, 64), (coming, 256)):
        network = Network(config).eval()
        weights = sum(weight.numel() for weight in network.parameters())
        with TemporaryDirectory() as folder:
            onnx = onnx_engine(network, Path(folder))
            engines: dict[str, Engine] = {"ONNX Runtime": onnx, "torch": TorchEngine(network)}
            for rows in arguments.drafts:
                for name, engine in engines.items():
                    spent = milliseconds(engine, rows, past, arguments.runs)
                    print(f"{weights / 1e6:10.1f} M, past {past:3} {rows:6} {name:>12} {spent:10.2f}", flush=True)


def onnx_engine(network: Network, folder: Path) -> OnnxEngine:
    """The network with graphs of its own shape."""
    for name, data in export_graphs(network.config).items():
        (folder / name).write_bytes(data)
    tables = index_tables(alphabet(network.config.alphabet), network.config)
    tensors = {name: weight.numpy(force=True) for name, weight in network.state_dict().items()}
    return OnnxEngine(network.config, read_graphs(folder), {**tensors, **tables})


def milliseconds(engine: Engine, rows: int, past: int, runs: int) -> float:
    """Milliseconds of one slice after `past` slices."""
    decoder, rng = Decoder(engine, rows, voice_features(len(ORDER))), np.random.default_rng(0)
    spent = []
    with engine.session():
        for _ in range(past + runs):
            started = time.thread_time()
            write_slice(decoder, rng)
            spent.append(time.thread_time() - started)
    return 1000 * float(np.percentile(spent[past:], 10))


def write_slice(decoder: Decoder, rng: np.random.Generator) -> None:
    """Write random events at the next place, an eighth later."""
    config, rows = decoder.engine.config, len(decoder.before)
    position = np.full(rows, 24 * decoder.length)
    metric = np.zeros((rows, config.metric_features), dtype=np.float32)
    context = np.zeros((rows, 2 * config.context), dtype=np.float32)
    places = SlicePlaces(position, np.full(rows, 192), np.full(rows, 7), metric, context)
    every = np.ones(rows, dtype=np.bool_)
    decoder.open_slice(places, np.tile(np.array(ORDER), (rows, 1)), np.ones((rows, len(ORDER)), dtype=np.bool_))
    for voice in ORDER:
        decoder.next_voice(np.full(rows, voice))
        decoder.choose(every)
        decoder.write(rng.integers(0, 180, rows), every)
    decoder.choose_time_shift()
    decoder.close_slice(rng.integers(1, 20, rows))


if __name__ == "__main__":
    main()
