"""Learning from other networks: what they find likely is learned beside what stands in the pieces.

A choice in a piece says what was chosen; the mean chances of several trained networks say how much else
could have been. A student that learns both generalises better than any of its teachers, though it
sees no other pieces (Hinton et al. 2015, arXiv:1503.02531; of networks of the same size: Furlanello
et al. 2018, arXiv:1805.04770).

R rows (slices of all pieces laid end to end), V voices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from scoregen.errors import InputError
from scoregen.model.batches import Batch
from scoregen.model.checkpoint import Checkpoint, load_checkpoint
from scoregen.model.config import NetworkConfig
from scoregen.model.likelihood import Likelihood, choices, costs, scored
from scoregen.model.network import Network

LEAST = -30.0
"""Nats: what cannot be has no finite cost, and no teacher gives it a chance."""


def load_teachers(paths: Sequence[Path], config: NetworkConfig) -> tuple[Checkpoint, ...]:
    """Trained networks for a student of this shape. InputError where one speaks of other choices than the student."""
    found = tuple(load_checkpoint(path) for path in paths)
    for path, teacher in zip(paths, found, strict=True):
        for name in ("lexicon", "roles", "metric_features"):
            own, asked = getattr(teacher.network.config, name), getattr(config, name)
            if own != asked:
                raise InputError(f"{path}: the teacher's {name} is {own}; expected {asked}, as the corpus has it")
    return found


def taught(network: Network, batch: Batch, teachers: Sequence[Network], share: float) -> Likelihood:
    """What a batch costs, where a share of what is learned are the teachers' mean chances.

    The nats are those of the batch, as without teachers; the rest of the cost is `aside`.
    """
    found = choices(network, batch)
    cost = costs(network, batch, found)
    with torch.no_grad():
        said = [choices(teacher, batch) for teacher in teachers]
        events = torch.stack([each.events.exp() for each in said]).mean(0)
        advances = torch.stack([each.advances.exp() for each in said]).mean(0)
    asked, timed = scored(batch)
    surprise = _cross_entropy(events, found.events)[asked].sum() + _cross_entropy(advances, found.advances)[timed].sum()
    return replace(cost, aside=cost.aside + share * (surprise - cost.nats))


def _cross_entropy(chances: Tensor, found: Tensor) -> Tensor:
    """Over the last axis: nats of what is found likely where these are the chances."""
    return -(chances * found.clamp(min=LEAST)).sum(-1)
