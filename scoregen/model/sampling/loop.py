"""The sampling loop: all drafts fill their blanks together, slice by slice, voice by voice.

Each choice is drawn from the network's distribution (`engine.decoder`) over the events that the constraints
(`tokens.constraints`) allow, so that every draft can be decoded. `voice_leading_costs` and `logit_bias` change
probabilities without excluding anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.decoder import Decoder
from scoregen.model.features.alphabet import MOST_ACCIDENTALS, UNSCORED
from scoregen.model.features.inputs import BLANK, SILENCE, SPELLED, Bools, Floats, Ints
from scoregen.model.network.config import SamplingOptions
from scoregen.model.sampling.costs.comfort import ComfortCosts
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.model.sampling.costs.few_voices import few_voices_costs
from scoregen.model.sampling.costs.given_sevenths import GIVEN_SEVENTH, given_leaps, given_seventh_costs
from scoregen.model.sampling.costs.long_rests import long_rest_costs
from scoregen.model.sampling.costs.planned_harmony import planned_harmony_costs
from scoregen.model.sampling.costs.scales import scale_costs
from scoregen.model.sampling.costs.successions import SuccessionCosts
from scoregen.model.sampling.costs.suggested_chords import suggested_costs, suggestion_at
from scoregen.model.sampling.costs.tendencies import tendency_costs
from scoregen.model.sampling.costs.voice_leading import Costs, voice_leading_costs
from scoregen.model.sampling.decoding_context import CHOICE_TOKENS, DecodingContext, time_shift_token
from scoregen.model.sampling.drafts import Draft, make_draft
from scoregen.model.sampling.hypothesis import Hypothesis, PausedHypothesis, SliceContext
from scoregen.model.sampling.novelty_limit import NoveltyLimit
from scoregen.model.sampling.nucleus import Scores, draw
from scoregen.model.sampling.request import SamplingRequest
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.state import Carry, ConstraintState
from scoregen.tokens.successions import places
from scoregen.tokens.voice_descriptions import voices_from_lowest

MIN_LOG_P = -1e4
"""Nats: the log probabilities of a diverged network can overflow."""

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


class _Sampler:
    """The unfinished drafts, each at its own current slice."""

    def __init__(self, request: SamplingRequest, options: SamplingOptions, round_number: int) -> None:
        voices, rows = len(request.tokens.slots), options.candidates
        self.novelty, self.logit_bias, self.options = request.novelty, request.logit_bias, options
        self.sections, self.use_costs = request.sections, request.use_voice_leading_costs
        self.scale_costs = scale_costs(request.scales)
        self.comfort = ComfortCosts(request.comfortable, request.descriptions) if request.comfortable else None
        self.page = None if request.page is None else np.array(request.page)
        self.costs = request.style.voice_leading.with_options(options.voice_leading, options.crossing)
        self.decoding_context = DecodingContext(
            request.engine,
            request.tokens,
            request.rules,
            request.plans,
            request.style.finest,
            request.descriptions,
            request.network_style,
        )
        self.suggests = self.decoding_context.suggests
        self.lowest = voices_from_lowest(request.descriptions)[0] if request.descriptions else voices - 1
        self.leaps = _given_leaps(self.decoding_context)
        self.decoder = Decoder(request.engine, 1, self.decoding_context.piece.voices)
        self.limit = NoveltyLimit(request.novelty, 1, voices) if request.novelty else None
        self.successions = None
        if request.successions and self.use_costs and self.costs.unusual_succession:
            where = places([measure.header for measure in request.tokens.measures])
            self.successions = SuccessionCosts(request.successions, where, 1, voices)
        self.planned_harmony = None
        if self.use_costs:
            headers = [measure.header for measure in request.tokens.measures]
            self.planned_harmony = planned_harmony_costs(headers, self.costs, voices)
        start = self._read_given()
        self._spread(np.zeros(rows, dtype=np.intp))
        self.seed = (options.seed % 2**64, round_number)
        self.hypotheses = [self._hypothesis(start, (*self.seed, row)) for row in range(rows)]

    def run(self, progress: Progress, stops: Sequence[int], judge: Judge | None) -> tuple[Draft, ...]:
        begin = self.decoding_context.first
        for stop in stops:
            if judge and begin < stop < self.decoding_context.stop:
                paused = self._write(stop, progress)
                costs = [
                    judge(*each.hypothesis.excerpt(self.decoding_context.tokens, begin, self.novelty))
                    for each in paused
                ]
                self._resume(paused[int(np.argmin(costs))])
                begin = stop
        finished = [each.hypothesis for each in self._write(self.decoding_context.stop, progress)]
        rest = self.decoding_context.tokens.measures[self.decoding_context.stop :]
        return tuple(
            make_draft(
                self.decoding_context.tokens,
                replace(self.decoding_context.tokens, measures=(*hypothesis.measures, *rest)),
                hypothesis.nats,
                hypothesis.choices,
                self.novelty,
            )
            for hypothesis in sorted(finished, key=lambda hypothesis: hypothesis.number)
        )

    def _write(self, stop: int, progress: Progress) -> list[PausedHypothesis]:
        """Write every draft up to a measure, which they reach at different times."""
        decoding_context, rows = self.decoding_context, len(self.hypotheses)
        paused: list[PausedHypothesis] = []
        while self.hypotheses:
            self._slice()
            paused += [self._pause(row) for row, hypothesis in enumerate(self.hypotheses) if hypothesis.measure == stop]
            self._keep([hypothesis for hypothesis in self.hypotheses if hypothesis.measure < stop])
            left = sum(stop - hypothesis.measure for hypothesis in self.hypotheses) / rows
            progress((stop - left - decoding_context.first) / (decoding_context.stop - decoding_context.first))
        return paused

    def _pause(self, row: int) -> PausedHypothesis:
        return PausedHypothesis(
            self.hypotheses[row],
            self.decoder.fork(row),
            self.limit.fork(row) if self.limit else None,
            self.successions.fork(row) if self.successions else None,
        )

    def _resume(self, best: PausedHypothesis) -> None:
        """Continue all drafts from one; each has a random generator of its own."""
        self.decoder, self.limit, hypothesis = best.decoder, best.limit, best.hypothesis
        self.successions = best.successions
        self._spread(np.zeros(self.options.candidates, dtype=np.intp))
        self.hypotheses = [
            hypothesis.fork(row, np.random.default_rng((*self.seed, row, hypothesis.measure)))
            for row in range(self.options.candidates)
        ]

    def _hypothesis(self, start: ConstraintState, seed: tuple[int, int, int]) -> Hypothesis:
        first, measures = self.decoding_context.first, self.decoding_context.tokens.measures
        nats, choices = np.zeros(len(measures)), np.zeros(len(measures), dtype=np.int64)
        rng = np.random.default_rng(seed)
        start = replace(start, rules=self.decoding_context.rules(seed[-1], first))
        return Hypothesis(first, start, list(measures[:first]), rng, nats, choices, seed[-1])

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
            for row in range(count if self.limit or self.successions else 0):
                self._append_sonority(piece.sounding[row : row + 1], places.position[row : row + 1])
        state = constraints.begin(decoding_context.rules(0, 0), (None,) * len(decoding_context.tokens.slots))
        for measure in range(decoding_context.first):
            while not constraints.is_finished(state):
                state = _skip_given(state)
            state = self._begin(0, measure + 1, state)
        return state

    def _append_sonority(self, sounding: Ints, position: Ints) -> None:
        if self.limit:
            self.limit.append(sounding, position)
        if self.successions:
            self.successions.append(sounding)

    def _spread(self, rows: NDArray[np.intp]) -> None:
        self.decoder.keep(rows)
        if self.limit:
            self.limit.keep(rows)
        if self.successions:
            self.successions.keep(rows)

    def _keep(self, hypotheses: list[Hypothesis]) -> None:
        if len(hypotheses) < len(self.hypotheses):
            kept = {id(hypothesis) for hypothesis in hypotheses}
            self._spread(
                np.array(
                    [row for row, hypothesis in enumerate(self.hypotheses) if id(hypothesis) in kept], dtype=np.intp
                )
            )
            self.hypotheses = hypotheses

    def _slice(self) -> None:
        """Write one slice of every draft."""
        decoding_context, decoder = self.decoding_context, self.decoder
        measure = np.array([hypothesis.measure for hypothesis in self.hypotheses])
        position = decoding_context.starts[measure] + np.array(
            [hypothesis.state.tick for hypothesis in self.hypotheses]
        )
        order, free = decoding_context.orders[measure], decoding_context.free[measure]
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
            events[row] = self.decoding_context.given_choices(
                hypothesis.measure, int(voice[row]), hypothesis.state.tick
            )
            hypothesis.state = constraints.advance_given(hypothesis.state)
        return events

    def _draw_choices(self, rows: NDArray[np.intp], step: int, context: SliceContext, every_log_p: Floats) -> Ints:
        """Draw choices from the network's distribution under the constraints and costs."""
        log_p = _bounded(every_log_p)[rows]
        hypotheses = [self.hypotheses[row] for row in rows]
        allowed = self._allowed(rows, step, context)
        opens = np.array([not hypothesis.state.written for hypothesis in hypotheses])
        costs = np.zeros((len(rows), every_log_p.shape[1]), dtype=np.float32)
        if opens.any():  # the notes of a chord after the first choice follow no line
            costs[opens, : SPELLED.events] = self._costs(rows[opens], step, context)
        if self.comfort is not None:
            states = [hypothesis.state for hypothesis in hypotheses]
            costs += self.comfort.costs(states, context.order[rows, step].tolist(), every_log_p.shape[1])
        choices = self._draw(hypotheses, np.where(allowed, log_p - costs, -np.inf))
        for hypothesis, choice, chance in zip(
            hypotheses, choices.tolist(), log_p[np.arange(len(rows)), choices], strict=True
        ):
            hypothesis.state = constraints.after_token(hypothesis.state, int(CHOICE_TOKENS[choice]))
            hypothesis.nats[hypothesis.measure] -= chance
            hypothesis.choices[hypothesis.measure] += 1
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

    def _costs(self, rows: NDArray[np.intp], step: int, context: SliceContext) -> Costs:
        """[R, E] the cost of each event, minus its logit bias."""
        voice, others = context.order[rows, step], context.order[rows, :step]
        decision = DecisionContext(
            voice,
            self.decoder.before[rows, voice],
            self.decoder.features.age[rows, voice],
            context.previous_pitches[rows],
            others,
            self.decoder.sounding[rows[:, None], others],
            context.closes[rows],
            context.given[rows],
            self.decoding_context.on_beat[context.position[rows]],
            self.decoding_context.keys[context.measure[rows]] - MOST_ACCIDENTALS,
        )
        costs = (
            voice_leading_costs(decision, self.costs) + tendency_costs(decision, self.costs)
            if self.use_costs
            else np.zeros((len(rows), SPELLED.events), np.float32)
        )
        if self.scale_costs is not None:
            costs = costs + self.scale_costs[[self.hypotheses[row].measure for row in rows]]
        if self.use_costs and self.leaps.any():
            leaps = self.leaps[context.position[rows]]
            costs = costs + given_seventh_costs(decision, leaps, GIVEN_SEVENTH * self.costs.seventh_leaves)
        if self.use_costs and self.costs.long_rest:
            costs = costs + long_rest_costs(decision, self.costs.long_rest)
        if self.suggests:
            costs = costs + self._suggested_costs(rows, voice)
        if self.planned_harmony is not None:
            costs = costs + self.planned_harmony.costs(context.position[rows], voice, decision.before, decision.on_beat)
        if self.page is not None:
            costs = costs + few_voices_costs(decision, self.page)
        if self.successions:
            unusual = self.successions.costs(
                rows,
                context.position[rows],
                context.measure[rows],
                voice,
                decision.before,
                others,
                decision.other_pitches,
            )
            costs = costs + self.costs.unusual_succession * unusual
        return costs - self.logit_bias.event_biases(decision) if self.logit_bias else costs

    def _suggested_costs(self, rows: NDArray[np.intp], voice: Ints) -> Costs:
        """[R, E] the cost of each event against the suggested chords."""
        hypotheses = [self.hypotheses[row] for row in rows]
        chords = [
            suggestion_at(self.decoding_context.given_chords(each.number, each.measure), constraints.onset(each.state))
            for each in hypotheses
        ]
        return suggested_costs(chords, (voice == self.lowest).tolist(), self.decoder.before[rows, voice])

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
            scores = log_p if logit_bias is None else log_p + logit_bias
            time_shifts[rows] = self._draw(hypotheses, np.where(masks[rows], scores[rows], -np.inf))
            for hypothesis, chance in zip(hypotheses, log_p[rows, time_shifts[rows]], strict=True):
                hypothesis.nats[hypothesis.measure] -= chance
                hypothesis.choices[hypothesis.measure] += 1
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
            hypothesis.state = self._begin(hypothesis.number, hypothesis.measure, hypothesis.state)

    def _begin(self, draft: int, measure: int, before: ConstraintState) -> ConstraintState:
        """The state of a draft at the start of a measure after another one.

        Given and new notes are never tied to each other, and no tie leads into a new section.
        """
        rules = self.decoding_context.rules(draft, measure)
        if measure in self.sections:
            return constraints.begin(rules, ((),) * len(self.decoding_context.tokens.slots))
        carried: Carry = tuple(
            sounding if (before_given is None) == (after_given is None) else ()
            for sounding, before_given, after_given in zip(
                constraints.carry(before), before.rules.given, rules.given, strict=True
            )
        )
        return constraints.begin(rules, carried, constraints.carry(before))


def _given_leaps(context: DecodingContext) -> Bools:
    """[Q, V] the given notes after which a voice does not fall by step."""
    piece = context.piece
    known = np.where((piece.events == BLANK).any(0), SILENCE, piece.sounding)
    return given_leaps(known, piece.position[piece.point], int(context.ends[-1]))


def _bounded(log_p: Floats) -> Scores:
    """[R, ...] log p with a lower bound, so that a single allowed choice can always be drawn."""
    result: Scores = np.fmax(log_p, np.float32(MIN_LOG_P))
    return result


def _skip_given(state: ConstraintState) -> ConstraintState:
    """The state at the next slice of a measure in which everything is given."""
    for _ in state.rules.order:
        state = constraints.advance_given(state)
    return constraints.advance(state, int(np.flatnonzero(constraints.allowed_tokens(state))[0]))
