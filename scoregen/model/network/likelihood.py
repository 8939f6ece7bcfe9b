"""The likelihood of a network: -log p of every choice that is not given, in one causal order.

B pieces, T slices, V voices, R rows (slices of all pieces end to end), S turns of a slice (`turns`), H heads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from scoregen.model.features.alphabet import UNSCORED
from scoregen.model.features.auxiliary_targets import UNLABELLED
from scoregen.model.features.conditioning import WINDOW
from scoregen.model.features.turns import CHOICE, VOICE
from scoregen.model.network.batches import Batch
from scoregen.model.network.in_slice import Choices, choices_in_slices, rows_of, slice_mask
from scoregen.model.network.network import Network


@dataclass(frozen=True, slots=True)
class Likelihood:
    """-log p in nats of every choice of a batch; rows are the slices of all pieces end to end.

    events: [R, V] by voice index, all choices of an event together, 0 if given; time shifts: [R], 0 if not scored; the
    counts are the numbers of scored choices. `auxiliary` holds the other terms of the training loss, such as the
    weighted cost of the harmony labels. It is part of the loss and of no likelihood.
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


def likelihood(network: Network, batch: Batch) -> Likelihood:
    """-log p of every event that is not given, and of every time shift after such a slice."""
    return costs(network, batch, choices(network, batch))


def costs(network: Network, batch: Batch, log_p: Choices) -> Likelihood:
    """The cost of a batch, given the log probabilities of all its choices."""
    b, t = rows_of(batch)
    turn_masks, time_shift_mask = score_masks(batch, log_p)
    events = log_p.time_shifts.new_zeros(len(b), batch.events.shape[2])
    for place, (each, mask) in enumerate(zip(log_p.turns, turn_masks, strict=True)):
        rows = log_p.rows[: len(each)]
        choice = batch.turns[b, t, CHOICE, place][rows]
        nats = -each.gather(1, choice.unsqueeze(1))[:, 0].masked_fill(~mask, 0.0)
        events = events.index_put((rows, log_p.voice[: len(each), place]), nats, accumulate=True)
    time_shifts = -log_p.time_shifts.gather(1, batch.time_shift[b, t].clamp(min=0).unsqueeze(1))[:, 0] * time_shift_mask
    auxiliary_logits = _auxiliary_cost(log_p.labels, batch.labels[b, t], time_shift_mask)
    count = torch.stack([mask.sum() for mask in turn_masks]).sum() if turn_masks else time_shift_mask.sum() * 0
    return Likelihood(
        events, time_shifts, count, time_shift_mask.sum(), network.config.auxiliary_weight * auxiliary_logits
    )


def score_masks(batch: Batch, log_p: Choices) -> tuple[tuple[Tensor, ...], Tensor]:
    """Masks of the scored turns, by place [R'], and of the scored time shifts [R].

    Scored are the choices of events that are not given, and the time shifts after a slice with such events.
    """
    b, t = rows_of(batch)
    free = _free(batch)
    ordered = free[log_p.rows]
    masks = tuple(
        ordered[: len(each)].gather(1, log_p.voice[: len(each), place : place + 1])[:, 0]
        for place, each in enumerate(log_p.turns)
    )
    return masks, free.any(1) & (batch.time_shift[b, t] != UNSCORED)


def _free(batch: Batch) -> Tensor:
    """[R, V] the voices whose events are chosen: neither given nor absent."""
    b, t = rows_of(batch)
    kept: Tensor = torch.zeros_like(batch.given[b, t])
    place = batch.turns[b, t, VOICE]
    has_turn = torch.arange(place.shape[1], device=kept.device) < batch.turn_count[b, t].unsqueeze(1)
    rows, places = has_turn.nonzero(as_tuple=True)
    kept[rows, place[rows, places]] = True
    return kept & ~batch.given[b, t]


def is_greedy(batch: Batch, log_p: Choices) -> Tensor:
    """[R] whether every choice of a slice that is not given is the likeliest, including the time shift after it."""
    b, t = rows_of(batch)
    masks, _ = score_masks(batch, log_p)
    time_shift = log_p.time_shifts.argmax(-1) == batch.time_shift[b, t]
    greedy = time_shift | ~_free(batch).any(1)
    for place, (each, mask) in enumerate(zip(log_p.turns, masks, strict=True)):
        rows = log_p.rows[: len(each)]
        hit = each.argmax(-1) == batch.turns[b, t, CHOICE, place][rows]
        greedy[rows] &= hit | ~mask
    return greedy


def _auxiliary_cost(logits: Sequence[Tensor], labels: Tensor, mask: Tensor) -> Tensor:
    """Nats of the labels [R, labels], in rows where something is scored."""
    targets = labels.masked_fill(~mask.unsqueeze(1), UNLABELLED)
    nats = [
        functional.cross_entropy(label_logits, targets[:, index], ignore_index=UNLABELLED, reduction="sum")
        for index, label_logits in enumerate(logits)
    ]
    return torch.stack(nats).sum()


def choices(network: Network, batch: Batch, visible: Tensor | None = None) -> Choices:
    """log p of every choice.

    Voices are scored in `batch.order`: each choice is conditioned on the slices before, on the
    choices before it in its own slice, and on everything that is given. The attention reaches WINDOW slices back.
    `visible` [B, T, V] is 0 for occluded events of the past. Their codes are replaced by the mean of the visible codes
    of the same voice, and the copy attention does not see slices without visible events.
    """
    voice_roles = network.role_code(batch.voices)
    roles = voice_roles.unsqueeze(1)
    codes = network.voice_code(batch.events, batch.sounding, batch.inner, batch.key, roles)
    history = batch.pitch_history if network.config.use_pitch_history else torch.zeros_like(batch.pitch_history)
    around = torch.cat([batch.metric, history, *_context(network, batch, roles)], -1)
    past = codes if visible is None else _with_mean_codes(codes, visible, slice_mask(batch))
    slices = network.slice_code(network.drop_events(past), batch.events)
    previous = functional.pad(slices[:, :-1], (0, 0, 1, 0))
    hidden, _ = network.read_slices(network.backbone_input(previous, around))
    attention = network.copy_attention
    bias = attention.bias(batch.position, batch.position, batch.measure_steps, batch.matches)
    if bias.shape[-1] > WINDOW:
        number = torch.arange(bias.shape[-1], device=bias.device)
        bias = bias.masked_fill(number.unsqueeze(1) - number > WINDOW, -torch.inf)
    if visible is not None:
        bias = bias.masked_fill((visible == 0).all(-1)[:, None, None], -torch.inf)
    scores = attention.scores(hidden, attention.keys(hidden), bias)
    attended = attention.attend(scores, attention.values(slices))
    b, t = rows_of(batch)
    start = network.start_slice(*(x[b, t] for x in (hidden, attended, previous, around)))
    return choices_in_slices(network, batch, voice_roles, _strands(network, batch, codes), start, scores)


def _context(network: Network, batch: Batch, roles: Tensor) -> list[Tensor]:
    if not network.config.context:
        return []
    codes = network.voice_code(batch.frame_events, batch.frame_sounding, batch.frame_inner, batch.frame_key, roles)
    frames = network.slice_code(codes, batch.frame_events)
    encoded = network.encode_context(frames, batch.frame_metric, batch.frame_lengths.cpu())
    encoded = network.with_style(encoded, batch.style)
    return [encoded.gather(1, batch.frame.unsqueeze(-1).expand(-1, -1, encoded.shape[-1]))]


def _with_mean_codes(codes: Tensor, visible: Tensor, slice_mask: Tensor) -> Tensor:
    """The voices' codes [B, T, V, e], in which the mean of the visible codes of a voice replaces the occluded ones."""
    share = (visible * slice_mask.unsqueeze(2)).unsqueeze(3)
    mean = (codes * share).sum(1, keepdim=True) / share.sum(1, keepdim=True).clamp(min=1)
    return codes * visible.unsqueeze(3) + mean * (1 - visible).unsqueeze(3)


def _strands(network: Network, batch: Batch, codes: Tensor) -> Tensor:
    """[B, T, V, strand] the memory of each voice before each slice: after its last own event."""
    pieces, length, voices = batch.events.shape
    if not network.config.strand:
        return codes.new_zeros(pieces, length, voices, 0)
    begins = (network.begins(batch.events) & slice_mask(batch).unsqueeze(2)).transpose(1, 2)  # [B, V, T]
    number = begins.cumsum(2)
    b, v, t = begins.nonzero(as_tuple=True)
    rows, place = b * voices + v, number[b, v, t] - 1
    size = (pieces * voices, int(number.max()))
    own = codes.new_zeros(*size, codes.shape[-1]).index_put((rows, place), codes[b, t, v])
    age = batch.age.new_zeros(size).index_put((rows, place), batch.age[b, t, v])
    steps = network.melodic_step(batch.before[b, t, v], batch.sounding[b, t, v])
    step = batch.age.new_zeros(size).index_put((rows, place), steps)
    metric = batch.metric.new_zeros(*size, batch.metric.shape[-1]).index_put((rows, place), batch.metric[b, t])
    start = codes.new_zeros(1, size[0], network.config.strand)
    states = functional.pad(network.read_strands(own, age, step, metric, start), (0, 0, 1, 0))
    before = functional.pad(number[..., :-1], (1, 0)).view(size[0], length)
    gathered = states.gather(1, before.unsqueeze(2).expand(-1, -1, states.shape[2]))
    return gathered.view(pieces, voices, length, -1).transpose(1, 2)
