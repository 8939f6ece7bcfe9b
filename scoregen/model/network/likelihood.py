"""The likelihood of a network: -log p of every choice that is not given, in one causal order.

B pieces, T slices, V voices, R rows (slices of all pieces end to end), H heads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from scoregen.model.network.alphabet import FIRST_PITCH, HOLD, REST, UNSCORED
from scoregen.model.network.auxiliary_targets import UNLABELLED
from scoregen.model.network.batches import Batch
from scoregen.model.network.heads import OtherVoices
from scoregen.model.network.network import Network
from scoregen.model.network.steps import Past, VoiceInputs, time_shift_logits, write_voice


@dataclass(frozen=True, slots=True)
class Likelihood:
    """-log p in nats of every choice of a batch; rows are the slices of all pieces end to end.

    events: [R, V] by voice index, 0 if given; time shifts: [R], 0 if not scored; the counts are the numbers of
    scored choices. `auxiliary` holds the other terms of the training loss, such as the weighted cost of the
    harmony labels. It is part of the loss and of no likelihood.
    """

    events: Tensor
    time_shifts: Tensor
    event_count: Tensor
    time_shift_count: Tensor
    auxiliary: Tensor

    @property
    def nats(self) -> Tensor:
        return self.events.sum() + self.time_shifts.sum()

    @property
    def count(self) -> Tensor:
        return (self.event_count + self.time_shift_count).clamp(min=1)

    @property
    def cost(self) -> Tensor:
        """The sum that training minimises: the nats and the auxiliary terms."""
        return self.nats + self.auxiliary

    @property
    def loss(self) -> Tensor:
        """The cost per choice, events and time shifts alike."""
        return self.cost / self.count


@dataclass(frozen=True, slots=True)
class Choices:
    """log p of all possible choices: events [R, V, E] by voice, time shifts [R, A].

    `labels` [R, ...] are the logits of each harmony label, predicted before the slice. `proposed` holds, by rank in
    the order of voices, the logits [R, T] that each earlier slice adds to its own event.
    """

    events: Tensor
    time_shifts: Tensor
    labels: tuple[Tensor, ...]
    proposed: tuple[Tensor, ...]


def likelihood(network: Network, batch: Batch) -> Likelihood:
    """-log p of every event that is not given, and of every time shift after such a slice."""
    return costs(network, batch, choices(network, batch))


def costs(network: Network, batch: Batch, log_p: Choices) -> Likelihood:
    """The cost of a batch, given the log probabilities of all its choices."""
    b, t = rows_of(batch)
    event_mask, time_shift_mask = score_masks(batch)
    cost = -log_p.events.gather(2, batch.events[b, t].unsqueeze(2))[..., 0]
    events = cost.masked_fill(~event_mask, 0.0)
    time_shifts = -log_p.time_shifts.gather(1, batch.time_shift[b, t].clamp(min=0).unsqueeze(1))[:, 0] * time_shift_mask
    auxiliary_logits = _auxiliary_cost(log_p.labels, batch.labels[b, t], time_shift_mask)
    return Likelihood(
        events, time_shifts, event_mask.sum(), time_shift_mask.sum(), network.config.auxiliary_weight * auxiliary_logits
    )


def score_masks(batch: Batch) -> tuple[Tensor, Tensor]:
    """Masks of the scored events [R, V], those not given, and time shifts [R], those after a slice with such events."""
    b, t = rows_of(batch)
    event_mask = ~batch.given[b, t]
    return event_mask, event_mask.any(1) & (batch.time_shift[b, t] != UNSCORED)


def is_greedy(batch: Batch, log_p: Choices) -> Tensor:
    """[R] whether every choice of a slice that is not given is the likeliest, including the time shift after it."""
    b, t = rows_of(batch)
    given = batch.given[b, t]
    events = log_p.events.argmax(-1) == batch.events[b, t]
    time_shift = log_p.time_shifts.argmax(-1) == batch.time_shift[b, t]
    return (events | given).all(1) & (time_shift | given.all(1))


def _auxiliary_cost(logits: Sequence[Tensor], labels: Tensor, mask: Tensor) -> Tensor:
    """Nats of the labels [R, labels], in rows where something is scored."""
    targets = labels.masked_fill(~mask.unsqueeze(1), UNLABELLED)
    nats = [
        functional.cross_entropy(label_logits, targets[:, index], ignore_index=UNLABELLED, reduction="sum")
        for index, label_logits in enumerate(logits)
    ]
    return torch.stack(nats).sum()


def rows_of(batch: Batch) -> tuple[Tensor, Tensor]:
    """Piece and slice of every row."""
    b, t = _slice_mask(batch).nonzero(as_tuple=True)
    return b, t


def _slice_mask(batch: Batch) -> Tensor:
    """[B, T] true for slices, false for padding."""
    return torch.arange(batch.events.shape[1], device=batch.events.device) < batch.lengths.unsqueeze(1)


def choices(network: Network, batch: Batch, visible: Tensor | None = None) -> Choices:
    """log p of every choice.

    Voices are scored in `batch.order`: each event is conditioned on the slices before, on the
    voices before it in its own slice, and on everything that is given. `visible` [B, T, V] is 0 for occluded
    events of the past. Their codes are replaced by the mean of the visible codes of the same voice, and the copy
    attention does not see slices without visible events.
    """
    roles = torch.arange(batch.events.shape[-1], device=batch.events.device)
    codes = network.voice_code(batch.events, batch.sounding, batch.key, roles)
    history = batch.pitch_history if network.config.use_pitch_history else torch.zeros_like(batch.pitch_history)
    around = torch.cat([batch.metric, history, *_context(network, batch, roles)], -1)
    past = codes if visible is None else _with_mean_codes(codes, visible, _slice_mask(batch))
    slices = network.slice_code(network.drop_events(past))
    previous = functional.pad(slices[:, :-1], (0, 0, 1, 0))
    hidden, _ = network.read_slices(network.backbone_input(previous, around))
    attention = network.copy_attention
    bias = attention.bias(batch.position, batch.position, batch.measure_steps, batch.matches)
    if visible is not None:
        bias = bias.masked_fill((visible == 0).all(-1)[:, None, None], -torch.inf)
    scores = attention.scores(hidden, attention.keys(hidden), bias)
    attended = attention.attend(scores, attention.values(slices))
    b, t = rows_of(batch)
    start = network.start_slice(*(x[b, t] for x in (hidden, attended, previous, around)))
    return _in_slice(network, batch, (b, t), codes, start, scores)


def _context(network: Network, batch: Batch, roles: Tensor) -> list[Tensor]:
    if not network.config.context:
        return []
    codes = network.voice_code(batch.frame_events, batch.frame_sounding, batch.frame_key, roles)
    encoded = network.encode_context(network.slice_code(codes), batch.frame_metric, batch.frame_lengths.cpu())
    return [encoded.gather(1, batch.frame.unsqueeze(-1).expand(-1, -1, encoded.shape[-1]))]


def _with_mean_codes(codes: Tensor, visible: Tensor, slice_mask: Tensor) -> Tensor:
    """The voices' codes [B, T, V, e], in which the mean of the visible codes of a voice replaces the occluded ones."""
    share = (visible * slice_mask.unsqueeze(2)).unsqueeze(3)
    mean = (codes * share).sum(1, keepdim=True) / share.sum(1, keepdim=True).clamp(min=1)
    return codes * visible.unsqueeze(3) + mean * (1 - visible).unsqueeze(3)


def _in_slice(
    network: Network, batch: Batch, rows: tuple[Tensor, Tensor], codes: Tensor, state: Tensor, scores: Tensor
) -> Choices:
    b, t = rows
    every = torch.arange(len(b), device=b.device)
    previous = codes.new_zeros(len(b), codes.shape[-1])
    order, events, sounding = (x[b, t] for x in (batch.order, batch.events, batch.sounding))
    before, age, key, row_codes = (x[b, t] for x in (batch.before, batch.age, batch.key, codes))
    auxiliary_logits = network.auxiliary_logits(state)
    scores = scores.transpose(1, 2)[b, t]
    trust = network.copy_attention.trust_factors(batch.matches[:, 0][b, t].long())
    agreement = scores.new_zeros(len(b), scores.shape[-1])
    ranked_role = network.pair_role(order)
    ranked_sounding, ranked_before = sounding.gather(1, order), before.gather(1, order)
    all_logits, proposals = [], []
    for step in range(order.shape[1]):
        voice = order[:, step]
        inputs = VoiceInputs(voice, before[every, voice], age[every, voice], previous, key)
        past = Past(
            scores,
            trust,
            agreement,
            agreement.new_full((), step),
            batch.events[b, :, voice],
            batch.matches[b, voice + 1, t],
        )
        others = _others(ranked_role, ranked_sounding, ranked_before, step)
        state, logits, proposed = write_voice(network, state, inputs, others, past)
        all_logits.append(logits)
        proposals.append(proposed)
        previous = row_codes[every, voice]
        agreement = agreement + (past.past_choices == events[every, voice].unsqueeze(1)).float()
    ranked = torch.stack(all_logits, 1)
    logits = torch.empty_like(ranked).scatter(1, order.unsqueeze(2).expand_as(ranked), ranked)
    if not network.alphabet.repeats:
        logits = logits.masked_fill(_impossible_events(network, batch, rows, events, order, before), -torch.inf)
    past = Past(scores, trust, agreement, agreement.new_full((), order.shape[1]), batch.time_shift[b].clamp(min=0))
    time_shifts = time_shift_logits(network, state, previous, past)
    return Choices(logits.log_softmax(-1), time_shifts.log_softmax(-1), auxiliary_logits, tuple(proposals))


def _others(role: Tensor, sounding: Tensor, before: Tensor, step: int) -> OtherVoices:
    """The voices before this one in the order, as they are in this slice, and those after it, as they were."""
    ranks = [index for index in range(role.shape[1]) if index != step]
    is_set = torch.tensor([int(index < step) for index in ranks], device=role.device).expand(len(role), -1)
    pitch = torch.cat([sounding[:, :step], before[:, step + 1 :]], 1)
    return OtherVoices(role[:, ranks], pitch, before[:, ranks], is_set)


def _impossible_events(
    network: Network, batch: Batch, rows: tuple[Tensor, Tensor], events: Tensor, order: Tensor, before: Tensor
) -> Tensor:
    """[R, V, E] the events that are impossible in an alphabet without repeated notes.

    These are: the pitch that already sounds, a rest after a rest, a hold at the start of the piece, and a hold in
    the last voice if no other voice has moved, since there would be no slice.
    """
    b, t = rows
    alphabet = network.alphabet
    previous_pitches = functional.pad(batch.sounding[:, :-1], (0, 0, 1, 0), value=alphabet.silence)[b, t]  # [R, V]
    first = (t == 0).unsqueeze(1)
    rests = (previous_pitches == alphabet.silence) & ~first
    mask = torch.zeros(*previous_pitches.shape, alphabet.events + 1, dtype=torch.bool, device=previous_pitches.device)
    mask.scatter_(2, (previous_pitches + FIRST_PITCH).unsqueeze(2), ~first.expand_as(previous_pitches).unsqueeze(2))
    mask = mask[..., : alphabet.events]
    mask[..., REST] = rests
    ranked = events.gather(1, order) == HOLD
    still = ranked[:, :-1].all(1)
    mask[..., HOLD] = first
    last = order[:, -1]
    every = torch.arange(len(last), device=last.device)
    mask[every, last, HOLD] |= still
    return mask
