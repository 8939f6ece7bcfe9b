"""Tuning trained weights to a few pieces: which parameters change, and how they are held near their start.

A step of the optimizer is followed by a step back to the starting weights. This is the penalty L2-SP (Li, Grandvalet
and Davoine 2018, arXiv:1802.01483), decoupled from the gradient like weight decay in AdamW (Loshchilov and Hutter 2019,
arXiv:1711.05101): what the pieces do not ask for stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from scoregen.model.network.network import Network
from scoregen.model.training.run.adapters import is_adapted, is_free

HEADS = ("heads", "time_shift", "auxiliary")
"""The output layers, by the first part of their parameters' names."""


def is_tuned(name: str, weight: Tensor, tuned: str) -> bool:
    """Whether a run with this option (`TrainingOptions.tuned`) changes the parameter of this name."""
    if tuned == "adapters":
        return is_adapted(name, weight) or is_free(name)
    return tuned == "all" or "bias" in name or name.partition(".")[0] in HEADS


def freeze_others(network: Network, tuned: str) -> None:
    """Leave gradients to the parameters that the run changes."""
    for name, weight in network.named_parameters():
        weight.requires_grad_(is_tuned(name, weight, tuned))


def pull_back(network: Network, start: Mapping[str, Tensor], share: float) -> None:
    """Move the parameters that the run changes this share of the way to those of `start`."""
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if weight.requires_grad:
                weight.lerp_(start[name], min(share, 1.0))
