"""Data-parallel training: two processes give the result of one, since they share batches of the same size."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import torch

from scoregen.model.network.config import TrainingOptions
from tests.model.runs import STILL, curve_of, process, state_of, train_here

TOGETHER = TrainingOptions(steps=10, batch_size=5, save_every=4, drafts=2)
"""An odd batch size, so that the shares differ in pieces as well as in choices."""


def free_port() -> str:
    with socket.socket() as result:
        result.bind(("127.0.0.1", 0))
        return str(result.getsockname()[1])


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two processes, each with the variables that torchrun sets."""
    out = tmp_path_factory.mktemp("two")
    meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port(), "WORLD_SIZE": "2", "OMP_NUM_THREADS": "1"}
    both = [process(out, TOGETHER, STILL, RANK=rank, LOCAL_RANK=rank, **meeting) for rank in "01"]
    for one in both:
        one.join(60)
    assert [one.exitcode for one in both] == [0, 0]
    return out


def test_two_processes_give_the_weights_of_one(two: Path, tmp_path: Path) -> None:
    train_here(tmp_path, TOGETHER, STILL)
    ours, theirs = state_of(tmp_path), state_of(two)
    for name, weight in ours["network"].items():
        torch.testing.assert_close(theirs["network"][name], weight, rtol=1e-3, atol=1e-5)
    for figures, other in zip(curve_of(tmp_path), curve_of(two), strict=True):
        assert other == pytest.approx(figures, rel=1e-4, abs=1e-5)


def test_one_process_writes_the_files(two: Path) -> None:
    assert [figures["step"] for figures in curve_of(two)] == [4, 8, 10]
    assert curve_of(two)[-1]["examples"] == 50
