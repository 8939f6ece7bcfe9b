"""The network: context encoder, backbone over slices with attention, in-slice GRU over voices.

B pieces, T slices, F frames, V voices, R rows (slices of all pieces end to end). The same functions serve training
(all slices at once) and sampling (one slice of every candidate at a time), so that the two cannot diverge.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from scoregen.model.features.alphabet import alphabet
from scoregen.model.features.auxiliary_targets import LABELS
from scoregen.model.features.history_features import AGES, PITCH_HISTORY
from scoregen.model.features.voice_features import FEATURES, feature_offsets
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.copy_attention import CopyAttention
from scoregen.model.network.heads import EventHeads
from scoregen.model.network.index_tables import KINDS, MELODIC_REACH, voice_tables


class Network(nn.Module):
    """One network for every task: only their events distinguish blank voices from given ones."""

    degree_of: Tensor
    kind_of: Tensor
    melodic_of: Tensor
    feature_offsets: Tensor

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.alphabet = alphabet(config.alphabet)
        e, c, d, s = config.embedding, config.context, config.backbone, config.in_slice
        around = config.metric_features + PITCH_HISTORY + 2 * c
        self.pitch = nn.Embedding(self.alphabet.silence + 1, e)
        self.degree = nn.Embedding(self.alphabet.degree_count + 1, e)
        self.role = nn.Embedding(len(config.roles) or sum(FEATURES.values()), e)
        self.kind = nn.Embedding(len(KINDS), e)
        self.age = nn.Embedding(AGES, e)
        if self.alphabet.chords:
            self.inner_notes = nn.Linear(e, e, bias=False)
        if config.strand:
            self.melodic = nn.Embedding(2 * MELODIC_REACH + 2, e)
            self.strand_in = nn.Linear(e + config.metric_features, config.strand)
            self.strand = nn.GRU(config.strand, config.strand, batch_first=True)
        if config.styles:
            self.style = nn.Embedding(len(config.styles) + 1, 2 * c, padding_idx=0)
        self.voice_out = nn.Linear(e, d)
        if c:
            self.frame_in = nn.Linear(d + config.metric_features, c)
            self.context = nn.GRU(c, c, batch_first=True, bidirectional=True)
        self.slice_in = nn.Linear(d + around, d)
        self.backbone = nn.GRU(d, d, num_layers=config.layers, batch_first=True, dropout=config.dropout)
        self.copy_attention = CopyAttention(config)
        self.in_slice_start = nn.Linear(3 * d + around, s)
        self.in_slice = nn.GRUCell(3 * e + config.strand, s)
        self.heads = EventHeads(config, self.alphabet)
        self.time_shift = nn.Linear(s, len(self.alphabet.time_shifts) + 1)
        self.auxiliary = nn.Linear(s, sum(LABELS.values()))
        self.dropout = LockedDropout(config.dropout) if config.locked_dropout else nn.Dropout(config.dropout)
        self.light_dropout = nn.Dropout(config.in_slice_dropout)
        for name, index in voice_tables(self.alphabet).items():
            self.register_buffer(name, torch.from_numpy(index), persistent=False)
        self.register_buffer("feature_offsets", torch.from_numpy(feature_offsets()), persistent=False)
        for table in (self.pitch, self.degree, self.role, self.kind, self.age):
            nn.init.normal_(table.weight, std=0.3 if config.roles or table is not self.role else 0.1)

    def role_code(self, voices: Tensor) -> Tensor:
        """The codes of voices: by number if the network names its roles, otherwise by description.

        [..., V, COLUMNS] ids (`voice_features`) to [..., V, embedding].
        """
        if self.config.roles:
            named: Tensor = self.role(voices[..., 0])
            return named
        described: Tensor = self.role(voices[..., 1:] + self.feature_offsets).sum(-2)
        return described

    def voice_code(self, events: Tensor, sounding: Tensor, inner: Tensor, key: Tensor, roles: Tensor) -> Tensor:
        """The codes of voices from their events and notes, [..., V] ids and [..., V, N] to [..., V, embedding].

        `roles` are codes [..., V, embedding]; `inner` are the notes of a chord besides the outer one `sounding`. Absent
        voices have the code 0.
        """
        kind = self.kind_of[events]
        code: Tensor = self.sound_code(sounding, key.unsqueeze(-1)) + self.kind(kind) + roles
        if self.alphabet.chords:
            code = code + self.inner_code(inner, key)
        return code * (kind != KINDS.index("absent")).unsqueeze(-1)

    def inner_code(self, inner: Tensor, key: Tensor) -> Tensor:
        """The code of the inner notes of chords, [..., V, N] pitch ids and keys [...] to [..., V, embedding]."""
        notes = self.sound_code(inner, key[..., None, None]) * (inner != self.alphabet.silence).unsqueeze(-1)
        code: Tensor = self.inner_notes(notes.sum(-2))
        return code

    def read_strands(self, codes: Tensor, age: Tensor, step: Tensor, metric: Tensor, state: Tensor) -> Tensor:
        """The memories of voices after each of their own events: [S, L, ...] to [S, L, strand].

        codes: [S, L, embedding] of the events; age: [S, L] buckets of the note before; step: [S, L] melodic steps;
        metric: [S, L, m]; state: [1, S, strand] before the first event.
        """
        inputs = torch.cat([codes + self.age(age) + self.melodic(step), metric], -1)
        states, _ = self.strand(functional.gelu(self.strand_in(inputs)), state)
        result: Tensor = states
        return result

    def begins(self, events: Tensor) -> Tensor:
        """Where a voice begins a note or a rest of its own, by event ids."""
        kinds = self.kind_of[events]
        result: Tensor = (kinds == KINDS.index("rest")) | (kinds == KINDS.index("attack"))
        return result

    def melodic_step(self, before: Tensor, sounding: Tensor) -> Tensor:
        """The melodic step ids from pitch ids to pitch ids, 0 where either is silence."""
        result: Tensor = self.melodic_of[before * (self.alphabet.silence + 1) + sounding]
        return result

    def sound_code(self, sounding: Tensor, key: Tensor) -> Tensor:
        """The code of a sounding pitch (or silence) in its key, ids to [..., embedding]."""
        code: Tensor = self.pitch(sounding)
        if self.config.use_degrees:
            code = code + self.degree(self.degree_of[key * (self.alphabet.silence + 1) + sounding])
        return code

    def pair_role(self, roles: Tensor) -> Tensor:
        """The term of another voice's role in a pair, codes [..., embedding] to [..., in_slice]."""
        result: Tensor = self.heads.pair_role(roles)
        return result

    def drop_events(self, codes: Tensor) -> Tensor:
        """Event dropout: in training, the codes [B, T, V, e] of some past events are set to zero."""
        result: Tensor = codes * functional.dropout(
            torch.ones_like(codes[..., :1]), self.config.event_dropout, self.training
        )
        return result

    def slice_code(self, voice_codes: Tensor, events: Tensor) -> Tensor:
        """The code of a slice from those of its voices, [..., V, embedding] to [..., backbone].

        Voices that are absent by their `events` [..., V] have no part in it, not even by the bias.
        """
        present = (self.kind_of[events] != KINDS.index("absent")).unsqueeze(-1)
        code: Tensor = (self.voice_out(functional.gelu(voice_codes)) * present).sum(-2)
        return code

    def with_style(self, encoded: Tensor, style: Tensor) -> Tensor:
        """The context [B, F, 2 context] with the vectors of the styles [B] added; the style 0 is unknown."""
        return encoded + self.style(style).unsqueeze(1) if self.config.styles else encoded

    def encode_context(self, codes: Tensor, metric: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Encode the frames of the given voices in both directions: [B, F, ...] to [B, F, 2 context]; lengths [B]."""
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
        """The input of the backbone at a slice: the previous slice, the metric, the pitch history and the context."""
        inputs: Tensor = self.dropout(functional.gelu(self.slice_in(torch.cat([previous, around], -1))))
        return inputs

    def read_slices(self, inputs: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Run the backbone over [B, T, d] slices from its state [layers, B, d].

        In training, recurrent weights are dropped, the same ones at every slice, which reduces memorisation
        (DropConnect: Merity et al. 2017, arXiv:1708.02182).
        """
        gru, p = self.backbone, self.config.recurrent_dropout
        if not (self.training and p):
            out, state = gru(inputs, hidden)
            return out, state
        weights = [
            functional.dropout(weight, p) if "weight_hh" in name else weight for name, weight in gru.named_parameters()
        ]
        start = inputs.new_zeros(gru.num_layers, len(inputs), gru.hidden_size) if hidden is None else hidden
        out, state = torch._VF.gru(inputs, start, weights, True, gru.num_layers, gru.dropout, True, False, True)
        return out, state

    def start_slice(self, hidden: Tensor, attended: Tensor, previous: Tensor, around: Tensor) -> Tensor:
        """The in-slice state before the first voice, [R, in_slice].

        The previous slice and the place are inputs here as well as in the backbone, because the choice of notes
        depends on exactly what sounded last.
        """
        inputs = [self.dropout(hidden), self.dropout(attended), self.light_dropout(previous), around]
        start: Tensor = torch.tanh(self.in_slice_start(torch.cat(inputs, -1)))
        return start

    def read_turn(
        self, state: Tensor, role: Tensor, reference: Tensor, age: Tensor, strand: Tensor, previous: Tensor, key: Tensor
    ) -> Tensor:
        """One step over the turns of a slice.

        Of the voice whose turn it is: the code of its role, the pitch from which its steps count, the age of its last
        note and its memory [R, strand]; `previous` is the code of the choice before.
        """
        memory = [self.light_dropout(strand)] if self.config.strand else []
        inputs = torch.cat([role + self.age(age), self.sound_code(reference, key), previous, *memory], -1)
        state_out: Tensor = self.in_slice(inputs, state)
        return state_out

    def time_shift_state(self, state: Tensor, previous: Tensor) -> Tensor:
        """The state after the event of the last voice."""
        nothing = torch.zeros_like(previous)
        memory = [functional.pad(nothing[:, :1], (0, self.config.strand - 1))] if self.config.strand else []
        inputs = torch.cat([nothing, nothing, previous, *memory], -1)
        result: Tensor = self.light_dropout(self.in_slice(inputs, state))
        return result

    def choice_code(self, choice: Tensor, pitch: Tensor, key: Tensor, role: Tensor) -> Tensor:
        """The codes of choices from their ids and pitch ids, [R] to [R, embedding]."""
        code: Tensor = self.sound_code(pitch, key) + self.kind(self.kind_of[choice]) + role
        return code

    def auxiliary_logits(self, start: Tensor) -> tuple[Tensor, ...]:
        """Logits of the labels of the coming slice, from the in-slice state before its first voice."""
        labels: tuple[Tensor, ...] = self.auxiliary(self.light_dropout(start)).split(list(LABELS.values()), -1)
        return labels


class LockedDropout(nn.Dropout):
    """Dropout with the same mask at every slice of a piece (Gal and Ghahramani 2016, arXiv:1512.05287)."""

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() < 3:
            return super().forward(input)
        return input * super().forward(torch.ones_like(input[:, :1]))
