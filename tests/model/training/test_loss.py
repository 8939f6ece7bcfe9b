"""A student learns what its teachers find likely and to agree with itself; its likelihood stays its own."""

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
from scoregen.model.network.likelihood import choices, costs, likelihood, scored
from scoregen.model.network.network import Network
from scoregen.model.training.loss import load_teachers, training_loss
from scoregen.system.errors import InputError
from tests.model.pieces import seeing_network
from tests.model.runs import CONFIG, OPTIONS, assert_same_run, assert_same_weights, four_examples, state_of, train_here


def other_network() -> Network:
    made = seeing_network(CONFIG)
    with torch.no_grad():
        for weight in made.parameters():
            weight.mul_(-0.7)
    return made


@torch.inference_mode()
def test_the_nats_are_those_of_the_batch_and_of_all_the_teacher_itself_is_surprised_least() -> None:
    """Gibbs' inequality: no student finds the teacher's chances likelier than the teacher does."""
    teacher, student = seeing_network(CONFIG), other_network()
    for examples in four_examples().valid.values():
        batch = collate(examples)
        alone = likelihood(student, batch)
        found, own = (training_loss(network, batch, [teacher], 1.0) for network in (student, teacher))
        assert torch.equal(found.nats, alone.nats)
        assert float(found.cost - alone.auxiliary) > float((own.cost - likelihood(teacher, batch).auxiliary).detach())


@torch.inference_mode()
def test_without_a_share_nothing_is_taught_and_two_teachers_speak_as_their_mean() -> None:
    one, two, student = seeing_network(CONFIG), other_network(), seeing_network(replace(CONFIG, heads=1))
    batch = collate(four_examples().valid["melody"])
    assert float(training_loss(student, batch, [one], 0.0).cost) == pytest.approx(
        float(likelihood(student, batch).cost)
    )
    costs = [float(training_loss(student, batch, teachers, 1.0).cost) for teachers in ([one], [two], [one, two])]
    assert costs[2] == pytest.approx((costs[0] + costs[1]) / 2, rel=1e-5)


@torch.inference_mode()
def test_what_is_given_is_not_objective() -> None:
    """With all but one event given, what the teachers say of the rest moves nothing."""
    example = four_examples().valid["free"][0]
    given = torch.ones(example.given.shape, dtype=torch.bool).numpy()
    given[3, 1] = False
    batch = collate([replace(example, given=given)])
    teacher, student = seeing_network(CONFIG), other_network()
    said, found = choices(teacher, batch), choices(student, batch)
    expected = -(said.events[3, 1].exp() * found.events[3, 1]).sum()
    expected = expected - (said.time_shifts[3].exp() * found.time_shifts[3]).sum()
    cost = training_loss(student, batch, [teacher], 1.0)
    auxiliary = likelihood(student, batch).auxiliary
    assert float(cost.cost - auxiliary) == pytest.approx(float(expected), rel=1e-4)


def test_two_draws_agree_without_dropout_and_lie_apart_by_both_divergences_with_it() -> None:
    batch = collate(four_examples().valid["melody"])
    network = seeing_network(replace(CONFIG, dropout=0.5))
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
        found = training_loss(network, batch, r_drop=2.0)
    paid = [costs(network, batch, each) for each in (one, other)]
    assert float(found.nats) == pytest.approx(float(paid[0].nats + paid[1].nats) / 2)
    asked, timed = scored(batch)
    apart = 0.0
    for name, mask in (("events", asked), ("time_shifts", timed)):
        first, second = (getattr(each, name)[mask].clamp(min=-30) for each in (one, other))
        apart += float(functional.kl_div(first, second, log_target=True, reduction="sum"))
        apart += float(functional.kl_div(second, first, log_target=True, reduction="sum"))
    assert apart > 1
    assert float(found.auxiliary - (paid[0].auxiliary + paid[1].auxiliary) / 2) == pytest.approx(
        2.0 * apart / 2, rel=1e-4
    )


def test_a_run_in_agreement_and_16_bits_goes_on_bit_for_bit(tmp_path: Path) -> None:
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


def test_a_student_that_was_stopped_goes_on_with_its_teachers_only(tmp_path: Path, teacher: Path) -> None:
    masters = [load_checkpoint(teacher)]
    steady = replace(OPTIONS, schedule="constant", warm_up=1)
    train_here(tmp_path / "whole", steady, teachers=masters)
    train_here(tmp_path / "parts", replace(steady, steps=8), teachers=masters)
    with pytest.raises(InputError, match="begun with other teachers"):
        train_here(tmp_path / "parts", steady)
    train_here(tmp_path / "parts", steady, teachers=masters)
    assert_same_run(tmp_path / "whole", tmp_path / "parts")
    train_here(tmp_path / "alone", steady)
    with pytest.raises(AssertionError):
        assert_same_weights(state_of(tmp_path / "alone")["network"], state_of(tmp_path / "whole")["network"])


@pytest.mark.parametrize("changes", [{"alphabet": CHROMATIC.name}, {"metric_features": 5}])
def test_a_teacher_of_other_choices_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    save_checkpoint(Network(replace(CONFIG, **changes)), tmp_path / "stranger", {})
    with pytest.raises(InputError, match=next(iter(changes))):
        load_teachers([tmp_path / "stranger"], CONFIG)
    with pytest.raises(InputError, match="no weights"):
        load_teachers([tmp_path / "nobody"], NetworkConfig())
