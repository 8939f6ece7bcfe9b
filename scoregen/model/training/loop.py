"""Training: one visible loop, on one device or several, resumable from its last state, bit for bit on CPU."""

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
from scoregen.model.network.conditioning import Example
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.network.likelihood import Likelihood, choices, costs, guessed
from scoregen.model.network.network import Network
from scoregen.model.training.examples import FREE, TrainingExamples
from scoregen.model.training.loss import training_loss
from scoregen.model.training.memorisation import WINDOWS, drawn, extractable, shares, sum_over
from scoregen.model.training.parallel import Ranks, ranks
from scoregen.model.training.run_state import Figures, Run, TrainingState
from scoregen.system.errors import InputError, ScoregenError

MEASURED_AT_ONCE = 16
POOL = 4
"""Steps whose batches are drawn together."""

Score = Callable[[Network, Batch], Likelihood]
Progress = Callable[[int, Figures], None]
"""Told the step, and the figures of a validation or nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of the best step, the step reached, and the signal that stopped the run before its end, or 0."""

    figures: Figures
    step: int
    stopped_by: int = 0


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
) -> Outcome:
    """Train in the folder `out`, going on from where an earlier run stopped.

    The best weights, by validation, of their exponential average become out/best.safetensors; the
    other files are told of in `run_state`. After every step `stop` is asked for a signal to end by.
    Of `teachers` the network learns as `options.distillation` says.
    Raises InputError where `out` holds a run with other options, ScoregenError where the loss is no
    number any more.
    """
    tell = progress or (lambda step, figures: None)
    out.mkdir(parents=True, exist_ok=True)
    run = Run(out, config, options, training_examples.digest, about, [teacher.checksum for teacher in teachers])
    with ranks(device) as here:
        if here.world > options.batch_size:
            raise InputError(f"batch_size is {options.batch_size}; expected one piece or more for {here.world} ranks")
        state = run.begin(here.device)
        if here.is_first:
            run.show_all(state)
        score = _score(options, here.device, [teacher.network.to(here.device) for teacher in teachers])
        clock, began = time.monotonic() - state.seconds, time.time() - state.seconds
        stopped_by = 0
        while state.step < options.steps and not _out_of_patience(state, options) and not stopped_by:
            _step(state, training_examples, options, here, score)
            state.seconds = time.monotonic() - clock
            stopped_by = here.highest(stop())
            if state.step % options.save_every == 0 or state.step == options.steps:
                _check(state, training_examples, options, here)
                state.seconds = time.monotonic() - clock
                if here.is_first:
                    run.save(state)
                    run.show_last(state, began)
                tell(state.step, state.curve[-1])
            else:
                if stopped_by and here.is_first:
                    run.save(state)
                tell(state.step, {})
    return Outcome(state.best, state.step, stopped_by if state.step < options.steps else 0)


@dataclass(frozen=True, slots=True)
class Measured:
    """Nats in all and nats a choice, and which share of windows is extractable, in percent by length."""

    nats: float
    loss: float
    extractable: dict[int, float]


def measure(network: Network, examples: Sequence[Example], here: Ranks) -> Measured:
    """What a network makes of examples, without dropout; the processes share the work."""
    network.eval()
    sums = torch.zeros(2, dtype=torch.float64, device=here.device)
    windows = torch.zeros(2, len(WINDOWS), dtype=torch.float64, device=here.device)
    batches = [examples[start : start + MEASURED_AT_ONCE] for start in range(0, len(examples), MEASURED_AT_ONCE)]
    for index in here.share(len(batches)):
        batch = collate(batches[index]).to(here.device)
        with torch.no_grad():
            chances = choices(network, batch)
            sums += _sums(costs(network, batch, chances))
        found = sum_over(extractable(batch, guessed(batch, chances)))
        windows += torch.from_numpy(found).to(here.device)
    here.add_up([sums, windows])
    network.train()
    nats, count = sums.tolist()
    return Measured(nats, nats / count, shares(windows.cpu().numpy()))


def draw_batch(training_examples: TrainingExamples, options: TrainingOptions, step: int, here: Ranks) -> Batch:
    """This process's share of the batch of a step.

    Examples are drawn for a few steps at once and dealt out by length, so that little of a batch is
    padding. They follow from the seed, the step and their numbers alone: so a run goes on with the
    batches it would have had, and any number of processes see the same ones.
    """
    pool, place = divmod(step, POOL)
    numbers = range(POOL * options.batch_size)
    drawn = [training_examples.draw(np.random.default_rng((options.seed, pool, number))) for number in numbers]
    drawn.sort(key=lambda example: example.piece.length)
    turn = int(np.random.default_rng((options.seed, pool)).permutation(POOL)[place])
    chosen = drawn[turn * options.batch_size : (turn + 1) * options.batch_size]
    return collate([chosen[number] for number in here.share(options.batch_size)])


def learning_rate(step: int, options: TrainingOptions) -> float:
    """Warm up, then stay, or a half cosine down to a hundredth."""
    warm = max(1, min(options.warm_up, options.steps // 8))
    if step < warm:
        return options.learning_rate * (step + 1) / warm
    if options.schedule == "constant":
        return options.learning_rate
    fall = 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, options.steps - warm)))
    return options.learning_rate * (0.01 + 0.99 * fall)


def _step(
    state: TrainingState, training_examples: TrainingExamples, options: TrainingOptions, here: Ranks, score: Score
) -> None:
    for group in state.optimizer.param_groups:
        group["lr"] = learning_rate(state.step, options)
    batch = draw_batch(training_examples, options, state.step, here).to(here.device)
    _seed_dropout(options.seed, state.step, here.rank)
    with _precision(options, here.device):
        found = score(state.network, batch)
    state.optimizer.zero_grad()
    found.cost.backward()  # type: ignore[no-untyped-call]  # the sum: what its mean is of, only all shares tell
    parameters = list(state.network.parameters())
    gradients = [torch.zeros_like(weight) if weight.grad is None else weight.grad for weight in parameters]
    sums = _sums(found)
    here.add_up([*gradients, sums])
    for weight, gradient in zip(parameters, gradients, strict=True):
        weight.grad = gradient.div_(sums[1].clamp(min=1))
    torch.nn.utils.clip_grad_norm_(parameters, options.clip)
    state.optimizer.step()
    state.since += sums
    state.step += 1
    _follow(state.average, state.network, min(options.ema_decay, state.step / (state.step + 10)))


def _sums(found: Likelihood) -> torch.Tensor:
    """Nats and choices, [2]."""
    return torch.stack([found.nats.detach().double(), (found.event_count + found.time_shift_count).double()])


def _follow(average: Network, network: Network, decay: float) -> None:
    """Move the average of the weights towards them; in the first steps it keeps less of the past."""
    with torch.no_grad():
        for slow, fast in zip(average.parameters(), network.parameters(), strict=True):
            slow.lerp_(fast, 1 - decay)


def _check(state: TrainingState, training_examples: TrainingExamples, options: TrainingOptions, here: Ranks) -> None:
    """One more line of the curve, and the weights if they are the best so far.

    `train` is the loss of the batches as they were trained on, with dropout and before the average;
    `fit` measures training pieces just as `valid` measures others, so that their `gap` is only what
    was learned by heart. Shares of windows, `memorisation` says which, are in percent.
    """
    nats, choices = state.since.tolist()
    if not math.isfinite(nats):
        raise ScoregenError(
            f"the loss is no number by step {state.step}; try a lower learning rate, and another output"
        )
    figures: Figures = {"step": state.step, "examples": state.step * options.batch_size}
    figures |= {"seconds": round(state.seconds, 1), "learning_rate": learning_rate(state.step - 1, options)}
    figures["train"] = nats / choices
    for split, tasks in (("fit", training_examples.fit), ("valid", training_examples.valid)):
        losses = []
        for task, examples in tasks.items():
            found = measure(state.average, examples, here)
            losses.append(found.loss)
            figures |= {f"{split}_{task}": found.loss, f"{split}_{task}_nats": found.nats}
            if task == FREE:
                figures |= _named(f"{split}_extractable", found.extractable)
        figures[split] = sum(losses) / len(losses)
    figures["gap"] = figures["valid"] - figures["fit"]
    if training_examples.forms and options.drafts and math.isfinite(figures["valid"]):
        figures |= _named("valid_known", training_examples.forms.valid)
        known = drawn(state.average, training_examples.forms, options.drafts, options.seed, state.step, here)
        figures |= _named("drafts_known", known)
    state.since.zero_()
    state.curve.append(figures)
    if state.checks_since_best == 0:
        state.best_weights = {name: weight.clone() for name, weight in state.average.state_dict().items()}


def _named(name: str, shares: Mapping[int, float]) -> Figures:
    return {f"{name}_{length}": share for length, share in shares.items()}


def _out_of_patience(state: TrainingState, options: TrainingOptions) -> bool:
    return 0 < options.patience <= state.checks_since_best


def _seed_dropout(seed: int, step: int, rank: int) -> None:
    """Like the batches, masks follow from the step: nothing of a generator need be kept."""
    torch.manual_seed(int(np.random.SeedSequence((seed, step, rank)).generate_state(1)[0]))


def _precision(options: TrainingOptions, device: torch.device) -> AbstractContextManager[Any]:
    return torch.autocast(device.type, torch.bfloat16, enabled=options.mixed_precision)


def _score(options: TrainingOptions, device: torch.device, teachers: Sequence[Network]) -> Score:
    """What a batch costs, compiled if asked for; `dynamic` since hardly two batches have one shape."""
    score: Score = partial(training_loss, teachers=teachers, distillation=options.distillation, r_drop=options.r_drop)
    if options.compile and device.type == "cuda":
        score = torch.compile(score, dynamic=True)
    return score
