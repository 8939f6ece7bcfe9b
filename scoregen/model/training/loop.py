"""The training loop: on one device or several processes, resumable from its last state, bit for bit on a CPU."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from scoregen.model.network.batches import Batch, collate
from scoregen.model.network.checkpoint import Checkpoint
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.network.likelihood import Likelihood
from scoregen.model.network.network import Network
from scoregen.model.network.weight_updates import update_average
from scoregen.model.training.drawing import POOL, Drawing, drawing
from scoregen.model.training.examples import TrainingExamples
from scoregen.model.training.loss import training_loss
from scoregen.model.training.own_drafts import OwnDrafts, draft_loss, judged_drafts
from scoregen.model.training.run.adapters import RATE
from scoregen.model.training.run.parallel import ProcessGroup, process_group
from scoregen.model.training.run.run_state import Figures, Run, TrainingState
from scoregen.model.training.run.speed import Speed, measured_speed
from scoregen.model.training.run.tuning import pull_back
from scoregen.model.training.validation import MEASURE_BATCH, measure, sums_of, validate, validation_loss
from scoregen.system.errors import InputError

Score = Callable[[Network, Batch], Likelihood]
Progress = Callable[[int, Figures], None]
"""A callback with the step and its figures: `loss`, and at a validation the line of the curve."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of the best step, the last step, and the signal that stopped the run before its end, or 0.

    `before` is the validation loss before the first step.
    """

    figures: Figures
    step: int
    stop_signal: int = 0
    before: float | None = None


def train_network(
    training_examples: TrainingExamples,
    out: Path,
    config: NetworkConfig,
    options: TrainingOptions,
    about: Mapping[str, Any],
    progress: Progress | None = None,
    stop: Callable[[], int] = lambda: 0,
    teachers: Sequence[Checkpoint] = (),
    device: str = "auto",
    start: Checkpoint | None = None,
    on_speed: Callable[[Speed], None] | None = None,
    workers: int = 0,
) -> Outcome:
    """Train in the folder `out`, resuming an earlier run.

    The best weights by validation, of their exponential moving average, are written to out/best.safetensors;
    `run_state` describes the other files. After every step `stop` returns a signal to end the run, or 0.
    `teachers` are used for knowledge distillation with the weight `options.distillation`. `start` are weights to
    start from. `on_speed` receives the measured speed before the first step. `workers` processes draw the examples.
    Raises InputError if `out` holds a run with other options, ScoregenError if the loss diverges.
    """
    report = progress or (lambda step, figures: None)
    out.mkdir(parents=True, exist_ok=True)
    checksums = [teacher.checksum for teacher in teachers]
    run = Run(out, config, options, training_examples.digest, about, checksums, start)
    with process_group(device) as group, drawing(training_examples, options, workers) as drawn:
        if group.world > options.batch_size:
            raise InputError(f"batch_size is {options.batch_size}; expected one piece or more for {group.world} ranks")
        state = run.begin(group.device)
        if group.is_first:
            run.write_outputs(state)
        score = _score(options, group.device, [teacher.network.to(group.device) for teacher in teachers])
        own = _own_drafts(training_examples, options, start, group.device)
        if on_speed is not None:
            on_speed(_measure_speed(state, training_examples, drawn, options, group, score))
        if state.before is None:
            state.before = validation_loss(state.average, training_examples, group)
        clock, start_time = time.monotonic() - state.seconds, time.time() - state.seconds
        stop_signal = 0
        while state.step < options.steps and not _out_of_patience(state, options) and not stop_signal:
            loss = _step(state, drawn, options, group, score, own)
            state.seconds = time.monotonic() - clock
            stop_signal = group.highest(stop())
            if state.step % options.save_every == 0 or state.step == options.steps:
                validate(state, training_examples, options, learning_rate(state.step - 1, options), group)
                state.seconds = time.monotonic() - clock
                if group.is_first:
                    run.save(state)
                    run.update_outputs(state, start_time)
                report(state.step, {"loss": loss, **state.curve[-1]})
            else:
                if stop_signal and group.is_first:
                    _keep(run, state)
                report(state.step, {"loss": loss})
    return Outcome(state.best, state.step, stop_signal if state.step < options.steps else 0, state.before)


def _keep(run: Run, state: TrainingState) -> None:
    """Save a run that is stopped; before its first validation the current weights are the best."""
    run.save(state)
    if not state.curve:
        run.write_average(state)


def _measure_speed(
    state: TrainingState,
    training_examples: TrainingExamples,
    drawn: Drawing,
    options: TrainingOptions,
    group: ProcessGroup,
    score: Score,
) -> Speed:
    """The speed of the run, from a few steps and a batch of a validation, which change no weight."""
    tasks = [*training_examples.fit.values(), *training_examples.valid.values()]
    sample = tasks[-1][:MEASURE_BATCH]
    return measured_speed(
        rehearse=partial(_rehearse, state, drawn, options, group, score),
        validate=partial(measure, state.average, sample, group),
        batches=sum(map(len, tasks)) / len(sample),
        done=state.step,
        remaining=options.steps - state.step,
        save_every=options.save_every,
        device=group.device,
    )


def _rehearse(
    state: TrainingState,
    drawn: Drawing,
    options: TrainingOptions,
    group: ProcessGroup,
    score: Score,
) -> None:
    """The work of a step, without the step."""
    batch = draw_batch(drawn, options, state.step, group).to(group.device)
    with _precision(options, group.device):
        score(state.network, batch).cost.backward()  # type: ignore[no-untyped-call]
    state.network.zero_grad()


def draw_batch(drawn: Drawing, options: TrainingOptions, step: int, group: ProcessGroup) -> Batch:
    """This process's share of the batch of a step.

    Batches depend on the seed, the step and their numbers alone. So a run resumes with the same batches, and any number
    of processes get the same ones.
    """
    pool, place = divmod(step, POOL)
    examples = drawn.pool(pool)
    turn = int(np.random.default_rng((options.seed, pool)).permutation(POOL)[place])
    chosen = examples[turn * options.batch_size : (turn + 1) * options.batch_size]
    return collate([chosen[number] for number in group.share(options.batch_size)], drawn.alphabet)


def learning_rate(step: int, options: TrainingOptions) -> float:
    """Linear warm-up, then a constant rate or a half cosine down to a hundredth."""
    warm = max(1, min(options.warm_up, options.steps // 8))
    if step < warm:
        return options.learning_rate * (step + 1) / warm
    if options.schedule == "constant":
        return options.learning_rate
    fall = 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, options.steps - warm)))
    return options.learning_rate * (0.01 + 0.99 * fall)


def _step(
    state: TrainingState,
    drawn: Drawing,
    options: TrainingOptions,
    group: ProcessGroup,
    score: Score,
    own: OwnDrafts | None,
) -> float:
    """Take one step; the loss of its batch in nats per choice."""
    for settings in state.optimizer.param_groups:
        settings["lr"] = settings.get(RATE, 1.0) * learning_rate(state.step, options)
    batch = draw_batch(drawn, options, state.step, group).to(group.device)
    _seed_dropout(options.seed, state.step, group.rank)
    with _precision(options, group.device):
        result = score(state.network, batch)
    state.optimizer.zero_grad()
    result.cost.backward()  # type: ignore[no-untyped-call]  # the sum: its divisor is the choices of all processes
    if own:
        _learn_from_drafts(state, options, group, own, result.count.detach())
    parameters = [weight for weight in state.network.parameters() if weight.requires_grad]
    gradients = [torch.zeros_like(weight) if weight.grad is None else weight.grad for weight in parameters]
    sums = sums_of(result)
    group.add_up([*gradients, sums])
    for weight, gradient in zip(parameters, gradients, strict=True):
        weight.grad = gradient.div_(sums[1].clamp(min=1))
    torch.nn.utils.clip_grad_norm_(parameters, options.clip)
    state.optimizer.step()
    if state.origin:
        pull_back(state.network, state.origin, options.pull * learning_rate(state.step, options))
    state.running_sums += sums
    state.step += 1
    # in the first steps the average follows faster
    update_average(state.average, state.network, min(options.ema_decay, state.step / (state.step + 10)))
    return float(sums[0] / sums[1].clamp(min=1))


def _own_drafts(
    training_examples: TrainingExamples, options: TrainingOptions, start: Checkpoint | None, device: torch.device
) -> OwnDrafts | None:
    """What own drafts need, None if there are none. InputError if the run cannot have any."""
    if not options.own_drafts:
        return None
    if start is None or not training_examples.pieces:
        raise InputError("own_drafts needs trained weights to start from (--from), and a corpus of scores")
    return OwnDrafts.of(training_examples.pieces, start.network.to(device))


def _learn_from_drafts(
    state: TrainingState, options: TrainingOptions, group: ProcessGroup, own: OwnDrafts, count: torch.Tensor
) -> None:
    """Add the gradient of the loss of drafts, with the weight of as many choices as the batch has."""
    seed = (options.seed, state.step, group.rank)
    judged = judged_drafts(own, state.average, options.own_drafts, seed).to(group.device)
    with _precision(options, group.device):
        loss = draft_loss(state.network, judged, own.teacher, options.own_returns)
    (count * loss).backward()  # type: ignore[no-untyped-call]


def _out_of_patience(state: TrainingState, options: TrainingOptions) -> bool:
    return 0 < options.patience <= state.validations_since_best


def _seed_dropout(seed: int, step: int, rank: int) -> None:
    """Seed the dropout masks from the step, so that no generator state has to be saved."""
    torch.manual_seed(int(np.random.SeedSequence((seed, step, rank)).generate_state(1)[0]))


def _precision(options: TrainingOptions, device: torch.device) -> AbstractContextManager[Any]:
    return torch.autocast(device.type, torch.bfloat16, enabled=options.mixed_precision)


def _score(options: TrainingOptions, device: torch.device, teachers: Sequence[Network]) -> Score:
    """The training loss of a batch, compiled on request; `dynamic` because the shapes of batches differ."""
    score: Score = partial(training_loss, teachers=teachers, distillation=options.distillation, r_drop=options.r_drop)
    if options.compile and device.type == "cuda":
        score = torch.compile(score, dynamic=True)
    return score
