"""Benchmark a device: the tests marked `gpu`, sampling by batch size and stage, and the speed of training.

    python tools/gpu.py [--device cuda] [--batches 1,32,512] [--measures 16] [--seconds 60] [--jsb16 FILE]
    python tools/gpu.py --ensembles SHARDS [--from CHECKPOINT] [--minutes 8]

The first form installs nothing and takes less than ten minutes. It writes gpu.json into $OUT, by default into the
current folder. Without the file of JSB16, training uses random rolls of the same length. The second form trains the
network for any ensemble (grammars/training/ensembles.toml) for some minutes, and writes ensembles.safetensors and
.json, with the state of the run, into $OUT; the shards are a folder of corpora that scoregen corpus build made.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scoregen.model.engine.device import choose_device
from scoregen.model.engine.loading import load_engine
from scoregen.model.engine.protocol import Engine
from scoregen.model.network.checkpoint import read_weights
from scoregen.model.network.config import SamplingOptions
from scoregen.model.sampling import loop
from scoregen.model.sampling.request import SamplingRequest
from scoregen.model.sampling.turns import Turns
from scoregen.system.files import write_files
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.events import BLANK, Header, Slice, TokenMeasure, TokenScore

REPOSITORY = Path(__file__).resolve().parents[1]
ROLLS, ROLL_LENGTH = 229, 240
"""The number of training pieces of JSB16, and their approximate length in 16ths."""

Timers = dict[str, float]


def main() -> None:
    arguments = _arguments()
    device = choose_device(arguments.device)
    if arguments.ensembles:
        _train_ensembles(arguments, device)
        return
    results: dict[str, Any] = {"device": device, "machine": platform.processor() or platform.machine(), **_versions()}
    if device == "cuda" and not arguments.skip_tests:
        results["tests"] = _tests()
    results["sampling"] = [_sampling(device, batch, arguments.measures) for batch in arguments.batches]
    _show("sampling", results["sampling"])
    results["training"] = _training(device, arguments.jsb16, arguments.seconds)
    _show("training", results["training"])
    target = Path(os.environ.get("OUT", ".")) / "gpu.json"
    write_files([(target, f"{json.dumps(results, indent=1)}\n".encode())], force=True)
    print(target)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--batches", type=lambda text: [int(word) for word in text.split(",")], default=[1, 32, 512])
    parser.add_argument("--measures", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--jsb16", type=Path)
    parser.add_argument("--skip-tests", action="store_true")
    parser.add_argument("--ensembles", type=Path)
    parser.add_argument("--from", dest="start", default="none")
    parser.add_argument("--minutes", type=float, default=8.0)
    return parser.parse_args()


def _train_ensembles(arguments: argparse.Namespace, device: str) -> None:
    """Train for some minutes; SIGTERM ends the run after a step, and its best weights are written."""
    out = Path(os.environ.get("OUT", ".")) / "ensembles"
    config = REPOSITORY / "grammars" / "training" / "ensembles.toml"
    command = [
        *("timeout", "--signal=TERM", "--kill-after=60", f"{arguments.minutes * 60:.0f}"),
        *(sys.executable, "-m", "scoregen", "train", str(arguments.ensembles), "--config", str(config)),
        *("--from", str(arguments.start), "-o", str(out), "--device", device, "--batch-size", "48"),
        *("--save-every", "100", "--workers", str(max(1, (os.cpu_count() or 2) - 2))),
    ]
    subprocess.run(command, cwd=REPOSITORY, check=False)
    print((out.with_suffix(".curve.jsonl")).read_text(encoding="utf-8").splitlines()[-1])


def _show(name: str, figures: object) -> None:
    print(f"{name}: {json.dumps(figures)}", flush=True)


def _versions() -> dict[str, Any]:
    import torch

    cuda = torch.cuda.is_available()
    return {"torch": torch.__version__, "cuda": torch.cuda.get_device_name() if cuda else None}


def _tests() -> dict[str, Any]:
    command = [sys.executable, "-m", "pytest", "-m", "gpu", "-p", "no:cacheprovider", "tests"]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=240, check=False)
    seconds = round(time.perf_counter() - started, 1)
    return {"exit_code": done.returncode, "seconds": seconds, "end": done.stdout.splitlines()[-15:]}


def _blank_piece(measures: int) -> TokenScore:
    """A blank piece in 4/4 and C major for four voices."""
    from scoregen.score.elements import Slot
    from scoregen.score.keys import KeySignature
    from scoregen.score.metre import TimeSignature

    time_signature, key = TimeSignature((4,), 4), KeySignature(0, "major")
    opening = (Slice(onset=Fraction(0), events=(BLANK,) * 4),)
    headers = [Header(str(number + 1), time_signature, key, Fraction(4)) for number in range(measures)]
    return TokenScore(tuple(Slot(f"P{n}") for n in range(1, 5)), tuple(TokenMeasure(h, opening) for h in headers))


def _rules() -> tuple[VoiceRule, ...]:
    from scoregen.tokens.vocabulary import vocabulary

    ranges = ((60, 81), (53, 74), (48, 69), (40, 64))
    return tuple(VoiceRule.of(p for p in vocabulary().pitches if low <= p.midi_pitch <= high) for low, high in ranges)


def _sampling(device: str, batch: int, measures: int) -> dict[str, Any]:
    """Pieces a second for one batch, and the share of each stage."""
    engine = load_engine(read_weights(), device)
    request = SamplingRequest(engine, _blank_piece(measures), _rules())
    loop.fill(SamplingRequest(engine, _blank_piece(2), _rules()), SamplingOptions(candidates=batch))
    with _timed(engine) as timers:
        started = time.perf_counter()
        drafts = loop.fill(request, SamplingOptions(candidates=batch))
        seconds = time.perf_counter() - started
    slices = sum(len(measure.slices) for draft in drafts for measure in draft.tokens.measures)
    shares = {name: round(spent / seconds, 3) for name, spent in timers.items()}
    shares["bookkeeping"] = round(1 - sum(shares.values()), 3)
    return {
        "engine": engine.device,
        "batch": batch,
        "seconds": round(seconds, 3),
        "pieces_a_second": round(batch / seconds, 3),
        "slices_a_second": round(slices / seconds, 1),
        "shares": shares,
    }


@contextmanager
def _timed(engine: Engine) -> Iterator[Timers]:
    """Timers around the stages of the sampler; on CUDA a step ends when its kernels have ended."""
    import torch

    timers: Timers = defaultdict(float)
    wait = torch.cuda.synchronize if "cuda" in engine.device else lambda: None

    def timer(name: str, function: Callable[..., Any], after: Callable[[], None]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            started = time.perf_counter()
            try:
                return function(*args, **options)
            finally:
                after()
                timers[name] += time.perf_counter() - started

        return call

    sampler = loop._Sampler
    stages = {
        "masks and costs": (Turns, "scores"),
        "constraints": (sampler, "_move"),
        "draws": (sampler, "_draw"),
    }
    plain = {stage: getattr(*stage) for stage in stages.values()}
    try:
        for name, stage in stages.items():
            setattr(*stage, timer(name, plain[stage], lambda: None))
        vars(engine)["run"] = timer("engine", engine.run, wait)
        yield timers
    finally:
        vars(engine).pop("run", None)
        for stage, function in plain.items():
            setattr(*stage, function)


def _training(device: str, data: Path | None, seconds: float) -> dict[str, Any]:
    """Steps a second for the network of JSB16 with its configuration file."""
    from scoregen.benchmarks.jsb16.rolls import roll_piece
    from scoregen.benchmarks.jsb16.training_set import roll_examples
    from scoregen.model.training.config_file import read_config
    from scoregen.model.training.loop import train_network

    config, options = read_config(REPOSITORY / "grammars" / "training" / "jsb16.toml")
    rolls, network = _rolls(data, config, options)
    pieces = [roll_piece(roll) for roll in rolls]
    examples = roll_examples(pieces, pieces[:2], options.transpose, any_order=options.voice_orders == "any")
    times: list[float] = []

    def stop() -> int:
        times.append(time.perf_counter())
        return int(times[-1] - times[0] > seconds)

    with tempfile.TemporaryDirectory() as folder:
        train_network(examples, Path(folder) / "run", network, options, {}, None, stop, device=device)
    steps = np.diff(times)
    return {
        "data": str(data) if data else "random rolls",
        "batch_size": options.batch_size,
        "steps": len(steps),
        "steps_a_second": round(len(steps) / float(steps.sum()), 3),
        "median_step_seconds": round(float(np.median(steps)), 4),
    }


def _rolls(data: Path | None, config: Any, options: Any) -> tuple[list[Any], Any]:
    from dataclasses import replace

    from scoregen.benchmarks.jsb16.data import read_jsb16
    from scoregen.benchmarks.jsb16.rolls import ROLL_FEATURES

    network = replace(config, alphabet="chromatic", metric_features=ROLL_FEATURES, context=0)
    if data is not None:
        return list(read_jsb16(data).splits["train"]), network
    rng = np.random.default_rng(0)
    start = np.array([[70, 65, 58, 48]])
    moves = rng.integers(-2, 3, (ROLLS, ROLL_LENGTH // 4, 4)).cumsum(1)
    return [np.clip(start + piece, 36, 84).repeat(4, 0).tolist() for piece in moves], network


if __name__ == "__main__":
    main()
