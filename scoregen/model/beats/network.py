"""The beat network: which attacks of a performance are beats and downbeats, and how long the beat is there.

Two bidirectional GRUs over the attacks. `scoregen.transcription.beats.network` computes the same in NumPy.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from scoregen.transcription.beats.attacks import FEATURES
from scoregen.transcription.beats.scale import PERIODS


class BeatNetwork(nn.Module):
    """[A, E, FEATURES] -> [A, E, 2 + PERIODS]: logits of beat and downbeat, and of the lengths of the beat."""

    def __init__(self, width: int = 96) -> None:
        super().__init__()
        self.read = nn.Linear(FEATURES, width)
        self.gru = nn.GRU(width, width, num_layers=2, batch_first=True, bidirectional=True)
        self.heads = nn.Linear(2 * width, 2 + PERIODS)

    def forward(self, features: Tensor) -> Tensor:
        hidden, _ = self.gru(torch.relu(self.read(features)))
        result: Tensor = self.heads(hidden)
        return result
