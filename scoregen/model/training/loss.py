"""The training loss: the likelihood of the batch, knowledge distillation, and R-Drop.

A piece shows only which note was chosen. The mean distribution of several trained networks, the teachers, also shows
which other notes were possible. A student trained with both generalises better than any of its teachers, although it
sees no other pieces (knowledge distillation: Hinton et al. 2015, arXiv:1503.02531; with networks of the same size:
Furlanello et al. 2018, arXiv:1805.04770).

Dropout makes a different network of every step, so that much of what is learned depends on the units dropped. R-Drop
processes a batch twice with different dropout masks and penalises the divergence of the two distributions (Liang et
al. 2021, arXiv:2106.14448).

R rows (slices of all pieces end to end), V voices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from scoregen.model.network.batches import Batch
from scoregen.model.network.checkpoint import Checkpoint, load_checkpoint
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.in_slice import Choices
from scoregen.model.network.likelihood import Likelihood, choices, costs, score_masks
from scoregen.model.network.network import Network
from scoregen.system.errors import InputError

MIN_LOG_P = -30.0
"""Nats: impossible events have no finite log probability, and teachers give them none."""


def load_teachers(paths: Sequence[Path], config: NetworkConfig) -> tuple[Checkpoint, ...]:
    """The teachers for a student of this shape. InputError if one has other choices than the student."""
    teachers = tuple(load_checkpoint(path) for path in paths)
    for path, teacher in zip(paths, teachers, strict=True):
        for name in ("alphabet", "roles", "metric_features"):
            own, expected = getattr(teacher.network.config, name), getattr(config, name)
            if own != expected:
                raise InputError(f"{path}: the teacher's {name} is {own}; expected {expected}, as in the corpus")
    return teachers


def training_loss(
    network: Network, batch: Batch, teachers: Sequence[Network] = (), distillation: float = 0.0, r_drop: float = 0.0
) -> Likelihood:
    """The training loss of a batch.

    The nats are those of the batch, the mean of both samples if there are two. `auxiliary` holds the other terms:
    `distillation` is the weight of the teachers' mean distribution in place of the notes, and `r_drop` that of the
    divergence between the two dropout samples.
    """
    samples = [choices(network, batch) for _ in range(2 if r_drop else 1)]
    likelihoods = _mean([costs(network, batch, each) for each in samples])
    auxiliary = likelihoods.auxiliary
    if teachers:
        auxiliary = auxiliary + distillation * (_cross_entropy(batch, samples, teachers) - likelihoods.nats)
    if r_drop:
        auxiliary = auxiliary + r_drop * _symmetric_divergence(batch, *samples)
    return replace(likelihoods, auxiliary=auxiliary)


def _mean(likelihoods: Sequence[Likelihood]) -> Likelihood:
    names = ("events", "time_shifts", "auxiliary")
    means = {name: torch.stack([getattr(each, name) for each in likelihoods]).mean(0) for name in names}
    return replace(likelihoods[0], **means)


def _cross_entropy(batch: Batch, samples: Sequence[Choices], teachers: Sequence[Network]) -> Tensor:
    """The cross-entropy of the choices relative to the teachers' mean distribution, in nats."""
    with torch.no_grad():
        targets = [choices(teacher, batch) for teacher in teachers]
        turns = [
            torch.stack([log_p.exp() for log_p in each]).mean(0)
            for each in zip(*(target.turns for target in targets), strict=True)
        ]
        time_shifts = torch.stack([each.time_shifts.exp() for each in targets]).mean(0)
    turn_masks, time_shift_mask = score_masks(batch, samples[0])
    nats = [
        _expected(time_shifts, each.time_shifts)[time_shift_mask].sum()
        + sum(
            _expected(target, log_p)[mask].sum()
            for target, log_p, mask in zip(turns, each.turns, turn_masks, strict=True)
        )
        for each in samples
    ]
    return -torch.stack(nats).mean()


def _symmetric_divergence(batch: Batch, one: Choices, other: Choices) -> Tensor:
    """The mean of the two Kullback-Leibler divergences, summed over all scored choices."""
    turn_masks, time_shift_mask = score_masks(batch, one)
    total = _divergence(one.time_shifts, other.time_shifts)[time_shift_mask].sum()
    for first, second, mask in zip(one.turns, other.turns, turn_masks, strict=True):
        total = total + _divergence(first, second)[mask].sum()
    return total


def _divergence(one: Tensor, other: Tensor) -> Tensor:
    first, second = one.clamp(min=MIN_LOG_P), other.clamp(min=MIN_LOG_P)
    return ((first.exp() - second.exp()) * (first - second)).sum(-1) / 2


def _expected(probabilities: Tensor, log_p: Tensor) -> Tensor:
    """[...] the mean log p under these probabilities, over the last axis."""
    return (probabilities * log_p.clamp(min=MIN_LOG_P)).sum(-1)
