"""Tuning: parameters that are frozen stay bit for bit, and the pull holds weights near their start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from scoregen.model.network.checkpoint import Checkpoint, load_checkpoint
from scoregen.model.network.config import TrainingOptions
from scoregen.model.network.network import Network
from scoregen.model.training.run.tuning import is_tuned
from scoregen.system.errors import InputError
from tests.model.runs import CONFIG, OPTIONS, assert_same_run, state_of, train_here

SHORT = replace(OPTIONS, steps=4, save_every=2, drafts=0, weight_decay=0)


@pytest.fixture(scope="module")
def start() -> Checkpoint:
    torch.manual_seed(5)
    return Checkpoint(Network(CONFIG), "a checksum", {})


def moved(start: Checkpoint, folder: Path) -> dict[str, float]:
    """The distance of every parameter from its start."""
    after = state_of(folder)["network"]
    before = start.network.state_dict()
    return {name: float((after[name] - before[name]).norm()) for name in before}


def test_only_the_heads_and_biases_change(start: Checkpoint, tmp_path: Path) -> None:
    train_here(tmp_path, replace(SHORT, tuned="heads"), start=start)
    distances = moved(start, tmp_path)
    frozen = {name for name, weight in start.network.named_parameters() if not is_tuned(name, weight, "heads")}
    assert {"backbone.weight_hh_l0", "pitch.weight", "slice_in.weight"} <= frozen
    assert {name for name in frozen if distances[name]} == set()
    assert distances["heads.alone.weight"] > 0 and distances["backbone.bias_hh_l0"] > 0


def test_the_pull_keeps_weights_near_their_start(start: Checkpoint, tmp_path: Path) -> None:
    totals = []
    for pull in (0, 50, 1e9):
        folder = tmp_path / str(pull)
        train_here(folder, replace(SHORT, pull=pull), start=start)
        totals.append(sum(moved(start, folder).values()))
    assert totals[0] > totals[1] > totals[2] == 0


def test_a_pulled_run_resumes_with_the_same_weights(start: Checkpoint, tmp_path: Path) -> None:
    options = replace(SHORT, pull=20, tuned="heads", schedule="constant")
    train_here(tmp_path / "whole", replace(options, warm_up=0), start=start)
    train_here(tmp_path / "parts", replace(options, warm_up=0, steps=2), start=start)
    train_here(tmp_path / "parts", replace(options, warm_up=0), start=start)
    assert_same_run(tmp_path / "whole", tmp_path / "parts")
    assert load_checkpoint(tmp_path / "parts" / "best").about["training"]["pull"] == 20


@pytest.mark.parametrize(
    ("changes", "message"), [({"tuned": "some"}, "expected all or heads"), ({"pull": -1}, "expected 0 or more")]
)
def test_an_option_that_means_nothing(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        TrainingOptions(**changes)  # type: ignore[arg-type]
