"""The training loss: knowledge distillation, R-Drop, and a likelihood without either."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from scoregen.benchmarks.jsb16.alphabet import CHROMATIC
from scoregen.model.network.batches import collate
from scoregen.model.network.checkpoint import load_checkpoint, save_checkpoint
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.likelihood import choices, costs, likelihood, score_masks
from scoregen.model.network.network import Network
from scoregen.model.training.loss import load_teachers, training_loss
from scoregen.system.errors import InputError
from tests.model.pieces import sensitive_network
from tests.model.runs import CONFIG, OPTIONS, assert_same_run, assert_same_weights, four_examples, state_of, train_here


def other_network() -> Network:
    made = sensitive_network(CONFIG)
    with torch.no_grad():
        for weight in made.parameters():
            weight.mul_(-0.7)
    return made


@torch.inference_mode()
def test_the_nats_are_those_of_the_batch_and_the_teacher_has_the_lowest_cross_entropy() -> None:
    """Gibbs' inequality: no student has a lower cross-entropy to the teacher than the teacher itself."""
    teacher, student = sensitive_network(CONFIG), other_network()
    for examples in four_examples().valid.values():
        batch = collate(examples)
        alone = likelihood(student, batch)
        result, own = (training_loss(network, batch, [teacher], 1.0) for network in (student, teacher))
        assert torch.equal(result.nats, alone.nats)
        assert float(result.cost - alone.auxiliary) > float((own.cost - likelihood(teacher, batch).auxiliary).detach())


@torch.inference_mode()
def test_a_weight_of_zero_has_no_effect_and_two_teachers_are_averaged() -> None:
    one, two, student = sensitive_network(CONFIG), other_network(), sensitive_network(replace(CONFIG, heads=1))
    batch = collate(four_examples().valid["melody"])
    assert float(training_loss(student, batch, [one], 0.0).cost) == pytest.approx(
        float(likelihood(student, batch).cost)
    )
    costs = [float(training_loss(student, batch, teachers, 1.0).cost) for teachers in ([one], [two], [one, two])]
    assert costs[2] == pytest.approx((costs[0] + costs[1]) / 2, rel=1e-5)


@torch.inference_mode()
def test_given_events_are_not_in_the_loss() -> None:
    """With all but one event given, the teachers' distributions of the others have no influence."""
    example = four_examples().valid["free"][0]
    given = torch.ones(example.given.shape, dtype=torch.bool).numpy()
    given[3, 1] = False
    batch = collate([replace(example, given=given)])
    teacher, student = sensitive_network(CONFIG), other_network()
    target, result = choices(teacher, batch), choices(student, batch)
    masks, _ = score_masks(batch, target)
    expected = -(target.time_shifts[3].exp() * result.time_shifts[3]).sum()
    for mask, theirs, ours in zip(masks, target.turns, result.turns, strict=True):
        expected = expected - (theirs[mask].exp() * ours[mask]).sum()
    cost = training_loss(student, batch, [teacher], 1.0)
    auxiliary = likelihood(student, batch).auxiliary
    assert float(cost.cost - auxiliary) == pytest.approx(float(expected), rel=1e-4)


def test_r_drop_adds_both_divergences_and_nothing_without_dropout() -> None:
    batch = collate(four_examples().valid["melody"])
    network = sensitive_network(replace(CONFIG, dropout=0.5))
    network.eval()
    with torch.inference_mode():
        assert float(training_loss(network, batch, r_drop=1.0).cost) == pytest.approx(
            float(likelihood(network, batch).cost)
        )
    network.train()
    with torch.inference_mode():
        torch.manual_seed(3)
        one, other = choices(network, batch), choices(network, batch)
        torch.manual_seed(3)
        result = training_loss(network, batch, r_drop=2.0)
    likelihoods = [costs(network, batch, each) for each in (one, other)]
    assert float(result.nats) == pytest.approx(float(likelihoods[0].nats + likelihoods[1].nats) / 2)
    turn_masks, time_shift_mask = score_masks(batch, one)
    divergence = 0.0
    pairs = [
        *zip(one.turns, other.turns, turn_masks, strict=True),
        (one.time_shifts, other.time_shifts, time_shift_mask),
    ]
    for *both, mask in pairs:
        first, second = (each[mask].clamp(min=-30) for each in both)
        divergence += float(functional.kl_div(first, second, log_target=True, reduction="sum"))
        divergence += float(functional.kl_div(second, first, log_target=True, reduction="sum"))
    assert divergence > 1
    assert float(result.auxiliary - (likelihoods[0].auxiliary + likelihoods[1].auxiliary) / 2) == pytest.approx(
        2.0 * divergence / 2, rel=1e-4
    )


def test_a_run_with_r_drop_and_16_bits_resumes_bit_for_bit(tmp_path: Path) -> None:
    options = replace(OPTIONS, r_drop=0.5, mixed_precision=True, schedule="constant", warm_up=1)
    config = replace(CONFIG, recurrent_dropout=0.2, event_dropout=0.1, locked_dropout=True)
    train_here(tmp_path / "whole", options, config)
    train_here(tmp_path / "parts", replace(options, steps=8), config)
    train_here(tmp_path / "parts", options, config)
    assert_same_run(tmp_path / "whole", tmp_path / "parts")


@pytest.fixture
def teacher(tmp_path: Path) -> Path:
    train_here(tmp_path / "teacher")
    return tmp_path / "teacher" / "best"


def test_a_student_resumes_only_with_its_teachers(tmp_path: Path, teacher: Path) -> None:
    teachers = [load_checkpoint(teacher)]
    steady = replace(OPTIONS, schedule="constant", warm_up=1)
    train_here(tmp_path / "whole", steady, teachers=teachers)
    train_here(tmp_path / "parts", replace(steady, steps=8), teachers=teachers)
    with pytest.raises(InputError, match="started with other teachers"):
        train_here(tmp_path / "parts", steady)
    train_here(tmp_path / "parts", steady, teachers=teachers)
    assert_same_run(tmp_path / "whole", tmp_path / "parts")
    train_here(tmp_path / "alone", steady)
    with pytest.raises(AssertionError):
        assert_same_weights(state_of(tmp_path / "alone")["network"], state_of(tmp_path / "whole")["network"])


@pytest.mark.parametrize("changes", [{"alphabet": CHROMATIC.name}, {"roles": ("soprano",)}])
def test_a_teacher_with_other_choices_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    save_checkpoint(Network(replace(CONFIG, **changes)), tmp_path / "stranger", {})
    with pytest.raises(InputError, match=next(iter(changes))):
        load_teachers([tmp_path / "stranger"], CONFIG)
    with pytest.raises(InputError, match="no weights"):
        load_teachers([tmp_path / "nobody"], NetworkConfig())
