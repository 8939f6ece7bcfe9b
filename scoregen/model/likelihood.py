"""The likelihood of pieces under the network: what training minimises and evaluation reports."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from scoregen.model.batches import Batch
from scoregen.model.lexicon import UNSCORED
from scoregen.model.network import Network


@dataclass(frozen=True, slots=True)
class Likelihood:
    """-log p in nats of every choice of a batch, rows being the slices of all pieces end to end.

    events: [R, V] by voice index, 0 where given; advances: [R], 0 where not scored; the counts
    say how many choices were scored.
    """

    events: Tensor
    advances: Tensor
    event_count: Tensor
    advance_count: Tensor

    @property
    def nats(self) -> Tensor:
        return self.events.sum() + self.advances.sum()

    @property
    def loss(self) -> Tensor:
        """Nats a choice, events and advances alike."""
        return self.nats / (self.event_count + self.advance_count).clamp(min=1)


def likelihood(network: Network, batch: Batch) -> Likelihood:
    """-log p of every event that is not given, and of every advance after such a slice.

    Voices are scored in `batch.order`: each event is conditioned on the slices before, on the
    voices before it in its own slice, and on what is given anywhere.
    """
    roles = torch.arange(batch.events.shape[-1], device=batch.events.device)
    codes = network.voice_code(batch.events, batch.sounding, batch.fifths, roles)
    context = _context(network, batch, roles)
    previous, hidden, attended, weights = _backbone(network, batch, codes, context)
    valid = torch.arange(batch.events.shape[1], device=codes.device) < batch.lengths.unsqueeze(1)
    b, t = valid.nonzero(as_tuple=True)
    return _in_slice(
        network,
        batch,
        (b, t),
        codes,
        tuple(x[b, t] for x in (hidden, attended, context, previous, batch.metric)),
        weights,
    )


def _context(network: Network, batch: Batch, roles: Tensor) -> Tensor:
    codes = network.voice_code(batch.frame_events, batch.frame_sounding, batch.frame_fifths, roles)
    encoded = network.encode_context(network.slice_code(codes), batch.frame_metric, batch.frame_lengths.cpu())
    return encoded.gather(1, batch.frame.unsqueeze(-1).expand(-1, -1, encoded.shape[-1]))


def _backbone(network: Network, batch: Batch, codes: Tensor, context: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    slices = network.slice_code(codes)
    previous = functional.pad(slices[:, :-1], (0, 0, 1, 0))
    hidden, _ = network.backbone(network.backbone_input(previous, batch.metric, context))
    bias = network.attention_bias(batch.position, batch.position, batch.measure_steps)
    attended, weights = network.attend(network.query(hidden), network.key(hidden), network.value(slices), bias)
    return previous, hidden, attended, weights


def _in_slice(
    network: Network,
    batch: Batch,
    rows: tuple[Tensor, Tensor],
    codes: Tensor,
    start: tuple[Tensor, ...],
    weights: Tensor,
) -> Likelihood:
    b, t = rows
    every = torch.arange(len(b), device=b.device)
    state, previous = network.start_slice(*start), codes.new_zeros(len(b), codes.shape[-1])
    order, events, sounding, before = (x[b, t] for x in (batch.order, batch.events, batch.sounding, batch.before))
    given, fifths, row_codes = batch.given[b, t], batch.fifths[b, t], codes[b, t]
    row_weights = weights.transpose(1, 2)[b, t]
    nats = codes.new_zeros(order.shape)
    ranked = sounding.gather(1, order), network.role(order)
    for step in range(order.shape[1]):
        voice = order[:, step]
        state = network.read_voice(state, voice, before[every, voice], previous, fifths)
        others = ranked[1][:, :step], ranked[0][:, :step]
        logits = network.heads(state, fifths, before[every, voice], others, row_weights, batch.events[b, :, voice])
        cost = functional.cross_entropy(logits, events[every, voice], reduction="none")
        nats = nats.scatter(1, voice.unsqueeze(1), (cost * ~given[every, voice]).unsqueeze(1))
        previous = row_codes[every, voice]
    scored = ~given.all(1) & (batch.advance[b, t] != UNSCORED)
    advance = functional.cross_entropy(
        network.advance_logits(state, previous), batch.advance[b, t].clamp(min=0), reduction="none"
    )
    return Likelihood(nats, advance * scored, (~given).sum(), scored.sum())
