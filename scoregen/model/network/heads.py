"""Logits of a voice's events: a sum of absolute, scale-degree, melodic, harmonic and contrapuntal terms.

R rows (turns of slices), V voices, K the other voices of a slice, P pitches, E choices: hold, rest, P attacks, and in
an alphabet with chords `more` and `tied`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from scoregen.model.features.alphabet import FIRST_PITCH, Alphabet
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.index_tables import HARMONIC_REACH, head_sizes, head_tables


class EventHeads(nn.Module):
    """The logits of one voice, given the in-slice state and the present or last event of every other voice."""

    height_index: Tensor
    degree_index: Tensor
    step_index: Tensor
    harmonic_index: Tensor
    interval_before: Tensor
    interval_after: Tensor
    moves: Tensor
    sounds: Tensor

    def __init__(self, config: NetworkConfig, alphabet: Alphabet) -> None:
        super().__init__()
        s, e = config.in_slice, config.embedding
        self.pitches, self.kinds = alphabet.silence, head_sizes(alphabet, config).kinds
        self.use_motion = config.use_motion
        self.alone = nn.Linear(s, sum(head_sizes(alphabet, config)))
        self.pair_state, self.pair_role = nn.Linear(s, s), nn.Linear(e, s, bias=False)
        self.is_set = nn.Parameter(torch.zeros(2, s))
        self.harmonic = nn.Linear(s, 2 * HARMONIC_REACH + 1)
        self.motion = nn.Parameter(torch.zeros(2, 12 * 2, 12))
        self.motion_gate = nn.Linear(s, 2)
        self.dropout = nn.Dropout(config.in_slice_dropout)
        for name, table in head_tables(alphabet, config).items():
            self.register_buffer(name, torch.from_numpy(table), persistent=False)

    def forward(self, state: Tensor, key: Tensor, before: Tensor, others: OtherVoices) -> Tensor:
        """[R, E] logits of one voice in the keys [R], whose last pitch ids are `before` [R]."""
        z = self.dropout(state)
        columns = functional.pad(self.alone(z), (0, 1))
        steps = columns.gather(1, self.step_index[before])
        pitch = columns[:, self.height_index] + columns.gather(1, self.degree_index[key])
        pitch = pitch + steps[:, : self.pitches] + steps[:, self.pitches :]
        if others.pitch.shape[1]:
            pitch = pitch + self._pair_logits(z, before, others)
        return torch.cat([columns[:, :FIRST_PITCH], pitch, columns[:, FIRST_PITCH : self.kinds]], -1)

    def _pair_logits(self, z: Tensor, before: Tensor, others: OtherVoices) -> Tensor:
        """[R, P] the terms for the other voices: the intervals to them, and the motion relative to them."""
        pairs = functional.gelu(self.pair_state(z).unsqueeze(1) + others.role + self.is_set[others.is_set])
        harmonic = functional.pad(self.harmonic(pairs), (0, 1))
        logits: Tensor = harmonic.gather(2, self.harmonic_index[others.pitch]).sum(1)
        return logits + self._motion(z, before, others) if self.use_motion else logits

    def _motion(self, z: Tensor, before: Tensor, others: OtherVoices) -> Tensor:
        """[R, P] the terms for the motion of written voices, for pairs of voices that both move."""
        has_moved = others.is_set * (others.pitch != others.before)
        has_moved = (
            has_moved * self.sounds[others.pitch] * self.sounds[others.before] * self.sounds[before].unsqueeze(1)
        )
        interval = self.interval_before[others.before * (self.pitches + 1) + before.unsqueeze(1)]  # [R, K]
        rows = self.motion[:, interval]  # [2, R, K, 12]
        gate = self.motion_gate(z)
        table = rows[0] * (1 + gate[:, :1, None]) + rows[1] * gate[:, 1:, None]
        terms = (table * has_moved.unsqueeze(2)).gather(2, self.interval_after[others.pitch])
        motion: Tensor = terms.sum(1) * self.moves[before]
        return motion


@dataclass(frozen=True, slots=True)
class OtherVoices:
    """The other voices of a slice: in this slice if they are already written, otherwise in the last one."""

    role: Tensor  # [R, K, in_slice], the output of `Network.pair_role`
    pitch: Tensor  # [R, K] pitch ids
    before: Tensor  # [R, K] pitch ids before the slice
    is_set: Tensor  # [R, K] 1 or 0
