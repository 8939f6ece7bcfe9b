"""Small training runs for the tests, in separate processes if they are killed or work together."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import torch

from scoregen.model.features.inputs import piece_arrays
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.training.examples import TrainingExamples, score_examples
from scoregen.model.training.loop import Outcome, train_network
from scoregen.model.training.memorisation import forms
from scoregen.tokens.window_hashes import NoveltyIndex
from tests.model.pieces import random_tokens

CONFIG = NetworkConfig(embedding=8, context=8, backbone=16, in_slice=16, heads=2)
STILL = NetworkConfig(embedding=8, context=8, backbone=16, in_slice=16, heads=2, dropout=0, in_slice_dropout=0)
OPTIONS = TrainingOptions(steps=12, batch_size=2, save_every=4, drafts=2)


def four_examples(transpose: int = OPTIONS.transpose) -> TrainingExamples:
    tokens = [random_tokens(seed, 2) for seed in range(4)]
    pieces = [piece_arrays(piece) for piece in tokens]
    return score_examples(
        pieces, pieces[:2], transpose, forms(NoveltyIndex.of(tokens), tokens, tokens[:2], OPTIONS.drafts)
    )


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread: the bits of a sum depend on the number of threads, and waiting for threads costs minutes."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def train_here(out: Path, options: TrainingOptions = OPTIONS, config: NetworkConfig = CONFIG, **more: Any) -> Outcome:
    with one_thread():
        return train_network(four_examples(), out, config, options, {"about": "a test"}, **more)


def process(out: Path, options: TrainingOptions, config: NetworkConfig = CONFIG, **environment: str) -> BaseProcess:
    """Start a run in a process, forked from one that has already imported torch.

    With WRITES=n it kills itself at its nth step of writing.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch._dynamo", __name__])  # optimizers import the former late
    made = context.Process(target=_train_there, args=(out, options, config, environment))
    made.start()
    return made


def _train_there(out: Path, options: TrainingOptions, config: NetworkConfig, environment: dict[str, str]) -> None:
    os.environ.update(environment)
    if "WRITES" in environment:
        _die_at(int(environment["WRITES"]))
    train_here(out, options, config)


def _die_at(last: int) -> None:
    """SIGKILL at the nth write, with half of the data written, or all of it under the temporary name."""
    seen = 0

    def dying(call: Callable[..., None]) -> Callable[..., None]:
        def replaced(*arguments: Any) -> None:
            nonlocal seen
            seen += 1
            if seen == last:
                if call is fsync:
                    os.ftruncate(arguments[0], os.fstat(arguments[0]).st_size // 2)
                os.kill(os.getpid(), signal.SIGKILL)
            call(*arguments)

        return replaced

    fsync = os.fsync
    os.fsync, os.replace = dying(fsync), dying(os.replace)  # type: ignore[assignment]


def state_of(out: Path) -> dict[str, Any]:
    result: dict[str, Any] = torch.load(out / "state.pt", weights_only=True)
    return result


def curve_of(out: Path) -> list[dict[str, float]]:
    """The learning curve without the time, which differs between runs."""
    lines = [json.loads(line) for line in (out / "curve.jsonl").read_text().splitlines()]
    return [{name: value for name, value in figures.items() if name != "seconds"} for figures in lines]


def assert_same_run(one: Path, other: Path) -> None:
    """Bit for bit: weights, averages, the optimizer's moments, the best weights and the curve."""
    ours, theirs = state_of(one), state_of(other)
    for name in ("network", "average", "best_weights"):
        assert_same_weights(ours[name], theirs[name])
    moments, others = (saved["optimizer"]["state"] for saved in (ours, theirs))
    assert moments.keys() == others.keys()
    for index, values in moments.items():
        assert_same_weights(values, others[index])
    assert curve_of(one) == curve_of(other)
    assert (one / "best.safetensors").read_bytes() == (other / "best.safetensors").read_bytes()


def assert_same_weights(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> None:
    assert ours.keys() == theirs.keys()
    assert [name for name, weight in ours.items() if not torch.equal(weight, theirs[name])] == []
