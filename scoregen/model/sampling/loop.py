"""The sampling loop: all drafts fill their blanks together, slice by slice, voice by voice.

Each choice is drawn from the network's distribution (`engine.decoder`) over the events that the constraints
(`tokens.constraints`) allow, so that every draft can be decoded. `choice_costs` change probabilities without excluding
anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.decoder import Decoder
from scoregen.model.engine.scoring import MIN_LOG_P, entropies
from scoregen.model.features.alphabet import HOLD, UNSCORED
from scoregen.model.features.inputs import SPELLED, Bools, Floats, Ints
from scoregen.model.network.config import SamplingOptions
from scoregen.model.sampling.choice_costs import ChoiceCosts
from scoregen.model.sampling.costs.note_choice import keeping_onsets
from scoregen.model.sampling.decoding_context import CHOICE_TOKENS, DecodingContext, time_shift_token
from scoregen.model.sampling.drafts import Draft, Figures, make_draft
from scoregen.model.sampling.hypothesis import Hypothesis, SliceContext
from scoregen.model.sampling.novelty_limit import NoveltyLimit
from scoregen.model.sampling.nucleus import Scores, draw
from scoregen.model.sampling.recalls import recalled_events
from scoregen.model.sampling.request import SamplingRequest
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.state import ConstraintState

Progress = Callable[[float], None]
Judge = Callable[[Draft, range], float]
"""The cost of a draft of some measures; its figures are those of the measures written last."""


def fill(
    request: SamplingRequest,
    options: SamplingOptions,
    round_number: int = 0,
    progress: Progress = lambda share: None,
    *,
    stops: Sequence[int] = (),
    judge: Judge | None = None,
) -> tuple[Draft, ...]:
    """Fill every blank, `options.candidates` times; the same seed and round give the same drafts.

    At each of the measure indices `stops` all drafts wait for each other, and then continue from the one
    to which the judge gives the lowest cost. Raises ConstraintError if no event is allowed.
    """
    with request.engine.session():
        return _Sampler(request, options, round_number).run(progress, stops, judge)


@dataclass(frozen=True, slots=True)
class _Paused:
    """A hypothesis that waits for the others, with its decoder, its novelty limit and its costs."""

    hypothesis: Hypothesis
    decoder: Decoder
    limit: NoveltyLimit | None
    costs: ChoiceCosts


class _Sampler:
    """The unfinished drafts, each at its own current slice."""

    def __init__(self, request: SamplingRequest, options: SamplingOptions, round_number: int) -> None:
        voices, rows = len(request.tokens.slots), options.candidates
        self.novelty, self.logit_bias, self.options = request.novelty, request.logit_bias, options
        self.recalls = request.recalls
        self.decoding_context = DecodingContext(
            request.engine,
            request.tokens,
            request.rules,
            request.plans,
            request.style.finest,
            request.descriptions,
            request.network_style,
            request.sections,
        )
        self.decoder = Decoder(request.engine, 1, self.decoding_context.piece.voices)
        self.limit = NoveltyLimit(request.novelty, 1, voices) if request.novelty else None
        self.costs = ChoiceCosts(request, options, self.decoding_context)
        start = self._read_given()
        self._spread(np.zeros(rows, dtype=np.intp))
        self.seed = (options.seed % 2**64, round_number)
        self.hypotheses = [self._hypothesis(start, (*self.seed, row)) for row in range(rows)]

    def run(self, progress: Progress, stops: Sequence[int], judge: Judge | None) -> tuple[Draft, ...]:
        begin, task = self.decoding_context.first, self.decoding_context.tokens
        for stop in stops:
            if judge and begin < stop < self.decoding_context.stop:
                paused = self._write(stop, progress)
                costs = [judge(*each.hypothesis.excerpt(task, begin, self.novelty)) for each in paused]
                self._resume(paused[int(np.argmin(costs))])
                begin = stop
        finished = [each.hypothesis for each in self._write(self.decoding_context.stop, progress)]
        rest = task.measures[self.decoding_context.stop :]
        return tuple(
            make_draft(
                task,
                replace(task, measures=(*hypothesis.measures, *rest)),
                hypothesis.figures,
                self.novelty,
            )
            for hypothesis in finished
        )

    def _write(self, stop: int, progress: Progress) -> list[_Paused]:
        """Write every draft up to a measure, which they reach at different times."""
        decoding_context, rows = self.decoding_context, len(self.hypotheses)
        paused: list[_Paused] = []
        while self.hypotheses:
            self._slice()
            paused += [self._pause(row) for row, hypothesis in enumerate(self.hypotheses) if hypothesis.measure == stop]
            self._keep([hypothesis for hypothesis in self.hypotheses if hypothesis.measure < stop])
            left = sum(stop - hypothesis.measure for hypothesis in self.hypotheses) / rows
            progress((stop - left - decoding_context.first) / (decoding_context.stop - decoding_context.first))
        return sorted(paused, key=lambda each: each.hypothesis.number)  # the first to arrive are the slowest music

    def _pause(self, row: int) -> _Paused:
        limit = self.limit.fork(row) if self.limit else None
        return _Paused(self.hypotheses[row], self.decoder.fork(row), limit, self.costs.fork(row))

    def _resume(self, best: _Paused) -> None:
        """Continue all drafts from one; each has a random generator of its own."""
        self.decoder, self.limit, self.costs, hypothesis = best.decoder, best.limit, best.costs, best.hypothesis
        self._spread(np.zeros(self.options.candidates, dtype=np.intp))
        self.hypotheses = [
            hypothesis.fork(row, np.random.default_rng((*self.seed, row, hypothesis.measure)))
            for row in range(self.options.candidates)
        ]

    def _hypothesis(self, start: ConstraintState, seed: tuple[int, int, int]) -> Hypothesis:
        first, measures = self.decoding_context.first, self.decoding_context.tokens.measures
        rng = np.random.default_rng(seed)
        start = replace(start, rules=self.decoding_context.rules(seed[-1], first))
        return Hypothesis(first, start, list(measures[:first]), rng, Figures.none(len(measures)), seed[-1])

    def _read_given(self) -> ConstraintState:
        """Read the given measures before the first blank; returns the state at the start of the next measure."""
        decoding_context, piece = self.decoding_context, self.decoding_context.piece
        count = int(np.searchsorted(piece.measure, decoding_context.first))
        if count:
            places = decoding_context.places(piece.measure[:count], piece.position[piece.point[:count]])
            self.decoder.read(
                places,
                piece.choices[:count].astype(np.int64),
                piece.sounding[:count],
                piece.inner[:count].astype(np.int64),
                piece.time_shift[:count],
            )
            for row in range(count if self.limit or self.costs.reads_the_past else 0):
                self._append_sonority(piece.sounding[row : row + 1], places.position[row : row + 1])
        return decoding_context.start()

    def _append_sonority(self, sounding: Ints, position: Ints) -> None:
        if self.limit:
            self.limit.append(sounding, position)
        self.costs.append(sounding)

    def _spread(self, rows: NDArray[np.intp]) -> None:
        self.decoder.keep(rows)
        if self.limit:
            self.limit.keep(rows)
        self.costs.keep(rows)

    def _keep(self, hypotheses: list[Hypothesis]) -> None:
        if len(hypotheses) < len(self.hypotheses):
            kept = {id(hypothesis) for hypothesis in hypotheses}
            rows = [row for row, hypothesis in enumerate(self.hypotheses) if id(hypothesis) in kept]
            self._spread(np.array(rows, dtype=np.intp))
            self.hypotheses = hypotheses

    def _slice(self) -> None:
        """Write one slice of every draft."""
        decoding_context, decoder = self.decoding_context, self.decoder
        measure = np.array([hypothesis.measure for hypothesis in self.hypotheses])
        tick = np.array([hypothesis.state.tick for hypothesis in self.hypotheses])
        position = decoding_context.starts[measure] + tick
        order = decoding_context.orders[measure]
        free = decoding_context.free[measure] & self._free(order)
        chooses = bool(free.any())
        places, present = decoding_context.places(measure, position), decoding_context.present[measure]
        before = decoder.sounding.copy()
        decoder.open_slice(places, order, present, chooses=chooses)
        context = SliceContext(order, before, position, measure, decoding_context.closes[position], ~free.all(1))
        for step in range(order.shape[1]):
            self._write_voice(step, free[:, step], present[np.arange(len(order)), order[:, step]], context, chooses)
        self._append_sonority(decoder.sounding, position)
        logit_bias = None
        if self.logit_bias:
            left = decoding_context.ends[measure] - position
            logit_bias = self.logit_bias.time_shift_biases(context.given, decoding_context.on_beat[position], left)
        decoder.close_slice(self._time_shifts(free.any(1), chooses, logit_bias))

    def _free(self, order: Ints) -> Bools:
        """[R, V] whether nothing comes again in the voices in their order."""
        rows = [[own.is_free(slot) for slot in row] for own, row in zip(self.hypotheses, order.tolist(), strict=True)]
        return np.array(rows, dtype=np.bool_)

    def _write_voice(self, step: int, free: Bools, present: Bools, context: SliceContext, chooses: bool) -> None:
        """Write the event of the next voice of every draft, drawn or given, choice by choice."""
        decoder, voice = self.decoder, context.order[:, step]
        decoder.next_voice(voice)
        given = self._given_events(np.flatnonzero(~free), voice)
        active, turn = present.copy(), 0
        while active.any():
            drawn = np.flatnonzero(active & free)
            choices = np.zeros(len(free), dtype=np.int64)
            if len(drawn):
                choices[drawn] = self._draw_choices(drawn, step, context, decoder.choose(active))
            elif chooses:
                decoder.pass_choice(active)
            for row in np.flatnonzero(active & ~free).tolist():
                choices[row] = given[row][turn]
            decoder.write(choices, active)
            turn += 1
            active = active.copy()
            active[drawn] = [bool(self.hypotheses[row].state.written) for row in drawn]
            for row in np.flatnonzero(active & ~free).tolist():
                active[row] = turn < len(given[row])

    def _given_events(self, rows: NDArray[np.intp], voice: Ints) -> dict[int, tuple[int, ...]]:
        """The choices of the given events of some drafts, whose states advance."""
        events = {}
        for row in rows.tolist():
            hypothesis = self.hypotheses[row]
            slot, tick = int(voice[row]), hypothesis.state.tick
            own = hypothesis.recalled[slot] if hypothesis.recalled else None
            given = self.decoding_context.given_choices(hypothesis.measure, slot, tick)
            events[row] = given if own is None else own.get(tick, (HOLD,))
            hypothesis.state = constraints.advance_given(hypothesis.state)
        return events

    def _draw_choices(self, rows: NDArray[np.intp], step: int, context: SliceContext, every_log_p: Floats) -> Ints:
        """Draw choices from the network's distribution under the constraints and costs."""
        log_p = _bounded(every_log_p)[rows]
        hypotheses = [self.hypotheses[row] for row in rows]
        allowed = self._allowed(rows, step, context)
        opens = [place for place, hypothesis in enumerate(hypotheses) if not hypothesis.state.written]
        voice = context.order[rows, step]
        scores = np.where(allowed, log_p, -np.inf)
        costs = self.costs.of_notes(hypotheses, voice, every_log_p.shape[1])
        suggested = self.costs.of_suggestions(hypotheses, voice, scores)
        costs = costs if suggested is None else costs + suggested
        if opens:  # the notes of a chord after the first choice follow no line
            costs[opens] = keeping_onsets(scores[opens], costs[opens])
            first = [hypotheses[place] for place in opens]
            costs[opens] += self.costs.of_onsets(first, voice[opens], costs.shape[1])
            costs[opens, : SPELLED.events] += self.costs.of_events(first, rows[opens], step, context, self.decoder)
        choices = self._draw(hypotheses, np.where(allowed, log_p - costs, -np.inf))
        for hypothesis, choice in zip(hypotheses, choices.tolist(), strict=True):
            hypothesis.state = constraints.after_token(hypothesis.state, int(CHOICE_TOKENS[choice]))
        _count(hypotheses, log_p, choices)
        return choices

    def _allowed(self, rows: NDArray[np.intp], step: int, context: SliceContext) -> Bools:
        """[R, E] the choices that the constraints allow, without those beyond the novelty limit if any are left."""
        allowed = np.stack([self.decoding_context.choice_mask(self.hypotheses[row].state) for row in rows])
        if not self.limit or step < context.order.shape[1] - 1:
            return allowed
        completions = self.limit.completions(self.decoder.sounding, context.position, context.order[:, step])
        if completions is None:
            return allowed
        new = allowed & ~np.pad(completions[rows], ((0, 0), (0, allowed.shape[1] - completions.shape[1])))
        return np.where(new.any(1, keepdims=True), new, allowed)

    def _draw(self, hypotheses: Sequence[Hypothesis], scores: Scores) -> Ints:
        rng = np.array([hypothesis.rng.random() for hypothesis in hypotheses])
        return draw(scores, rng, self.options.temperature, self.options.top_p)

    def _time_shifts(self, free: Bools, chooses: bool, logit_bias: Floats | None) -> Ints:
        """[R] the time shifts to the next slices; opens these slices, and new measures after barlines.

        `logit_bias` [R, A] holds the biases of the time shifts.
        """
        masks = np.stack([self.decoding_context.time_shift_mask(hypothesis.state) for hypothesis in self.hypotheses])
        time_shifts = np.where(masks.any(1), masks.argmax(1), UNSCORED)
        if chooses:
            log_p = _bounded(self.decoder.choose_time_shift())
            rows = np.flatnonzero(masks.any(1) & free)
            hypotheses = [self.hypotheses[row] for row in rows]
            scores = (log_p if logit_bias is None else log_p + logit_bias)[rows]
            costs = self.costs.of_time_shifts(hypotheses)
            scores = scores if costs is None else scores - costs
            time_shifts[rows] = self._draw(hypotheses, np.where(masks[rows], scores, -np.inf))
            _count(hypotheses, log_p[rows], time_shifts[rows])
        for hypothesis, time_shift in zip(self.hypotheses, time_shifts.tolist(), strict=True):
            self._move(hypothesis, time_shift_token(hypothesis.state, time_shift))
        return time_shifts

    def _move(self, hypothesis: Hypothesis, token: int) -> None:
        hypothesis.state = constraints.advance(hypothesis.state, token)
        if not constraints.is_finished(hypothesis.state):
            return
        measure = self.decoding_context.tokens.measures[hypothesis.measure]
        hypothesis.measures.append(replace(measure, slices=constraints.slices(hypothesis.state)))
        hypothesis.measure += 1
        if hypothesis.measure < self.decoding_context.stop:
            again = recalled_events(self.recalls, hypothesis.measures)
            hypothesis.recalled = self.decoding_context.choices_of(again)
            place = hypothesis.number, hypothesis.measure
            hypothesis.state = self.decoding_context.begin(*place, hypothesis.state, again)


def _count(hypotheses: Sequence[Hypothesis], log_p: Scores, choices: Ints) -> None:
    """Count a choice [R] of each draft, made from log probabilities [R, C]."""
    nats = -log_p[np.arange(len(choices)), choices]
    for hypothesis, own, entropy in zip(hypotheses, nats.tolist(), entropies(log_p).tolist(), strict=True):
        hypothesis.figures.add(hypothesis.measure, own, entropy)


def _bounded(log_p: Floats) -> Scores:
    """[R, ...] log p with a lower bound, so that a single allowed choice can always be drawn."""
    result: Scores = np.fmax(log_p, np.float32(MIN_LOG_P))
    return result
