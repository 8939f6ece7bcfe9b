"""What the trainings of all networks do in a step: the optimiser follows the gradient, and the weights are averaged."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def follow_gradient(
    network: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor, rate: float, clip: float = 1.0
) -> None:
    """Take a step down the gradient of a loss, whose norm is at most `clip`, at a learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), clip)
    optimizer.step()


def update_average(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Update the exponential moving average of the weights: `decay` is the share that stays."""
    with torch.no_grad():
        for slow, fast in zip(average.parameters(), network.parameters(), strict=True):
            slow.lerp_(fast, 1 - decay)
