"""A run resumes after being killed at any moment, and only with the same options."""

from __future__ import annotations

import random
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from scoregen.model.network.checkpoint import load_checkpoint
from scoregen.model.network.config import TrainingOptions
from scoregen.system.errors import InputError
from tests.model.runs import CONFIG, OPTIONS, assert_same_run, curve_of, process, state_of, train_here

OFTEN = TrainingOptions(steps=30, batch_size=2, save_every=2, drafts=2)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The uninterrupted run."""
    out = tmp_path_factory.mktemp("whole")
    run = process(out, OFTEN)
    run.join(60)
    assert run.exitcode == 0
    return out


def test_a_run_killed_at_random_moments_ends_like_an_uninterrupted_one(whole: Path, tmp_path: Path) -> None:
    rng = random.Random(11)
    for _ in range(5):
        run = process(tmp_path, OFTEN)
        time.sleep(rng.uniform(0.1, 0.7))
        run.kill()
        run.join(60)
    finished = process(tmp_path, OFTEN)
    finished.join(60)
    assert finished.exitcode == 0
    assert_same_run(whole, tmp_path)


def test_a_run_killed_at_each_write_ends_like_an_uninterrupted_one(whole: Path, tmp_path: Path) -> None:
    """In the nth attempt the run is killed at its nth write: in the middle of each file, and between each two."""
    for writes in range(1, 15):
        run = process(tmp_path, OFTEN, WRITES=str(writes))
        run.join(60)
        assert run.exitcode == -signal.SIGKILL
        if (tmp_path / "state.pt").exists():
            state_of(tmp_path)  # checks that it can be read
    finished = process(tmp_path, OFTEN)
    finished.join(60)
    assert finished.exitcode == 0
    assert_same_run(whole, tmp_path)
    assert not list(tmp_path.glob(".*"))


def test_outdated_files_are_updated_from_the_state(whole: Path, tmp_path: Path) -> None:
    train_here(tmp_path)
    curve, best = ((tmp_path / name).read_bytes() for name in ("curve.jsonl", "best.json"))
    (tmp_path / "curve.jsonl").write_bytes(curve + curve[: len(curve) // 2])
    (tmp_path / "best.json").write_text("{")
    (tmp_path / ".scoregen-0123.part").touch()
    outcome = train_here(tmp_path)
    assert outcome.step == 12
    assert (tmp_path / "curve.jsonl").read_bytes() == curve
    assert (tmp_path / "best.json").read_bytes() == best
    assert not (tmp_path / ".scoregen-0123.part").exists()
    load_checkpoint(tmp_path / "best")


def test_a_run_stopped_between_two_validations_resumes_from_that_step(tmp_path: Path) -> None:
    signals = iter([0, 0, 0, 0, 0, signal.SIGTERM])
    outcome = train_here(tmp_path / "parts", stop=lambda: next(signals))
    assert (outcome.step, outcome.stop_signal) == (6, signal.SIGTERM)
    assert len(curve_of(tmp_path / "parts")) == 1
    assert train_here(tmp_path / "parts").stop_signal == 0
    train_here(tmp_path / "whole")
    assert_same_run(tmp_path / "whole", tmp_path / "parts")


@pytest.mark.parametrize(
    ("options", "config", "expected"),
    [
        ({"batch_size": 3}, {}, "started with batch_size 2, not 3"),
        ({"seed": 2}, {}, "started with seed 1, not 2"),
        ({"steps": 8}, {}, "started with steps 12, not 8"),
        ({"patience": 3}, {}, "started with patience 0, not 3"),
        ({}, {"backbone": 32}, "started with backbone 16, not 32"),
    ],
)
def test_other_options_are_refused_by_name(
    options: dict[str, Any], config: dict[str, Any], expected: str, finished: Path
) -> None:
    before = (finished / "state.pt").read_bytes()
    with pytest.raises(InputError, match=expected) as caught:
        train_here(finished, replace(OPTIONS, **options), replace(CONFIG, **config))
    assert str(caught.value).startswith(f"{finished}/state.pt: ")
    assert (finished / "state.pt").read_bytes() == before


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("finished")
    train_here(out)
    return out


def test_steps_and_patience_may_grow(tmp_path: Path) -> None:
    train_here(tmp_path, replace(OPTIONS, steps=4, patience=2))
    assert train_here(tmp_path, replace(OPTIONS, steps=8, patience=3)).step == 8
    assert train_here(tmp_path, replace(OPTIONS, steps=9, patience=0)).step == 9
    assert [figures["step"] for figures in curve_of(tmp_path)] == [4, 8, 9]


def test_other_pieces_are_refused(finished: Path) -> None:
    from scoregen.model.training.loop import train_network
    from tests.model.runs import four_examples

    other = replace(four_examples(), digest="another")
    with pytest.raises(InputError, match="started with other pieces"):
        train_network(other, finished, CONFIG, OPTIONS, {})


@pytest.mark.parametrize("content", [b"", b"no state", b"PK\x03\x04 half a file"])
def test_an_unreadable_state_is_reported(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "state.pt").write_bytes(content)
    with pytest.raises(InputError, match="the state cannot be read"):
        train_here(tmp_path)


def test_a_state_of_another_version_is_reported(tmp_path: Path) -> None:
    torch.save({"story": '{"format": 0}'}, tmp_path / "state.pt")
    with pytest.raises(InputError, match="of another version"):
        train_here(tmp_path)
