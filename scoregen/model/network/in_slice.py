"""The choices of all slices of a batch, turn by turn, given what was before each slice.

B pieces, T slices, V voices, R rows (slices of all pieces end to end), S turns of a slice (`turns`), H heads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, REST
from scoregen.model.features.turns import CHOICE, CHORD, INDEX, PITCH, REFERENCE, VOICE
from scoregen.model.network.batches import Batch
from scoregen.model.network.heads import OtherVoices
from scoregen.model.network.network import Network
from scoregen.model.network.turns import Past, TurnInputs, take_turn, time_shift_logits


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


def rows_of(batch: Batch) -> tuple[Tensor, Tensor]:
    """Piece and slice of every row."""
    b, t = slice_mask(batch).nonzero(as_tuple=True)
    return b, t


def slice_mask(batch: Batch) -> Tensor:
    """[B, T] true for slices, false for padding."""
    return torch.arange(batch.events.shape[1], device=batch.events.device) < batch.lengths.unsqueeze(1)


def choices_in_slices(
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
