"""The costs of the choices of all drafts: those of the style, and those of what is given, planned and asked for.

Each kind is left out where it has no price or nothing to price. R drafts, V voices, E events, C choices, Q positions.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.decoder import Decoder
from scoregen.model.features.alphabet import MOST_ACCIDENTALS
from scoregen.model.features.inputs import BLANK, SILENCE, SPELLED, Bools, Ints
from scoregen.model.network.config import SamplingOptions
from scoregen.model.sampling.costs.comfort import ComfortCosts
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.model.sampling.costs.few_voices import few_voices_costs
from scoregen.model.sampling.costs.figures.chords import ChordPrices, double_stop_costs, hand_chord_costs
from scoregen.model.sampling.costs.figures.repetition import echo_costs, repeated_note_costs
from scoregen.model.sampling.costs.figures.rhythm import Moment, RhythmCosts, other_hands
from scoregen.model.sampling.costs.given_sevenths import GIVEN_SEVENTH, given_leaps, given_seventh_costs
from scoregen.model.sampling.costs.note_choice import Scores
from scoregen.model.sampling.costs.planned_harmony import PlannedHarmonyCosts, planned_harmony_costs
from scoregen.model.sampling.costs.scales import scale_costs
from scoregen.model.sampling.costs.style_costs import style_costs
from scoregen.model.sampling.costs.successions import SuccessionCosts, succession_prices
from scoregen.model.sampling.costs.suggested_chords import suggested_costs, suggestion_at
from scoregen.model.sampling.costs.theme_variation import other_note_costs, other_onset_costs, passing_costs
from scoregen.model.sampling.costs.voice_leading import Costs
from scoregen.model.sampling.decoding_context import DecodingContext
from scoregen.model.sampling.hypothesis import Hypothesis, SliceContext
from scoregen.model.sampling.request import SamplingRequest
from scoregen.styles.style import VoiceLeadingCosts
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.successions import places
from scoregen.tokens.voice_descriptions import voices_from_lowest


class ChoiceCosts:
    """The costs of a request. `append` what sounds, `keep` and `fork` drafts as in the decoder."""

    def __init__(self, request: SamplingRequest, options: SamplingOptions, context: DecodingContext) -> None:
        voices, headers = len(request.tokens.slots), [measure.header for measure in request.tokens.measures]
        costs = request.style.voice_leading.with_options(options.voice_leading, options.crossing)
        self._style = costs if request.use_voice_leading_costs else None
        self._context, self._logit_bias = context, request.logit_bias
        self._varies = any(each.is_varied for each in request.recalls.values())
        self._chords = _chord_prices(costs) if self._style and request.descriptions else None
        self._textures = request.textures if costs.texture else ()
        self._scales = scale_costs(request.scales)
        self._suggests = context.suggests
        self._lowest = voices_from_lowest(request.descriptions)[0] if request.descriptions else voices - 1
        self._is_played = request.descriptions is not None
        self._echoes = bool(self._style) and not self._is_played
        self._page = None if request.page is None else np.array(request.page)
        self._comfort = ComfortCosts(request.comfortable, request.descriptions) if request.comfortable else None
        self._leaps: Bools | None = None
        self._rhythm: RhythmCosts | None = None
        self._planned_harmony: PlannedHarmonyCosts | None = None
        self._successions: SuccessionCosts | None = None
        if self._style:
            self._leaps = _given_leaps(context, self._style)
            self._planned_harmony = planned_harmony_costs(headers, self._style, voices, self._is_played)
            if self._style.rhythm_change or self._textures:
                self._rhythm = RhythmCosts(
                    self._style.rhythm_change, self._style.texture, self._style.apart, other_hands(request.descriptions)
                )
            if request.successions and self._style.unusual_succession:
                self._successions = SuccessionCosts(request.successions, places(headers), 1)

    @property
    def reads_the_past(self) -> bool:
        """Whether the costs depend on what sounded before the last slice."""
        return self._successions is not None

    def append(self, sounding: Ints) -> None:
        """Append the pitch ids [R, V] that sound now."""
        if self._successions:
            self._successions.append(sounding)

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Keep only these drafts."""
        if self._successions:
            self._successions.keep(rows)

    def fork(self, row: int) -> ChoiceCosts:
        """The costs of one of these drafts with its state so far."""
        one = copy(self)
        one._successions = self._successions.fork(row) if self._successions else None
        return one

    def of_notes(self, hypotheses: Sequence[Hypothesis], voice: Ints, choices: int) -> Costs:
        """[R, C] the costs that choose among the notes of a voice [R], and hold for every note of a chord."""
        states, voices = [each.state for each in hypotheses], voice.tolist()
        costs = np.zeros((len(states), choices), dtype=np.float32)
        if self._comfort:
            costs = self._comfort.costs(states, voices, choices)
        if self._style and self._style.repeated_note:
            costs += repeated_note_costs(states, voices, choices, self._style.repeated_note)
        if self._style and self._style.double_stop:
            costs += double_stop_costs(states, voices, choices, self._style.double_stop)
        if self._chords:
            costs += hand_chord_costs(self._moments(hypotheses), voices, choices, self._chords)
        if self._varies:
            costs += other_note_costs(states, [each.expected for each in hypotheses], voices, choices)
        return costs

    def of_suggestions(self, hypotheses: Sequence[Hypothesis], voice: Ints, scores: Scores) -> Costs | None:
        """[R, C] the cost of each choice against the suggested chords; None if none is suggested.

        `scores` [R, C] are log probabilities, -inf where a choice is excluded.
        """
        if not self._suggests:
            return None
        chords = [
            suggestion_at(self._context.given_chords(each.number, each.measure), constraints.onset(each.state))
            for each in hypotheses
        ]
        return suggested_costs(chords, [each.state for each in hypotheses], voice.tolist(), self._lowest, scores)

    def of_onsets(self, hypotheses: Sequence[Hypothesis], voice: Ints, choices: int) -> Costs:
        """[R, C] the costs of beginning a note, or of not beginning one, of a voice [R]."""
        costs = np.zeros((len(hypotheses), choices), dtype=np.float32)
        if self._rhythm:
            costs = self._rhythm.of_events(self._moments(hypotheses), voice, choices)
        if self._varies:
            states, expected = [each.state for each in hypotheses], [each.expected for each in hypotheses]
            costs += other_onset_costs(states, expected, voice.tolist(), choices)
        return costs

    def of_time_shifts(self, hypotheses: Sequence[Hypothesis]) -> Costs | None:
        """[R, A] the cost of each time shift; None if none costs anything."""
        costs = self._rhythm.of_time_shifts(self._moments(hypotheses)) if self._rhythm else None
        if not self._varies:
            return costs
        passing = passing_costs([each.state for each in hypotheses], [each.expected for each in hypotheses])
        return passing if costs is None else costs + passing

    def of_planned_notes(
        self, rows: NDArray[np.intp], step: int, context: SliceContext, decoder: Decoder
    ) -> Costs | None:
        """[R, E] the cost of notes of players outside the plan, which choose among notes; None without any price.

        Those of choirs are costs of events.
        """
        if self._planned_harmony is None or not self._is_played:
            return None
        decision, position = self._decision(rows, step, context, decoder), context.position[rows]
        return self._planned_harmony.costs(position, decision.voice, decision.before, decision.on_beat)

    def of_events(
        self,
        hypotheses: Sequence[Hypothesis],
        rows: NDArray[np.intp],
        step: int,
        context: SliceContext,
        decoder: Decoder,
    ) -> Costs:
        """[R, E] the cost of each event of the voice that chooses at a step, in some drafts, minus its logit bias."""
        decision = self._decision(rows, step, context, decoder)
        position, measure = context.position[rows], context.measure[rows]
        costs = np.zeros((len(rows), SPELLED.events), np.float32)
        if self._style:
            costs = style_costs(decision, self._style)
        if self._scales is not None:
            costs = costs + self._scales[measure]
        if self._style and self._leaps is not None:
            price = GIVEN_SEVENTH * self._style.seventh_leaves
            costs = costs + given_seventh_costs(decision, self._leaps[position], price)
        if self._echoes:
            costs = costs + echo_costs([each.state for each in hypotheses], decision.voice.tolist(), SPELLED.events)
        if self._planned_harmony is not None and not self._is_played:
            costs = costs + self._planned_harmony.costs(position, decision.voice, decision.before, decision.on_beat)
        if self._page is not None:
            costs = costs + few_voices_costs(decision, self._page)
        if self._style and self._successions:
            unusual = self._successions.costs(rows, position, measure, decision)
            costs = costs + succession_prices(unusual, self._style, decision.on_beat)
        return costs - self._logit_bias.event_biases(decision) if self._logit_bias else costs

    def _moments(self, hypotheses: Sequence[Hypothesis]) -> list[Moment]:
        return [
            Moment(
                each.state,
                each.measures[-1] if each.measures else None,
                self._textures[each.measure] if self._textures else (),
            )
            for each in hypotheses
        ]

    def _decision(self, rows: NDArray[np.intp], step: int, context: SliceContext, decoder: Decoder) -> DecisionContext:
        voice, others = context.order[rows, step], context.order[rows, :step]
        return DecisionContext(
            voice,
            decoder.before[rows, voice],
            decoder.features.age[rows, voice],
            context.previous_pitches[rows],
            others,
            decoder.sounding[rows[:, None], others],
            context.closes[rows],
            context.given[rows],
            self._context.on_beat[context.position[rows]],
            self._context.keys[context.measure[rows]] - MOST_ACCIDENTALS,
        )


def _chord_prices(costs: VoiceLeadingCosts) -> ChordPrices | None:
    prices = ChordPrices(costs.second_note, costs.full_chord, costs.quick_chord)
    return prices if any(prices) else None


def _given_leaps(context: DecodingContext, costs: VoiceLeadingCosts) -> Bools | None:
    """[Q, V] the given notes after which a voice does not fall by step; None without any, or if sevenths are free."""
    if not costs.seventh_leaves:
        return None
    piece = context.piece
    known = np.where((piece.events == BLANK).any(0), SILENCE, piece.sounding)
    leaps = given_leaps(known, piece.position[piece.point], int(context.ends[-1]))
    return leaps if leaps.any() else None
