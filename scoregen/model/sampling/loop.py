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

from scoregen.model.engine.scoring import MIN_LOG_P
from scoregen.model.features.alphabet import HOLD, UNSCORED
from scoregen.model.features.inputs import Bools, Floats, Ints
from scoregen.model.network.config import SamplingOptions
from scoregen.model.sampling.costs.theme_variation import expected_choices
from scoregen.model.sampling.decoding_context import CHOICE_TOKENS, DecodingContext, time_shift_token
from scoregen.model.sampling.drafts import Draft, Figures, make_draft
from scoregen.model.sampling.hypothesis import Hypothesis, SliceContext, count_choices
from scoregen.model.sampling.nucleus import Scores, draw
from scoregen.model.sampling.request import SamplingRequest
from scoregen.model.sampling.turns import Turns
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.recalls import expected_tops, recalled_events
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
    """A hypothesis that waits for the others, with what its turns depend on."""

    hypothesis: Hypothesis
    turns: Turns


class _Sampler:
    """The unfinished drafts, each at its own current slice."""

    def __init__(self, request: SamplingRequest, options: SamplingOptions, round_number: int) -> None:
        rows = options.candidates
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
        self.turns = Turns(request, options, self.decoding_context)
        start = self._read_given()
        self.turns.keep(np.zeros(rows, dtype=np.intp))
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
            make_draft(task, replace(task, measures=(*hypothesis.measures, *rest)), hypothesis.figures, self.novelty)
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
        return _Paused(self.hypotheses[row], self.turns.fork(row))

    def _resume(self, best: _Paused) -> None:
        """Continue all drafts from one; each has a random generator of its own."""
        self.turns, hypothesis = best.turns, best.hypothesis
        self.turns.keep(np.zeros(self.options.candidates, dtype=np.intp))
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
            self.turns.decoder.read(
                places,
                piece.choices[:count].astype(np.int64),
                piece.sounding[:count],
                piece.inner[:count].astype(np.int64),
                piece.time_shift[:count],
            )
            for row in range(count if self.turns.reads_the_past else 0):
                self.turns.append(piece.sounding[row : row + 1], places.position[row : row + 1])
        return decoding_context.start()

    def _keep(self, hypotheses: list[Hypothesis]) -> None:
        if len(hypotheses) < len(self.hypotheses):
            kept = {id(hypothesis) for hypothesis in hypotheses}
            rows = [row for row, hypothesis in enumerate(self.hypotheses) if id(hypothesis) in kept]
            self.turns.keep(np.array(rows, dtype=np.intp))
            self.hypotheses = hypotheses

    def _slice(self) -> None:
        """Write one slice of every draft."""
        decoding_context, decoder = self.decoding_context, self.turns.decoder
        measure = np.array([hypothesis.measure for hypothesis in self.hypotheses])
        tick = np.array([hypothesis.state.tick for hypothesis in self.hypotheses])
        position = decoding_context.starts[measure] + tick
        order = decoding_context.orders[measure]
        free = decoding_context.free[measure] & self._free(order)
        chooses = bool(free.any())
        places, present = decoding_context.places(measure, position), decoding_context.present[measure]
        context = SliceContext(
            order, decoder.sounding.copy(), position, measure, decoding_context.closes[position], ~free.all(1)
        )
        decoder.open_slice(places, order, present, chooses=chooses)
        for step in range(order.shape[1]):
            self._write_voice(step, free[:, step], present[np.arange(len(order)), order[:, step]], context, chooses)
        self.turns.append(decoder.sounding, position)
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
        """Write the event of the next voice of every draft, drawn or given, choice by choice.

        `free`, `present` [R]: it is blank, it takes part in the measure.
        """
        decoder, voice = self.turns.decoder, context.order[:, step]
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
        choices = self._draw(hypotheses, self.turns.scores(hypotheses, rows, step, context, log_p))
        for hypothesis, choice in zip(hypotheses, choices.tolist(), strict=True):
            hypothesis.state = constraints.after_token(hypothesis.state, int(CHOICE_TOKENS[choice]))
        count_choices(hypotheses, log_p, choices)
        return choices

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
            log_p = _bounded(self.turns.decoder.choose_time_shift())
            rows = np.flatnonzero(masks.any(1) & free)
            hypotheses = [self.hypotheses[row] for row in rows]
            scores = (log_p if logit_bias is None else log_p + logit_bias)[rows]
            costs = self.turns.costs.of_time_shifts(hypotheses)
            scores = scores if costs is None else scores - costs
            time_shifts[rows] = self._draw(hypotheses, np.where(masks[rows], scores, -np.inf))
            count_choices(hypotheses, log_p[rows], time_shifts[rows])
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
            hypothesis.expected = expected_choices(expected_tops(self.recalls, hypothesis.measures))
            place = hypothesis.number, hypothesis.measure
            hypothesis.state = self.decoding_context.begin(*place, hypothesis.state, again)


def _bounded(log_p: Floats) -> Scores:
    """[R, ...] log p with a lower bound, so that a single allowed choice can always be drawn."""
    result: Scores = np.fmax(log_p, np.float32(MIN_LOG_P))
    return result
