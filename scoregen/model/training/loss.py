"""What training brings down: what the notes cost, what teachers find likely, and that two draws of dropout agree.

A choice in a piece says what was chosen; the mean chances of several trained networks say how much else
could have been. A student that learns both generalises better than any of its teachers, though it
sees no other pieces (Hinton et al. 2015, arXiv:1503.02531; of networks of the same size: Furlanello
et al. 2018, arXiv:1805.04770).

A network that is held back by dropout is another one at every step, and so learns much that hangs on what
happens to be left out. Shown a batch twice, it learns to say the same both times (R-Drop: Liang et al. 2021,
arXiv:2106.14448).

R rows (slices of all pieces laid end to end), V voices.
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
from scoregen.model.network.likelihood import Choices, Likelihood, choices, costs, scored
from scoregen.model.network.network import Network
from scoregen.system.errors import InputError

LEAST = -30.0
"""Nats: what cannot be has no finite cost, and no teacher gives it a chance."""


def load_teachers(paths: Sequence[Path], config: NetworkConfig) -> tuple[Checkpoint, ...]:
    """Trained networks for a student of this shape. InputError where one speaks of other choices than the student."""
    found = tuple(load_checkpoint(path) for path in paths)
    for path, teacher in zip(paths, found, strict=True):
        for name in ("alphabet", "roles", "metric_features"):
            own, asked = getattr(teacher.network.config, name), getattr(config, name)
            if own != asked:
                raise InputError(f"{path}: the teacher's {name} is {own}; expected {asked}, as the corpus has it")
    return found


def training_loss(
    network: Network, batch: Batch, teachers: Sequence[Network] = (), distillation: float = 0.0, r_drop: float = 0.0
) -> Likelihood:
    """What a batch costs in training.

    The nats are those of the batch, of both draws in the mean where there are two; the rest of the cost is
    `auxiliary`: `distillation` is the share of the teachers' mean chances in place of the notes, `r_drop` times the
    nats that two draws lie apart are added.
    """
    drawn = [choices(network, batch) for _ in range(2 if r_drop else 1)]
    paid = _mean([costs(network, batch, each) for each in drawn])
    auxiliary = paid.auxiliary
    if teachers:
        auxiliary = auxiliary + distillation * (_surprise(batch, drawn, teachers) - paid.nats)
    if r_drop:
        auxiliary = auxiliary + r_drop * _apart(batch, *drawn)
    return replace(paid, auxiliary=auxiliary)


def _mean(paid: Sequence[Likelihood]) -> Likelihood:
    names = ("events", "time_shifts", "auxiliary")
    means = {name: torch.stack([getattr(each, name) for each in paid]).mean(0) for name in names}
    return replace(paid[0], **means)


def _surprise(batch: Batch, drawn: Sequence[Choices], teachers: Sequence[Network]) -> Tensor:
    """Nats that choices cost which fall as the teachers find likely."""
    with torch.no_grad():
        said = [choices(teacher, batch) for teacher in teachers]
        events = torch.stack([each.events.exp() for each in said]).mean(0)
        time_shifts = torch.stack([each.time_shifts.exp() for each in said]).mean(0)
    asked, timed = scored(batch)
    nats = [
        _expected(events, each.events)[asked].sum() + _expected(time_shifts, each.time_shifts)[timed].sum()
        for each in drawn
    ]
    return -torch.stack(nats).mean()


def _apart(batch: Batch, one: Choices, other: Choices) -> Tensor:
    """The mean of the two divergences of Kullback and Leibler, summed over all that is scored."""
    asked, timed = scored(batch)
    return (
        _divergence(one.events, other.events)[asked].sum()
        + _divergence(one.time_shifts, other.time_shifts)[timed].sum()
    )


def _divergence(one: Tensor, other: Tensor) -> Tensor:
    first, second = one.clamp(min=LEAST), other.clamp(min=LEAST)
    return ((first.exp() - second.exp()) * (first - second)).sum(-1) / 2


def _expected(chances: Tensor, found: Tensor) -> Tensor:
    """Over the last axis: the mean log p of what falls by these chances."""
    return (chances * found.clamp(min=LEAST)).sum(-1)
