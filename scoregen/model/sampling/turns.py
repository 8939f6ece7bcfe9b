"""What a voice may choose in its turn, and at what cost. R drafts, C choices, E events."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.decoder import Decoder
from scoregen.model.engine.open_slice import ALL_ROWS, Rows
from scoregen.model.features.inputs import SPELLED, Bools, Ints
from scoregen.model.network.config import SamplingOptions
from scoregen.model.sampling.choice_costs import ChoiceCosts
from scoregen.model.sampling.costs.note_choice import keeping_onsets
from scoregen.model.sampling.decoding_context import DecodingContext
from scoregen.model.sampling.hypothesis import Hypothesis, SliceContext
from scoregen.model.sampling.novelty_limit import NoveltyLimit
from scoregen.model.sampling.nucleus import Scores
from scoregen.model.sampling.request import SamplingRequest


class Turns:
    """What the turns of the unfinished drafts depend on: decoder, novelty limit and costs, a row for each draft."""

    def __init__(self, request: SamplingRequest, options: SamplingOptions, context: DecodingContext) -> None:
        self._context = context
        self.decoder = Decoder(request.engine, 1, context.piece.voices)
        index = request.novelty
        self.limit = NoveltyLimit(index, 1, len(request.tokens.slots)) if index and index.limits_choices else None
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

    def scores(
        self,
        hypotheses: Sequence[Hypothesis],
        rows: NDArray[np.intp],
        step: int,
        context: SliceContext,
        log_p: Scores,
    ) -> Scores:
        """[R, C] the scores of the choices at a step of the slice in the drafts `rows` [R], -inf where one is excluded.

        `log_p` [R, C] are those of the network.
        """
        voice = context.order[rows, step]
        allowed = self._allowed(hypotheses, rows, step, context)
        possible = np.where(allowed, log_p, -np.inf)
        costs = self.costs.of_notes(hypotheses, voice, allowed.shape[1])
        suggested = self.costs.of_suggestions(hypotheses, voice, possible)
        costs = costs if suggested is None else costs + suggested
        opens = _opening(hypotheses)
        first = [hypotheses[row] for row in np.arange(len(hypotheses))[opens].tolist()]
        planned = self.costs.of_planned_notes(rows, step, context, self.decoder)
        if planned is not None:
            costs[:, : SPELLED.events] += keeping_onsets(possible[:, : SPELLED.events], planned)
        if first:  # the notes of a chord after the first choice follow no line
            costs[opens] = keeping_onsets(possible[opens], costs[opens])
            costs[opens] += self.costs.of_onsets(first, voice[opens], costs.shape[1])
            costs[opens, : SPELLED.events] += self.costs.of_events(first, rows[opens], step, context, self.decoder)
        return np.where(allowed, log_p - costs, -np.inf)

    def _allowed(
        self, hypotheses: Sequence[Hypothesis], rows: NDArray[np.intp], step: int, context: SliceContext
    ) -> Bools:
        """[R, C] the choices that the constraints allow, without those beyond the novelty limit if any are left."""
        allowed = np.stack([self._context.choice_mask(each.state) for each in hypotheses])
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
