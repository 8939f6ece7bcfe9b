"""The critic in PyTorch, for training; `critic.py` runs the same network without PyTorch.

B windows, T slices, F inputs, H hidden units.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from scoregen.model.critic.critic_inputs import CRITIC_INPUTS


@dataclass(frozen=True, slots=True)
class CriticConfig:
    """`layers` residual convolutions over `reach` slices each; dropout of the inputs and of the hidden units."""

    hidden: int = 32
    layers: int = 2
    reach: int = 3
    input_dropout: float = 0.25
    dropout: float = 0.5


class CriticNetwork(nn.Module):
    """The log ratio of the densities of a chorale and of a draft, as a sum over slices."""

    def __init__(self, config: CriticConfig) -> None:
        super().__init__()
        self.config = config
        width, reach = config.hidden, config.reach
        self.read = nn.Linear(CRITIC_INPUTS, width)
        self.layers = nn.ModuleList(nn.Conv1d(width, width, reach, padding=reach // 2) for _ in range(config.layers))
        self.out = nn.Linear(width, 1)
        self.input_dropout, self.dropout = nn.Dropout(config.input_dropout), nn.Dropout(config.dropout)

    def forward(self, inputs: Tensor) -> Tensor:
        """[B, T] nats of the slices of windows [B, T, F]."""
        hidden = self.dropout(torch.relu(self.read(self.input_dropout(inputs)))).transpose(1, 2)  # [B, H, T]
        for layer in self.layers:
            hidden = hidden + self.dropout(torch.relu(layer(hidden)))
        result: Tensor = self.out(hidden.transpose(1, 2))[..., 0]
        return result
