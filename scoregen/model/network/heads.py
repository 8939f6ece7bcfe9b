"""Logits over what a voice may do: a sum of absolute, scale-degree, melodic, harmonic and contrapuntal parts.

R rows (slices of all pieces end to end), V voices, K the other voices of a slice, P pitches,
E = 2 + P events.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from scoregen.model.network.alphabet import FIRST_PITCH, Alphabet
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.index_tables import HARMONIC_REACH, MELODIC_REACH, interval_tables


class EventHeads(nn.Module):
    """One voice's logits, given the in-slice state and what every other voice does or did last."""

    height_index: Tensor
    degree_index: Tensor
    melodic_index: Tensor
    class_index: Tensor
    harmonic_index: Tensor
    interval_class: Tensor

    def __init__(self, config: NetworkConfig, alphabet: Alphabet) -> None:
        super().__init__()
        s, e = config.in_slice, config.embedding
        self.silence = alphabet.silence
        self.use_motion = config.use_motion
        heights = int(alphabet.midi.max() - alphabet.midi.min()) + 1
        degrees = alphabet.degree_count if config.use_degrees else 0
        self.sizes = [FIRST_PITCH, heights, degrees, 2 * MELODIC_REACH + 1, alphabet.class_count]
        self.alone = nn.Linear(s, sum(self.sizes))
        self.pair_state, self.pair_role = nn.Linear(s, s), nn.Linear(e, s, bias=False)
        self.is_set = nn.Parameter(torch.zeros(2, s))
        self.harmonic = nn.Linear(s, 2 * HARMONIC_REACH + 1)
        self.motion = nn.Parameter(torch.zeros(2, 12 * 2, 12))
        self.motion_gate = nn.Linear(s, 2)
        self.dropout = nn.Dropout(config.in_slice_dropout)
        for name, table in interval_tables(alphabet).items():
            self.register_buffer(name, torch.from_numpy(table), persistent=False)

    def forward(self, state: Tensor, key: Tensor, before: Tensor, others: OtherVoices) -> Tensor:
        """[R, E] logits of one voice in the keys [R], coming from the pitch ids `before` [R]."""
        z = self.dropout(state)
        kinds, height, degree, melodic, classes = self.alone(z).split(self.sizes, -1)
        step = melodic.gather(1, self.melodic_index[before]) + classes.gather(1, self.class_index[before])
        pitch = height[:, self.height_index] + step * (before != self.silence).unsqueeze(1)
        if degree.shape[1]:
            degree = functional.pad(degree, (0, 1))
            pitch = pitch + degree.gather(1, self.degree_index[key])
        if others.pitch.shape[1]:
            pitch = pitch + self._against(z, before, others)
        return torch.cat([kinds, pitch], -1)

    def _against(self, z: Tensor, before: Tensor, others: OtherVoices) -> Tensor:
        """[R, P] what the other voices ask for: an interval to them, and a motion that does not go along."""
        pairs = functional.gelu(
            self.pair_state(z).unsqueeze(1) + self.pair_role(others.role) + self.is_set[others.is_set]
        )
        harmonic = self.harmonic(pairs).gather(2, self.harmonic_index[others.pitch])
        logits: Tensor = (harmonic * (others.pitch != self.silence).unsqueeze(2)).sum(1)
        if not self.use_motion:
            return logits
        sounds = (
            (others.pitch != self.silence) & (others.before != self.silence) & (before != self.silence).unsqueeze(1)
        )
        moved = (others.is_set == 1) & (others.pitch != others.before) & sounds
        was = self.interval_class[others.before, before.clamp(max=self.silence - 1).unsqueeze(1)]  # [R, K]
        rows = self.motion[:, was]  # [2, R, K, 12]
        gate = self.motion_gate(z)
        table = rows[0] * (1 + gate[:, :1, None]) + rows[1] * gate[:, 1:, None]
        becomes = self.interval_class[others.pitch] % 12  # [R, K, P]
        moves = (self.melodic_index[before] != MELODIC_REACH).unsqueeze(1) & moved.unsqueeze(2)
        motion: Tensor = (table.gather(2, becomes) * moves).sum(1)
        return logits + motion


@dataclass(frozen=True, slots=True)
class OtherVoices:
    """The other voices of a slice: as they are now where they are set already, else as they were."""

    role: Tensor  # [R, K, embedding]
    pitch: Tensor  # [R, K] pitch ids
    before: Tensor  # [R, K] pitch ids before the slice
    is_set: Tensor  # [R, K] 1 or 0
