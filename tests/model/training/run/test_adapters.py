"""Low-rank adapters: the gradients of the chain rule, thin changes, merged weights, runs that resume."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from scoregen.model.features.conditioning import Example, usual_order
from scoregen.model.features.inputs import ABSENT, piece_arrays
from scoregen.model.network.batches import Batch, collate
from scoregen.model.network.checkpoint import Checkpoint
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.network.likelihood import likelihood
from scoregen.model.network.network import Network
from scoregen.model.training.run.adapters import RANK, RATE, SCALE, AdapterOptimizer, is_adapted
from scoregen.model.training.run.run_state import Run
from scoregen.model.training.run.tuning import freeze_others
from scoregen.system.errors import InputError
from tests.model.ensembles import chordal_tokens, describe
from tests.model.pieces import sensitive_network
from tests.model.runs import OPTIONS, assert_same_run, one_thread, train_here

WIDE = NetworkConfig(
    roles=(), styles=("song", "quartet"), embedding=16, context=16, backbone=40, in_slice=40, heads=2, strand=36
)
CHORAL = NetworkConfig(embedding=8, context=8, backbone=40, in_slice=40, heads=2)
RATES = {"lr": 1e-2, "betas": (0.9, 0.98), "weight_decay": 0.0}


def batch(style: int) -> Batch:
    descriptions = describe(3)
    piece = piece_arrays(chordal_tokens(1, descriptions, 2), None, descriptions)
    given = torch.zeros(piece.events.shape, dtype=torch.bool).numpy()
    return collate([Example(piece, given, usual_order(given, piece.events == ABSENT), style)])


class Nats(torch.nn.Module):
    """The nats of a batch, as a module, so that parameters can be exchanged for functions of others."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, data: Batch) -> torch.Tensor:
        return likelihood(self.network, data).nats


def test_adapters_follow_the_gradient_of_their_matrices() -> None:
    network = sensitive_network(WIDE)
    freeze_others(network, "adapters")
    optimizer = AdapterOptimizer(network, 1, **RATES)
    place = next(place for place, weight in enumerate(optimizer.adapted) if weight is network.in_slice.weight_hh)
    with torch.no_grad():
        optimizer.up[place].normal_()
    up, down = (each[place].detach().clone().requires_grad_() for each in (optimizer.up, optimizer.down))
    merged = optimizer.origin[place] + SCALE * up @ down
    nats = torch.func.functional_call(Nats(network), {"network.in_slice.weight_hh": merged}, (batch(1),))
    expected = torch.autograd.grad(nats, (up, down))
    with torch.no_grad():
        network.in_slice.weight_hh.copy_(merged)
    likelihood(network, batch(1)).nats.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    for ours, theirs in zip((optimizer.up[place].grad, optimizer.down[place].grad), expected, strict=True):
        assert ours is not None and theirs.abs().max() > 0
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)


def test_a_run_changes_thin_matrices_biases_and_the_vector_of_its_style_alone() -> None:
    network = sensitive_network(WIDE)
    before = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    freeze_others(network, "adapters")
    optimizer = AdapterOptimizer(network, 1, **RATES)
    for _ in range(3):
        optimizer.zero_grad()
        likelihood(network, batch(2)).cost.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    changed = {name: weight.detach() - before[name] for name, weight in network.named_parameters()}
    for name, change in changed.items():
        if is_adapted(name, change):
            assert 0 < torch.linalg.matrix_rank(change, rtol=1e-4) <= RANK, name
    assert not any(changed[f"{name}.weight"].any() for name in ("pitch", "degree", "role", "kind", "age"))
    assert changed["heads.alone.bias"].any()
    assert changed["style.weight"].abs().sum(1).ne(0).tolist() == [False, False, True]


def test_a_run_with_adapters_resumes_bit_for_bit(tmp_path: Path) -> None:
    start = Checkpoint(sensitive_network(CHORAL), "a" * 64, {})
    options = replace(OPTIONS, tuned="adapters", weight_decay=0.0)
    for steps, folder in ((4, "parts"), (12, "parts"), (12, "whole")):
        with one_thread():
            train_here(tmp_path / folder, replace(options, steps=steps, schedule="constant"), CHORAL, start=start)
    assert_same_run(tmp_path / "parts", tmp_path / "whole")


def test_adapters_are_not_pulled() -> None:
    with pytest.raises(InputError, match="the pull is 20; expected 0 with adapters"):
        TrainingOptions(tuned="adapters", pull=20)


@pytest.mark.parametrize("tuned", ["adapters", "all"])
def test_the_vector_of_the_style_can_have_a_rate_of_its_own(tuned: str, tmp_path: Path) -> None:
    """In the first step of AdamW every value moves by its rate."""
    moved = {}
    for rate in (1.0, 5.0):
        network = sensitive_network(WIDE)
        start = Checkpoint(network, "a" * 64, {})
        options = TrainingOptions(tuned=tuned, style_rate=rate, learning_rate=1e-3, weight_decay=0.0)
        state = Run(tmp_path, WIDE, options, "", {}, (), start).begin(torch.device("cpu"))
        before = {name: weight.detach().clone() for name, weight in state.network.named_parameters()}
        likelihood(state.network, batch(2)).nats.backward()  # type: ignore[no-untyped-call]
        for settings in state.optimizer.param_groups:
            settings["lr"] = settings.get(RATE, 1.0) * 1e-3
        state.optimizer.step()
        after = dict(state.network.named_parameters())
        names = "style.weight", "heads.alone.bias"
        moved[rate] = [float((after[name].detach() - before[name]).abs().max()) for name in names]
    assert moved[1.0] == pytest.approx([1e-3, 1e-3], rel=0.01)
    assert moved[5.0] == pytest.approx([5e-3, 1e-3], rel=0.01)
