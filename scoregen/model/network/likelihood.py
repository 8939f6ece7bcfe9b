"""The likelihood of a network: -log p of every choice that is not given, in one causal order.

B pieces, T slices, V voices, R rows (slices of all pieces end to end), S turns of a slice (`turns`), H heads.
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
from scoregen.model.network.index_tables import KINDS
from scoregen.model.network.network import Network
from scoregen.model.network.steps import Past, TurnInputs, take_turn, time_shift_logits
from scoregen.model.network.turns import CHOICE, CHORD, INDEX, PITCH, REFERENCE, VOICE


@dataclass(frozen=True, slots=True)
class Likelihood:
    """-log p in nats of every choice of a batch; rows are the slices of all pieces end to end.

    events: [R, V] by voice index, all choices of an event together, 0 if given; time shifts: [R], 0 if not scored; the counts are the numbers of
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
    """log p of all possible choices, time shifts [R, A] among them.

    turns: by place in a slice, [R', E] for the rows that have a turn there; these are the first of `rows` [R], which
    is the order of all rows by falling number of turns. `voice`, `index` [R, S] are those of `turns.Turns`, in the
    order of `rows`; `events` is the number of ids of events.

    `labels` [R, ...] are the logits of each harmony label, predicted before the slice. `proposed` holds, by place,
    the logits [R', T] that each earlier slice adds to its own choice.
    """

    turns: tuple[Tensor, ...]
    time_shifts: Tensor
    labels: tuple[Tensor, ...]
    proposed: tuple[Tensor, ...]
    rows: Tensor
    voice: Tensor
    index: Tensor
    voices: int
    event_count: int

    @property
    def events(self) -> Tensor:
        """[R, V, events] log p of the first choice of each voice, 0 for absent voices."""
        result = self.time_shifts.new_zeros(len(self.rows), self.voices, self.event_count)
        for place, log_p in enumerate(self.turns):
            first = self.index[: len(log_p), place] == 0
            rows, voices = self.rows[: len(log_p)][first], self.voice[: len(log_p), place][first]
            result = result.index_put((rows, voices), log_p[first][:, : self.event_count])
        return result


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
    free = ~batch.given[b, t] & (batch.turn_count[b, t] > 0).unsqueeze(1)
    ordered = free[log_p.rows]
    masks = tuple(
        ordered[: len(each)].gather(1, log_p.voice[: len(each), place : place + 1])[:, 0]
        for place, each in enumerate(log_p.turns)
    )
    return masks, free.any(1) & (batch.time_shift[b, t] != UNSCORED)


def is_greedy(batch: Batch, log_p: Choices) -> Tensor:
    """[R] whether every choice of a slice that is not given is the likeliest, including the time shift after it."""
    b, t = rows_of(batch)
    masks, _ = score_masks(batch, log_p)
    time_shift = log_p.time_shifts.argmax(-1) == batch.time_shift[b, t]
    greedy = time_shift | batch.given[b, t].all(1)
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


def rows_of(batch: Batch) -> tuple[Tensor, Tensor]:
    """Piece and slice of every row."""
    b, t = _slice_mask(batch).nonzero(as_tuple=True)
    return b, t


def _slice_mask(batch: Batch) -> Tensor:
    """[B, T] true for slices, false for padding."""
    return torch.arange(batch.events.shape[1], device=batch.events.device) < batch.lengths.unsqueeze(1)


def choices(network: Network, batch: Batch, visible: Tensor | None = None) -> Choices:
    """log p of every choice.

    Voices are scored in `batch.order`: each choice is conditioned on the slices before, on the
    choices before it in its own slice, and on everything that is given. `visible` [B, T, V] is 0 for occluded
    events of the past. Their codes are replaced by the mean of the visible codes of the same voice, and the copy
    attention does not see slices without visible events.
    """
    voice_roles = network.role_code(batch.voices)
    roles = voice_roles.unsqueeze(1)
    codes = network.voice_code(batch.events, batch.sounding, batch.inner, batch.key, roles)
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
    return _in_slice(network, batch, voice_roles, _strands(network, batch, codes), start, scores)


def _context(network: Network, batch: Batch, roles: Tensor) -> list[Tensor]:
    if not network.config.context:
        return []
    codes = network.voice_code(batch.frame_events, batch.frame_sounding, batch.frame_inner, batch.frame_key, roles)
    encoded = network.encode_context(network.slice_code(codes), batch.frame_metric, batch.frame_lengths.cpu())
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
    kinds = network.kind_of[batch.events]
    begins = ((kinds == KINDS.index("rest")) | (kinds == KINDS.index("attack"))) & _slice_mask(batch).unsqueeze(2)
    begins = begins.transpose(1, 2)  # [B, V, T]
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


def _in_slice(
    network: Network, batch: Batch, voice_roles: Tensor, strands: Tensor, state: Tensor, scores: Tensor
) -> Choices:
    auxiliary_logits = network.auxiliary_logits(state)
    b, t = rows_of(batch)
    count = batch.turn_count[b, t]
    rows = torch.argsort(count, descending=True, stable=True)
    b, t, count = b[rows], t[rows], count[rows]
    scores = scores.transpose(1, 2)[b, t]
    trust = network.copy_attention.trust_factors(batch.matches[:, 0][b, t].long())
    agreement = scores.new_zeros(len(b), scores.shape[-1])
    previous = voice_roles.new_zeros(len(b), voice_roles.shape[-1])
    slices = _Slices.of(network, batch, voice_roles, strands, b, t)
    open_rows = _OpenRows(state[rows], previous, agreement, scores, trust)
    finished: list[_OpenRows] = []
    turns, proposals = [], []
    for place, active in enumerate(_active_rows(count)):
        if active < LEAST_ACTIVE * len(open_rows.state):
            finished.append(open_rows.part(active, None))
            open_rows = open_rows.part(0, active)
        open_rows, logits, proposed = _take_turns(network, slices, open_rows, place, active)
        turns.append(logits[:active].log_softmax(-1))
        proposals.append(proposed[:active])
    whole = open_rows.joined(finished)
    past = Past(whole.scores, whole.trust, whole.agreement, count.unsqueeze(1).to(scores), slices.past_shifts())
    time_shifts = time_shift_logits(network, whole.state, whole.previous, past).log_softmax(-1)
    return Choices(
        tuple(turns),
        torch.empty_like(time_shifts).index_copy(0, rows, time_shifts),
        auxiliary_logits,
        tuple(proposals),
        rows,
        slices.table[:, VOICE],
        slices.table[:, INDEX],
        batch.events.shape[2],
        network.alphabet.events,
    )


LEAST_ACTIVE = 0.7
"""The rows in which something is still chosen are taken apart when they are fewer than this share: gradients of parts
of a tensor cost as much as those of the whole."""


def _active_rows(count: Tensor) -> list[int]:
    """By place in a slice, the number of rows that have a turn there; `count` [R] falls."""
    most = int(count[0]) if len(count) else 0
    return [int((count > place).sum()) for place in range(most)]


@dataclass(frozen=True, slots=True)
class _OpenRows:
    """Slices in which something is still to be chosen: in-slice state, code of the last choice, and past."""

    state: Tensor  # [R, s]
    previous: Tensor  # [R, embedding]
    agreement: Tensor  # [R, T]
    scores: Tensor  # [R, H, T]
    trust: Tensor  # [R, H, T]

    def part(self, start: int, stop: int | None) -> _OpenRows:
        return _OpenRows(*(getattr(self, name)[start:stop] for name in _OPEN))

    def joined(self, others: Sequence[_OpenRows]) -> _OpenRows:
        """These rows, then the others, last ones first."""
        if not others:
            return self
        return _OpenRows(*(torch.cat([getattr(each, name) for each in (self, *others[::-1])]) for name in _OPEN))


_OPEN = ("state", "previous", "agreement", "scores", "trust")


def _take_turns(
    network: Network, slices: _Slices, rows: _OpenRows, place: int, active: int
) -> tuple[_OpenRows, Tensor, Tensor]:
    """One turn of every open row; those beyond the active ones have none, and stay as they are."""
    n = len(rows.state)
    choice, pitch = slices.table[:n, CHOICE, place], slices.table[:n, PITCH, place]
    inputs = slices.inputs(n, place, rows.previous)
    past = Past(rows.scores, rows.trust, rows.agreement, rows.agreement.new_full((n, 1), place), *slices.past(n, place))
    state, logits, proposed = take_turn(network, rows.state, inputs, slices.others(n, place), past)
    if not network.alphabet.repeats:
        logits = logits.masked_fill(slices.impossible_events(n, place), -torch.inf)
    code = network.choice_code(choice, pitch, inputs.key, inputs.role)
    agreement = rows.agreement + (past.past_choices == choice.unsqueeze(1)).float()
    if active < n:
        keeps = (torch.arange(n, device=state.device) >= active).unsqueeze(1)
        state, code = torch.where(keeps, rows.state, state), torch.where(keeps, rows.previous, code)
        agreement = torch.where(keeps, rows.agreement, agreement)
    return _OpenRows(state, code, agreement, rows.scores, rows.trust), logits, proposed


@dataclass(frozen=True, slots=True)
class _Slices:
    """The rows of a batch, most turns first. `table` [R, 6, S] are their turns (`turns.Turns`).

    Voices have a column for none after the last: `roles` [B, V + 1, e], their terms in pairs `pairs` [B, V + 1, s],
    `sounding`, `before` and the place in the order `rank` [R, V + 1].
    """

    network: Network
    batch: Batch
    b: Tensor
    t: Tensor
    table: Tensor
    roles: Tensor
    pairs: Tensor
    strands: Tensor  # [R, V, strand]
    sounding: Tensor
    before: Tensor
    rank: Tensor
    compared: Tensor  # [R, V, O]
    age: Tensor  # [R, V]
    key: Tensor  # [R]
    choices: Tensor  # [B, V, K, T]

    @classmethod
    def of(cls, network: Network, batch: Batch, voice_roles: Tensor, strands: Tensor, b: Tensor, t: Tensor) -> _Slices:
        silence, voices = network.alphabet.silence, batch.events.shape[2]
        pairs = functional.pad(network.pair_role(voice_roles), (0, 0, 0, 1))
        sounding, before = (
            functional.pad(each[b, t], (0, 1), value=silence) for each in (batch.sounding, batch.before)
        )
        rank = functional.pad(batch.order[b, t].argsort(1), (0, 1), value=voices)
        return cls(
            network,
            batch,
            b,
            t,
            batch.turns[b, t],
            voice_roles,
            pairs,
            strands[b, t],
            sounding,
            before,
            rank,
            batch.others[b, t],
            batch.age[b, t],
            batch.key[b, t],
            batch.choices.permute(0, 2, 3, 1),
        )

    def inputs(self, count: int, place: int, previous: Tensor) -> TurnInputs:
        """The inputs of the turns of the first rows at a place in the slice."""
        voice = self.table[:count, VOICE, place]
        every = torch.arange(count, device=voice.device)
        return TurnInputs(
            self.roles[self.b[:count], voice],
            self.table[:count, REFERENCE, place],
            self.age[every, voice],
            self.strands[every, voice],
            previous,
            self.key[:count],
        )

    def past(self, count: int, place: int) -> tuple[Tensor, Tensor]:
        """[R, T] what the voice chose at this turn in every slice, and the length of the match of its own past."""
        b, t, voice = self.b[:count], self.t[:count], self.table[:count, VOICE, place]
        return self.choices[b, voice, self.table[:count, INDEX, place]], self.batch.matches[b, voice + 1, t]

    def past_shifts(self) -> Tensor:
        """[R, T] the time shift after every slice."""
        return self.batch.time_shift[self.b].clamp(min=0)

    def others(self, count: int, place: int) -> OtherVoices:
        """What the voice of each of the first rows is compared with: other voices, and its own last note of a chord."""
        voice = self.table[:count, VOICE, place]
        every = torch.arange(count, device=voice.device)
        own = self.compared[every, voice]
        is_set = (self.rank[:count].gather(1, own) < self.rank[every, voice].unsqueeze(1)).long()
        before = self.before[:count].gather(1, own)
        pitch = torch.where(is_set == 1, self.sounding[:count].gather(1, own), before)
        if self.network.alphabet.chords and bool((self.table[:count, INDEX, place] > 0).any()):
            own = torch.cat([own, voice.unsqueeze(1)], 1)
            pitch = torch.cat([pitch, self.table[:count, CHORD, place].unsqueeze(1)], 1)
            before = functional.pad(before, (0, 1), value=self.network.alphabet.silence)
            is_set = functional.pad(is_set, (0, 1), value=1)
        return OtherVoices(self.pairs[self.b[:count].unsqueeze(1), own], pitch, before, is_set)

    def impossible_events(self, count: int, place: int) -> Tensor:
        """[R, E] the events that are impossible in an alphabet without repeated notes.

        These are: the pitch that already sounds, a rest after a rest, a hold at the start of the piece, and a hold in
        the last voice if no other voice has moved, since there would be no slice.
        """
        alphabet, batch = self.network.alphabet, self.batch
        b, t, voice = self.b[:count], self.t[:count], self.table[:count, VOICE, place]
        before = functional.pad(batch.sounding[:, :-1], (0, 0, 1, 0), value=alphabet.silence)[b, t, voice]  # [R]
        first = t == 0
        mask = torch.zeros(len(b), alphabet.events + 1, dtype=torch.bool, device=b.device)
        mask.scatter_(1, (before + FIRST_PITCH).unsqueeze(1), ~first.unsqueeze(1))
        mask = mask[:, : alphabet.events]
        mask[:, REST] = (before == alphabet.silence) & ~first
        mask[:, HOLD] = first
        if place == batch.order.shape[2] - 1:
            earlier = batch.events[b, t].gather(1, batch.order[b, t])[:, :-1]
            mask[:, HOLD] |= (earlier == HOLD).all(1)
        return mask
