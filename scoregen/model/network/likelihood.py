"""What a network finds likely: -log p of every choice that was not given, one order, no peeking.

B pieces, T slices, V voices, R rows (slices of all pieces laid end to end), H heads.
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
from scoregen.model.network.steps import Past, Turn, time_shift_logits, write_voice


@dataclass(frozen=True, slots=True)
class Likelihood:
    """-log p in nats of every choice of a batch, rows being the slices of all pieces end to end.

    events: [R, V] by voice index, 0 where given; time shifts: [R], 0 where not scored; the counts
    say how many choices were scored. `auxiliary` is what training brings down besides, such as what the
    labels of the harmony cost, weighted: it is part of the loss and of no likelihood.
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
        """What training brings down: the nats, and what is learned aside."""
        return self.nats + self.auxiliary

    @property
    def loss(self) -> Tensor:
        """The cost a choice, events and time shifts alike."""
        return self.cost / self.count


@dataclass(frozen=True, slots=True)
class Choices:
    """log p of all that could have been chosen: events [R, V, E] by voice, time shifts [R, A].

    `labels` [R, ...] are logits over each label of the harmony, foreseen before the slice. `proposed`
    are, by rank in the order of voices, the logits [R, T] that each earlier slice gives to its own event.
    """

    events: Tensor
    time_shifts: Tensor
    labels: tuple[Tensor, ...]
    proposed: tuple[Tensor, ...]


def likelihood(network: Network, batch: Batch) -> Likelihood:
    """-log p of every event that is not given, and of every time shift after such a slice."""
    return costs(network, batch, choices(network, batch))


def costs(network: Network, batch: Batch, chances: Choices) -> Likelihood:
    """What the batch costs, the chances of all that it could have been being known."""
    b, t = rows_of(batch)
    asked, timed = scored(batch)
    paid = -chances.events.gather(2, batch.events[b, t].unsqueeze(2))[..., 0]
    events = paid.masked_fill(~asked, 0.0)
    time_shifts = -chances.time_shifts.gather(1, batch.time_shift[b, t].clamp(min=0).unsqueeze(1))[:, 0] * timed
    auxiliary_logits = _auxiliary_cost(chances.labels, batch.labels[b, t], timed)
    return Likelihood(events, time_shifts, asked.sum(), timed.sum(), network.config.auxiliary_weight * auxiliary_logits)


def scored(batch: Batch) -> tuple[Tensor, Tensor]:
    """[R, V] which events are scored: those not given; and [R] which time shifts: those after such a slice."""
    b, t = rows_of(batch)
    asked = ~batch.given[b, t]
    return asked, asked.any(1) & (batch.time_shift[b, t] != UNSCORED)


def guessed(batch: Batch, chances: Choices) -> Tensor:
    """[R] whether all of a slice that is not given is the likeliest choice each time, the time shift after it too."""
    b, t = rows_of(batch)
    given = batch.given[b, t]
    events = chances.events.argmax(-1) == batch.events[b, t]
    time_shift = chances.time_shifts.argmax(-1) == batch.time_shift[b, t]
    return (events | given).all(1) & (time_shift | given.all(1))


def _auxiliary_cost(logits: Sequence[Tensor], labels: Tensor, scored: Tensor) -> Tensor:
    """Nats that the labels [R, labels] cost, in rows where there was something to foresee."""
    targets = labels.masked_fill(~scored.unsqueeze(1), UNLABELLED)
    nats = [
        functional.cross_entropy(guess, targets[:, index], ignore_index=UNLABELLED, reduction="sum")
        for index, guess in enumerate(logits)
    ]
    return torch.stack(nats).sum()


def rows_of(batch: Batch) -> tuple[Tensor, Tensor]:
    """Piece and slice of every row."""
    b, t = _inside(batch).nonzero(as_tuple=True)
    return b, t


def _inside(batch: Batch) -> Tensor:
    """[B, T] where there is a slice and no padding."""
    return torch.arange(batch.events.shape[1], device=batch.events.device) < batch.lengths.unsqueeze(1)


def choices(network: Network, batch: Batch, known: Tensor | None = None) -> Choices:
    """log p of every choice.

    Voices are scored in `batch.order`: each event is conditioned on the slices before, on the
    voices before it in its own slice, and on what is given anywhere. `known` [B, T, V] is 0 where the
    past lacks an event, whose code is then the mean of those that its voice has left; a slice of which
    nothing is known is hidden from the pointer.
    """
    roles = torch.arange(batch.events.shape[-1], device=batch.events.device)
    codes = network.voice_code(batch.events, batch.sounding, batch.key, roles)
    heard = batch.pitch_history if network.config.use_pitch_history else torch.zeros_like(batch.pitch_history)
    around = torch.cat([batch.metric, heard, *_context(network, batch, roles)], -1)
    past = codes if known is None else _partly_known(codes, known, _inside(batch))
    slices = network.slice_code(network.forgotten(past))
    previous = functional.pad(slices[:, :-1], (0, 0, 1, 0))
    hidden, _ = network.read_slices(network.backbone_input(previous, around))
    attention = network.copy_attention
    bias = attention.bias(batch.position, batch.position, batch.measure_steps, batch.matches)
    if known is not None:
        bias = bias.masked_fill((known == 0).all(-1)[:, None, None], -torch.inf)
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


def _partly_known(codes: Tensor, known: Tensor, inside: Tensor) -> Tensor:
    """The voices' codes [B, T, V, e], each that is not known being the mean of the known ones of its voice."""
    share = (known * inside.unsqueeze(2)).unsqueeze(3)
    mean = (codes * share).sum(1, keepdim=True) / share.sum(1, keepdim=True).clamp(min=1)
    return codes * known.unsqueeze(3) + mean * (1 - known).unsqueeze(3)


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
    trusted = network.copy_attention.trusted(batch.matches[:, 0][b, t].long())
    agreed = scores.new_zeros(len(b), scores.shape[-1])
    ranked_role = network.pair_role(order)
    ranked_now, ranked_before = sounding.gather(1, order), before.gather(1, order)
    found, proposals = [], []
    for step in range(order.shape[1]):
        voice = order[:, step]
        turn = Turn(voice, before[every, voice], age[every, voice], previous, key)
        past = Past(
            scores,
            trusted,
            agreed,
            agreed.new_full((), step),
            batch.events[b, :, voice],
            batch.matches[b, voice + 1, t],
        )
        others = _others(ranked_role, ranked_now, ranked_before, step)
        state, logits, proposed = write_voice(network, state, turn, others, past)
        found.append(logits)
        proposals.append(proposed)
        previous = row_codes[every, voice]
        agreed = agreed + (past.done == events[every, voice].unsqueeze(1)).float()
    ranked = torch.stack(found, 1)
    logits = torch.empty_like(ranked).scatter(1, order.unsqueeze(2).expand_as(ranked), ranked)
    if not network.alphabet.repeats:
        logits = logits.masked_fill(_impossible(network, batch, rows, events, order, before), -torch.inf)
    past = Past(scores, trusted, agreed, agreed.new_full((), order.shape[1]), batch.time_shift[b].clamp(min=0))
    time_shifts = time_shift_logits(network, state, previous, past)
    return Choices(logits.log_softmax(-1), time_shifts.log_softmax(-1), auxiliary_logits, tuple(proposals))


def _others(role: Tensor, now: Tensor, before: Tensor, step: int) -> OtherVoices:
    """The voices before this one in the order, as they are now, and those after it, as they were."""
    chosen = [index for index in range(role.shape[1]) if index != step]
    is_set = torch.tensor([int(index < step) for index in chosen], device=role.device).expand(len(role), -1)
    pitch = torch.cat([now[:, :step], before[:, step + 1 :]], 1)
    return OtherVoices(role[:, chosen], pitch, before[:, chosen], is_set)


def _impossible(
    network: Network, batch: Batch, rows: tuple[Tensor, Tensor], events: Tensor, order: Tensor, before: Tensor
) -> Tensor:
    """[R, V, E] what an alphabet without repeated notes has no slice for.

    The pitch that sounds already, a rest in a rest; holding at the start of the piece; and holding in
    the last voice where nobody has moved: then there would be no slice.
    """
    b, t = rows
    alphabet = network.alphabet
    was = functional.pad(batch.sounding[:, :-1], (0, 0, 1, 0), value=alphabet.silence)[b, t]  # [R, V]
    first = (t == 0).unsqueeze(1)
    rests = (was == alphabet.silence) & ~first
    mask = torch.zeros(*was.shape, alphabet.events + 1, dtype=torch.bool, device=was.device)
    mask.scatter_(2, (was + FIRST_PITCH).unsqueeze(2), ~first.expand_as(was).unsqueeze(2))
    mask = mask[..., : alphabet.events]
    mask[..., REST] = rests
    ranked = events.gather(1, order) == HOLD
    still = ranked[:, :-1].all(1)
    mask[..., HOLD] = first
    last = order[:, -1]
    every = torch.arange(len(last), device=last.device)
    mask[every, last, HOLD] |= still
    return mask
