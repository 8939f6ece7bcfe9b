"""The network: context encoder, backbone over slices with attention, in-slice GRU over voices.

Shapes are given as [axis, axis]: B pieces, T slices, F frames, V voices, R rows (slices of all
pieces laid end to end). The same functions serve training (all slices at once) and sampling (one
slice of every candidate at a time), so neither can drift.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from scoregen.model.network.alphabet import alphabet
from scoregen.model.network.auxiliary_targets import LABELS
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.copy_attention import CopyAttention
from scoregen.model.network.heads import EventHeads
from scoregen.model.network.history_features import AGES, PITCH_HISTORY
from scoregen.model.network.index_tables import voice_tables

KINDS = 4  # hold, rest, attack, blank


class Network(nn.Module):
    """One network for every task: voices to fill are told from given ones by their events alone."""

    degree_of: Tensor
    kind_of: Tensor

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.alphabet = alphabet(config.alphabet)
        e, c, d, s = config.embedding, config.context, config.backbone, config.in_slice
        around = config.metric_features + PITCH_HISTORY + 2 * c
        self.pitch = nn.Embedding(self.alphabet.silence + 1, e)
        self.degree = nn.Embedding(self.alphabet.degree_count + 1, e)
        self.role = nn.Embedding(len(config.roles), e)
        self.kind = nn.Embedding(KINDS, e)
        self.age = nn.Embedding(AGES, e)
        self.voice_out = nn.Linear(e, d)
        if c:
            self.frame_in = nn.Linear(d + config.metric_features, c)
            self.context = nn.GRU(c, c, batch_first=True, bidirectional=True)
        self.slice_in = nn.Linear(d + around, d)
        self.backbone = nn.GRU(d, d, num_layers=config.layers, batch_first=True, dropout=config.dropout)
        self.copy_attention = CopyAttention(config)
        self.in_slice_start = nn.Linear(3 * d + around, s)
        self.in_slice = nn.GRUCell(3 * e, s)
        self.heads = EventHeads(config, self.alphabet)
        self.time_shift = nn.Linear(s, len(self.alphabet.time_shifts) + 1)
        self.auxiliary = nn.Linear(s, sum(LABELS.values()))
        self.dropout = LockedDropout(config.dropout) if config.locked_dropout else nn.Dropout(config.dropout)
        self.light_dropout = nn.Dropout(config.in_slice_dropout)
        for name, index in voice_tables(self.alphabet).items():
            self.register_buffer(name, torch.from_numpy(index), persistent=False)
        for table in (self.pitch, self.degree, self.role, self.kind, self.age):
            nn.init.normal_(table.weight, std=0.3)

    def voice_code(self, events: Tensor, sounding: Tensor, key: Tensor, roles: Tensor) -> Tensor:
        """What a voice does and sounds, [..., V] ids to [..., V, embedding]."""
        kinds = self.kind(self.kind_of[events])
        code: Tensor = self.sound_code(sounding, key.unsqueeze(-1)) + kinds + self.role(roles)
        return code

    def sound_code(self, sounding: Tensor, key: Tensor) -> Tensor:
        """A sounding pitch (or silence) in its key, ids to [..., embedding]."""
        code: Tensor = self.pitch(sounding)
        if self.config.use_degrees:
            code = code + self.degree(self.degree_of[key * (self.alphabet.silence + 1) + sounding])
        return code

    def pair_role(self, roles: Tensor) -> Tensor:
        """What the role of another voice adds to the pair with it, ids to [..., in_slice]: computed role by role."""
        added: Tensor = functional.embedding(roles, self.heads.pair_role(self.role.weight))
        return added

    def forgotten(self, codes: Tensor) -> Tensor:
        """The voices' codes [B, T, V, e]; in training some events of the past are missing altogether."""
        kept: Tensor = codes * functional.dropout(
            torch.ones_like(codes[..., :1]), self.config.event_dropout, self.training
        )
        return kept

    def slice_code(self, voice_codes: Tensor) -> Tensor:
        """All voices of a slice in one vector, [..., V, embedding] to [..., backbone]."""
        code: Tensor = self.voice_out(functional.gelu(voice_codes)).sum(-2)
        return code

    def encode_context(self, codes: Tensor, metric: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Frames of what is given, read both ways: [B, F, ...] to [B, F, 2 context]; all of `lengths` [B], or full."""
        frames = self.dropout(functional.gelu(self.frame_in(torch.cat([codes, metric], -1))))
        if lengths is None:
            whole: Tensor = self.dropout(self.context(frames)[0])
            return whole
        packed = nn.utils.rnn.pack_padded_sequence(frames, lengths, batch_first=True, enforce_sorted=False)
        out, _ = nn.utils.rnn.pad_packed_sequence(
            self.context(packed)[0], batch_first=True, total_length=codes.shape[1]
        )
        result: Tensor = self.dropout(out)
        return result

    def backbone_input(self, previous: Tensor, around: Tensor) -> Tensor:
        """What the backbone reads at a slice: the slice before, and where we are, what was heard, what is given."""
        read: Tensor = self.dropout(functional.gelu(self.slice_in(torch.cat([previous, around], -1))))
        return read

    def read_slices(self, read: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The backbone over [B, T, d] slices from its state [layers, B, d]; in training some of its memory fails.

        Dropping weights from state to state, the same at every slice, keeps a recurrent network from
        learning pieces by heart (DropConnect: Merity et al. 2017, arXiv:1708.02182).
        """
        gru, p = self.backbone, self.config.recurrent_dropout
        if not (self.training and p):
            out, state = gru(read, hidden)
            return out, state
        weights = [
            functional.dropout(weight, p) if "weight_hh" in name else weight for name, weight in gru.named_parameters()
        ]
        start = read.new_zeros(gru.num_layers, len(read), gru.hidden_size) if hidden is None else hidden
        out, state = torch._VF.gru(read, start, weights, True, gru.num_layers, gru.dropout, True, False, True)
        return out, state

    def start_slice(self, hidden: Tensor, attended: Tensor, previous: Tensor, around: Tensor) -> Tensor:
        """The in-slice state before the first voice, [R, in_slice].

        The slice before and the place are read once more beside the backbone's summary of them:
        a choice of notes hangs on what sounded last, exactly.
        """
        known = [self.dropout(hidden), self.dropout(attended), self.light_dropout(previous), around]
        start: Tensor = torch.tanh(self.in_slice_start(torch.cat(known, -1)))
        return start

    def read_voice(
        self, state: Tensor, role: Tensor, before: Tensor, age: Tensor, previous: Tensor, key: Tensor
    ) -> Tensor:
        """One step over the voices: who is next, where it comes from and since when, what the last one did."""
        read = torch.cat([self.role(role) + self.age(age), self.sound_code(before, key), previous], -1)
        state_out: Tensor = self.in_slice(read, state)
        return state_out

    def time_shift_state(self, state: Tensor, previous: Tensor) -> Tensor:
        """The state after the last voice's event has been read."""
        nobody = torch.zeros_like(previous)
        result: Tensor = self.light_dropout(self.in_slice(torch.cat([nobody, nobody, previous], -1), state))
        return result

    def auxiliary_logits(self, start: Tensor) -> tuple[Tensor, ...]:
        """Logits over the labels of the slice to come, from the in-slice state before its first voice."""
        labels: tuple[Tensor, ...] = self.auxiliary(self.light_dropout(start)).split(list(LABELS.values()), -1)
        return labels


class LockedDropout(nn.Dropout):
    """Dropout whose mask is the same at every slice of a piece (Gal and Ghahramani 2016, arXiv:1512.05287)."""

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() < 3:
            return super().forward(input)
        return input * super().forward(torch.ones_like(input[:, :1]))
