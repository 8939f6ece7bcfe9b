"""The validation of a run: nats per choice and shares of copied windows, of training and held-out pieces."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from scoregen.model.features.conditioning import Example
from scoregen.model.network.batches import collate
from scoregen.model.network.config import TrainingOptions
from scoregen.model.network.likelihood import Likelihood, choices, costs, is_greedy
from scoregen.model.network.network import Network
from scoregen.model.training.examples import FREE, TrainingExamples
from scoregen.model.training.memorisation import WINDOWS, draft_shares, extractable_windows, shares, sum_over
from scoregen.model.training.run.parallel import ProcessGroup
from scoregen.model.training.run.run_state import Figures, TrainingState
from scoregen.system.errors import ScoregenError

MEASURE_BATCH = 16


@dataclass(frozen=True, slots=True)
class Measurement:
    """Nats in total and per choice, and the share of windows that are extractable, in percent by length."""

    nats: float
    loss: float
    extractable: dict[int, float]


def measure(network: Network, examples: Sequence[Example], group: ProcessGroup) -> Measurement:
    """Measure a network on examples, without dropout; the processes share the work."""
    network.eval()
    sums = torch.zeros(2, dtype=torch.float64, device=group.device)
    windows = torch.zeros(2, len(WINDOWS), dtype=torch.float64, device=group.device)
    batches = [examples[start : start + MEASURE_BATCH] for start in range(0, len(examples), MEASURE_BATCH)]
    for index in group.share(len(batches)):
        batch = collate(batches[index], network.alphabet).to(group.device)
        with torch.no_grad():
            log_p = choices(network, batch)
            sums += sums_of(costs(network, batch, log_p))
        result = sum_over(extractable_windows(batch, is_greedy(batch, log_p)))
        windows += torch.from_numpy(result).to(group.device)
    group.add_up([sums, windows])
    network.train()
    nats, count = sums.tolist()
    return Measurement(nats, nats / count, shares(windows.cpu().numpy()))


def sums_of(result: Likelihood) -> torch.Tensor:
    """Nats and choices, [2]."""
    return torch.stack([result.nats.detach().double(), (result.event_count + result.time_shift_count).double()])


def validation_loss(network: Network, training_examples: TrainingExamples, group: ProcessGroup) -> float:
    """Nats per choice of the validation pieces, the mean of the tasks."""
    losses = [measure(network, examples, group).loss for examples in training_examples.valid.values()]
    return sum(losses) / len(losses)


def validate(
    state: TrainingState,
    training_examples: TrainingExamples,
    options: TrainingOptions,
    rate: float,
    group: ProcessGroup,
) -> None:
    """Append a line to the curve, and keep the weights if they are the best so far; `rate` is that of the last step.

    `train` is the loss of the training batches, with dropout and without weight averaging. `fit` measures training
    pieces exactly as `valid` measures held-out ones, so that their `gap` is due to overfitting. The shares of windows,
    defined in `memorisation`, are in percent.
    """
    nats, choices = state.running_sums.tolist()
    if not math.isfinite(nats):
        raise ScoregenError(
            f"the loss is not finite at step {state.step}; try a lower learning rate, and another output"
        )
    figures: Figures = {"step": state.step, "examples": state.step * options.batch_size}
    figures |= {"seconds": round(state.seconds, 1), "learning_rate": rate}
    figures["train"] = nats / choices
    for split, tasks in (("fit", training_examples.fit), ("valid", training_examples.valid)):
        losses = []
        for task, examples in tasks.items():
            result = measure(state.average, examples, group)
            losses.append(result.loss)
            figures |= {f"{split}_{task}": result.loss, f"{split}_{task}_nats": result.nats}
            if task == FREE:
                figures |= _by_length(f"{split}_extractable", result.extractable)
        figures[split] = sum(losses) / len(losses)
    figures["gap"] = figures["valid"] - figures["fit"]
    if training_examples.forms and options.drafts and math.isfinite(figures["valid"]):
        figures |= _by_length("valid_known", training_examples.forms.valid)
        shares_of_drafts = draft_shares(
            state.average, training_examples.forms, options.drafts, options.seed, state.step, group
        )
        figures |= _by_length("drafts_known", shares_of_drafts)
    state.running_sums.zero_()
    state.curve.append(figures)
    if state.validations_since_best == 0:
        state.best_weights = {name: weight.clone() for name, weight in state.average.state_dict().items()}


def _by_length(name: str, shares: Mapping[int, float]) -> Figures:
    return {f"{name}_{length}": share for length, share in shares.items()}
