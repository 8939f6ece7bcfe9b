"""What is known of a turn before the network has its distribution: the choices that the constraints allow, and costs.

It takes Python about as long as the network takes ONNX Runtime, and needs nothing of it. R drafts, C choices, E events.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.decoder import Decoder
from scoregen.model.engine.open_slice import ALL_ROWS, Rows
from scoregen.model.features.inputs import Bools, Ints
from scoregen.model.network.config import SamplingOptions
from scoregen.model.sampling.choice_costs import ChoiceCosts
from scoregen.model.sampling.costs.note_choice import keeping_onsets
from scoregen.model.sampling.costs.voice_leading import Costs
from scoregen.model.sampling.decoding_context import DecodingContext
from scoregen.model.sampling.hypothesis import Hypothesis, SliceContext
from scoregen.model.sampling.novelty_limit import NoveltyLimit
from scoregen.model.sampling.nucleus import Scores
from scoregen.model.sampling.request import SamplingRequest


@dataclass(frozen=True, slots=True)
class Options:
    """What follows from the states of the drafts alone.

    `opens` are the drafts that begin an event, `onsets` the costs of beginning a note in them, [opens, C].
    """

    allowed: Bools  # [R, C]
    notes: Costs  # [R, C]
    opens: Rows
    onsets: Costs


@dataclass(frozen=True, slots=True)
class PreparedTurn:
    """The turn of a voice in some drafts; `events` [opens, E] are the costs of its first choice."""

    hypotheses: Sequence[Hypothesis]
    voice: Ints  # [R]
    allowed: Bools  # [R, C]
    options: Options
    events: Costs

    def scores(self, log_p: Scores, costs: ChoiceCosts) -> Scores:
        """[R, C] the scores of the choices from the network's log p [R, C], -inf where a choice is excluded."""
        options, own = self.options, self.options.notes
        scores = np.where(self.allowed, log_p, -np.inf)
        suggested = costs.of_suggestions(self.hypotheses, self.voice, scores)
        own = own if suggested is None else own + suggested
        if len(self.events):  # the notes of a chord after the first choice follow no line
            first = keeping_onsets(scores[options.opens], own[options.opens])
            first += options.onsets
            first[:, : self.events.shape[1]] += self.events
            own[options.opens] = first
        return np.where(self.allowed, log_p - own, -np.inf)


class Turns:
    """What the turns of the unfinished drafts depend on: decoder, novelty limit and costs, a row for each draft."""

    def __init__(self, request: SamplingRequest, options: SamplingOptions, context: DecodingContext) -> None:
        self._context = context
        self.decoder = Decoder(request.engine, 1, context.piece.voices)
        self.limit = NoveltyLimit(request.novelty, 1, len(request.tokens.slots)) if request.novelty else None
        self.costs = ChoiceCosts(request, options, context)

    @property
    def reads_the_past(self) -> bool:
        """Whether more than the decoder depends on what sounded before the last slice."""
        return self.limit is not None or self.costs.reads_the_past

    def append(self, sounding: Ints, position: Ints) -> None:
        """Append the pitch ids [R, V] that sound from `position` [R] on."""
        if self.limit:
            self.limit.append(sounding, position)
        self.costs.append(sounding)

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep only these drafts; a draft that is listed several times is duplicated."""
        self.decoder.keep(rows)
        if self.limit:
            self.limit.keep(rows)
        self.costs.keep(rows)

    def fork(self, row: int) -> Turns:
        """The turns of one of these drafts with its state so far."""
        one = copy(self)
        one.decoder, one.costs = self.decoder.fork(row), self.costs.fork(row)
        one.limit = self.limit.fork(row) if self.limit else None
        return one

    def options(self, hypotheses: Sequence[Hypothesis], voice: Ints) -> Options:
        """What a voice [R] may choose by the states of its drafts."""
        allowed = np.stack([self._context.choice_mask(each.state) for each in hypotheses])
        notes = self.costs.of_notes(hypotheses, voice, allowed.shape[1])
        opens = _opening(hypotheses)
        first = [hypotheses[row] for row in np.arange(len(hypotheses))[opens].tolist()]
        return Options(allowed, notes, opens, self.costs.of_onsets(first, voice[opens], allowed.shape[1]))

    def turn(
        self,
        hypotheses: Sequence[Hypothesis],
        rows: NDArray[np.intp],
        step: int,
        context: SliceContext,
        options: Options | None = None,
    ) -> PreparedTurn:
        """The turn at a step of the slice in the drafts `rows` [R], whose `options` may be known already."""
        voice = context.order[rows, step]
        options = options or self.options(hypotheses, voice)
        first = rows[options.opens]
        opening = [hypotheses[row] for row in np.arange(len(rows))[options.opens].tolist()]
        events = self.costs.of_events(opening, first, step, context, self.decoder) if len(first) else options.onsets
        return PreparedTurn(hypotheses, voice, self._new(options.allowed, rows, step, context), options, events)

    def _new(self, allowed: Bools, rows: NDArray[np.intp], step: int, context: SliceContext) -> Bools:
        """[R, C] the allowed choices, without those beyond the novelty limit if any are left."""
        if not self.limit or step < context.order.shape[1] - 1:
            return allowed
        completions = self.limit.completions(self.decoder.sounding, context.position, context.order[:, step])
        if completions is None:
            return allowed
        new = allowed & ~np.pad(completions[rows], ((0, 0), (0, allowed.shape[1] - completions.shape[1])))
        return np.where(new.any(1, keepdims=True), new, allowed)


def _opening(hypotheses: Sequence[Hypothesis]) -> Rows:
    """The drafts whose voice begins an event."""
    opens = [row for row, each in enumerate(hypotheses) if not each.state.written]
    return ALL_ROWS if len(opens) == len(hypotheses) else np.array(opens, dtype=np.intp)
