"""The network: context encoder, backbone over slices, in-slice GRU over voices.

Shapes are given as [axis, axis]: B pieces, T slices, F frames, V voices, R rows (slices of all
pieces laid end to end), H heads, E event ids, P pitch ids. The same functions serve training (all
slices at once) and sampling (one slice of every candidate at a time), so neither can drift.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from scoregen.model.config import NetworkConfig
from scoregen.model.features import METRIC_FEATURES
from scoregen.model.lexicon import (
    ADVANCES,
    EVENTS,
    FIFTHS,
    FIFTHS_RANGE,
    FIRST_PITCH,
    MIDI,
    MOST_ACCIDENTALS,
    SILENCE,
)

KINDS = 4  # hold, rest, attack, blank
DISTANCES = 14  # log2 buckets of grid steps
MELODIC_REACH, HARMONIC_REACH = 24, 40  # semitones
FIFTHS_SIZE = 2 * FIFTHS_RANGE + 1


class Network(nn.Module):
    """One network for every task: voices to fill are told from given ones by their events alone."""

    degree_of: Tensor

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        e, c, d, s = config.embedding, config.context, config.backbone, config.in_slice
        self.pitch = nn.Embedding(SILENCE + 1, e)
        self.degree = nn.Embedding(FIFTHS_SIZE + 1, e)
        self.role = nn.Embedding(len(config.roles), e)
        self.kind = nn.Embedding(KINDS, e)
        self.voice_out = nn.Linear(e, d)
        self.frame_in = nn.Linear(d + METRIC_FEATURES, c)
        self.context = nn.GRU(c, c, batch_first=True, bidirectional=True)
        self.slice_in = nn.Linear(d + METRIC_FEATURES + 2 * c, d)
        self.backbone = nn.GRU(d, d, num_layers=2, batch_first=True, dropout=config.dropout)
        self.query, self.key, self.value = (nn.Linear(d, d, bias=False) for _ in range(3))
        self.distance_bias = nn.Parameter(torch.zeros(config.heads, 2 * DISTANCES))
        self.sink = nn.Parameter(torch.zeros(config.heads))
        self.attended = nn.Linear(d, d)
        self.in_slice_start = nn.Linear(3 * d + METRIC_FEATURES + 2 * c, s)
        self.in_slice = nn.GRUCell(3 * e, s)
        self.heads = EventHeads(config)
        self.advance = nn.Linear(s, len(ADVANCES) + 1)
        self.dropout = nn.Dropout(config.dropout)
        self.light_dropout = nn.Dropout(config.in_slice_dropout)
        self.register_buffer("degree_of", functional.pad(scale_degrees(), (0, 1), value=FIFTHS_SIZE), persistent=False)
        for table in (self.pitch, self.degree, self.role, self.kind):
            nn.init.normal_(table.weight, std=0.3)

    def voice_code(self, events: Tensor, sounding: Tensor, fifths: Tensor, roles: Tensor) -> Tensor:
        """What a voice does and sounds, [..., V] ids to [..., V, embedding]."""
        kinds = torch.where(events >= EVENTS, 3, events.clamp(max=FIRST_PITCH))
        code: Tensor = self.sound_code(sounding, fifths.unsqueeze(-1)) + self.kind(kinds) + self.role(roles)
        return code

    def sound_code(self, sounding: Tensor, fifths: Tensor) -> Tensor:
        """A sounding pitch (or silence) in its key, ids to [..., embedding]."""
        code: Tensor = self.pitch(sounding) + self.degree(self.degree_of[fifths + MOST_ACCIDENTALS, sounding])
        return code

    def slice_code(self, voice_codes: Tensor) -> Tensor:
        """All voices of a slice in one vector, [..., V, embedding] to [..., backbone]."""
        code: Tensor = self.voice_out(functional.gelu(voice_codes)).sum(-2)
        return code

    def encode_context(self, codes: Tensor, metric: Tensor, lengths: Tensor) -> Tensor:
        """Frames of what is given, read both ways: [B, F, ...] to [B, F, 2 context]."""
        frames = self.dropout(functional.gelu(self.frame_in(torch.cat([codes, metric], -1))))
        packed = nn.utils.rnn.pack_padded_sequence(frames, lengths, batch_first=True, enforce_sorted=False)
        out, _ = nn.utils.rnn.pad_packed_sequence(
            self.context(packed)[0], batch_first=True, total_length=codes.shape[1]
        )
        result: Tensor = self.dropout(out)
        return result

    def backbone_input(self, previous: Tensor, metric: Tensor, context: Tensor) -> Tensor:
        """What the backbone reads at a slice: the slice before, where we are, what is given around."""
        read: Tensor = self.dropout(functional.gelu(self.slice_in(torch.cat([previous, metric, context], -1))))
        return read

    def attend(self, query: Tensor, keys: Tensor, values: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        """Attention over earlier slices: [B, Tq, d] on [B, Tk, d]; bias [B, H, Tq, Tk], -inf where forbidden.

        The key of a slice is the context that led to it, its value what followed there, so that
        an alike past proposes its continuation; a sink takes the weight where nothing is alike.
        Returns [B, Tq, d] and the weights [B, H, Tq, Tk].
        """
        q, k, v = (self._split(x) for x in (query, keys, values))
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]) + bias
        sink = self.sink.view(1, -1, 1, 1).expand(*scores.shape[:3], 1)
        weights = torch.cat([scores, sink], -1).softmax(-1)[..., :-1]
        mixed = (weights @ v).transpose(1, 2).flatten(2)
        return self.attended(mixed), weights

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.config.heads, x.shape[2] // self.config.heads).transpose(1, 2)

    def attention_bias(self, here: Tensor, there: Tensor, measure: Tensor) -> Tensor:
        """Learned preference by distance: positions [B, Tq], [B, Tk] and [B, Tq] steps a measure."""
        distance = here.unsqueeze(-1) - there.unsqueeze(-2)
        bucket = distance.clamp(min=1).float().log2().long().clamp(max=DISTANCES - 1)
        aligned = (distance % measure.unsqueeze(-1) == 0).long()
        bias = self.distance_bias[:, bucket + DISTANCES * aligned].transpose(0, 1)
        return bias.masked_fill((distance <= 0).unsqueeze(1), -torch.inf)

    def start_slice(
        self, hidden: Tensor, attended: Tensor, context: Tensor, previous: Tensor, metric: Tensor
    ) -> Tensor:
        """The in-slice state before the first voice, [R, in_slice].

        The slice before and the place are read once more beside the backbone's summary of them:
        a choice of notes hangs on what sounded last, exactly.
        """
        known = [self.dropout(hidden), self.dropout(attended), context, self.light_dropout(previous), metric]
        start: Tensor = torch.tanh(self.in_slice_start(torch.cat(known, -1)))
        return start

    def read_voice(self, state: Tensor, role: Tensor, before: Tensor, previous: Tensor, fifths: Tensor) -> Tensor:
        """One step over the voices: who is next, where it comes from, what the last one did."""
        read = torch.cat([self.role(role), self.sound_code(before, fifths), previous], -1)
        state_out: Tensor = self.in_slice(read, state)
        return state_out

    def advance_logits(self, state: Tensor, previous: Tensor) -> Tensor:
        """Time to the next slice, after the last voice's event has been read."""
        nobody = torch.zeros_like(previous)
        logits: Tensor = self.advance(
            self.light_dropout(self.in_slice(torch.cat([nobody, nobody, previous], -1), state))
        )
        return logits


def scale_degrees() -> Tensor:
    """[key signatures, pitch ids] where each pitch stands on the line of fifths, seen from each key."""
    keys = torch.arange(-MOST_ACCIDENTALS, MOST_ACCIDENTALS + 1).unsqueeze(1)
    return (torch.tensor(FIFTHS) - keys).clamp(-FIFTHS_RANGE, FIFTHS_RANGE) + FIFTHS_RANGE


class EventHeads(nn.Module):
    """Logits over events: a sum of absolute, scale-degree, melodic, harmonic and pointed-at parts."""

    height_index: Tensor
    degree_of: Tensor
    melodic_index: Tensor
    harmonic_index: Tensor
    fifths_index: Tensor

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        s, e = config.in_slice, config.embedding
        heights = int(MIDI.max() - MIDI.min()) + 1
        self.sizes = [FIRST_PITCH, heights, FIFTHS_SIZE, 2 * MELODIC_REACH + 1, FIFTHS_SIZE, config.heads]
        self.alone = nn.Linear(s, sum(self.sizes))
        self.pair_state, self.pair_role = nn.Linear(s, s), nn.Linear(e, s, bias=False)
        self.harmonic = nn.Linear(s, 2 * HARMONIC_REACH + 1)
        self.dropout = nn.Dropout(config.in_slice_dropout)
        midi, fifths = torch.tensor(MIDI), torch.tensor(FIFTHS)
        self.register_buffer("height_index", midi - midi.min(), persistent=False)
        self.register_buffer("degree_of", scale_degrees(), persistent=False)
        for name, reach in (("melodic_index", MELODIC_REACH), ("harmonic_index", HARMONIC_REACH)):
            table = (midi.unsqueeze(0) - midi.unsqueeze(1)).clamp(-reach, reach) + reach
            self.register_buffer(name, functional.pad(table, (0, 0, 0, 1)), persistent=False)
        steps = (fifths.unsqueeze(0) - fifths.unsqueeze(1)).clamp(-FIFTHS_RANGE, FIFTHS_RANGE) + FIFTHS_RANGE
        self.register_buffer("fifths_index", functional.pad(steps, (0, 0, 0, 1)), persistent=False)

    def forward(
        self,
        state: Tensor,
        key: Tensor,
        before: Tensor,
        others: tuple[Tensor, Tensor],
        weights: Tensor,
        past: Tensor,
    ) -> Tensor:
        """[R, E] logits of one voice in the key of [R] fifths, coming from the pitch ids `before` [R].

        `others`: role codes [R, K, embedding] and sounding pitch ids [R, K] of the K voices already
        set in the slice; `weights`: attention [R, H, T]; `past`: this voice's event ids there, [R, T].
        """
        z = self.dropout(state)
        kinds, height, degree, melodic, melodic_fifths, gates = self.alone(z).split(self.sizes, -1)
        place = self.degree_of[key + MOST_ACCIDENTALS]
        step = melodic.gather(1, self.melodic_index[before]) + melodic_fifths.gather(1, self.fifths_index[before])
        pitch = height[:, self.height_index] + degree.gather(1, place) + step * (before != SILENCE).unsqueeze(1)
        roles, sounding = others
        if sounding.shape[1]:
            pairs = functional.gelu(self.pair_state(z).unsqueeze(1) + self.pair_role(roles))
            harmonic = self.harmonic(pairs).gather(2, self.harmonic_index[sounding])
            pitch = pitch + (harmonic * (sounding != SILENCE).unsqueeze(2)).sum(1)
        logits = torch.cat([kinds, pitch], -1)
        pointed = (gates.unsqueeze(-1) * weights).sum(1)
        return logits.scatter_add(1, past, pointed)
