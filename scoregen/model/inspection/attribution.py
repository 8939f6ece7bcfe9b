"""Attribution: the probability, cost, bias, bans and occlusion effects of every choice of a finished piece.

The probabilities are those of `likelihood.choices`: slice by slice, voice by voice, given voices first. The effects
of the sampler (costs, logit biases, constraints) are reported separately, so that its part in a choice is visible.

T slices, V voices, E events, P pitches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.inference_mode import inference_mode
from scoregen.model.features.alphabet import FIRST_PITCH, GRID, HOLD, MOST_ACCIDENTALS, PITCHES
from scoregen.model.features.conditioning import Example, usual_order
from scoregen.model.features.inputs import ABSENT, MIDI, SILENCE, SPELLED, Bools, Ints, PieceArrays, piece_arrays
from scoregen.model.inspection.choice_record import (
    Ban,
    ChoiceRecord,
    GivenNote,
    Option,
    PieceRecord,
    Source,
)
from scoregen.model.inspection.constraint_replay import constraint_bans, novelty_bans
from scoregen.model.inspection.occlusion import effects, event_log_p
from scoregen.model.inspection.written_choices import WrittenChoices
from scoregen.model.network.batches import collate
from scoregen.model.network.config import SamplingOptions
from scoregen.model.network.likelihood import choices
from scoregen.model.network.network import Network
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.model.sampling.costs.style_costs import style_costs
from scoregen.model.sampling.logit_bias import LogitBias
from scoregen.styles.style import VoiceLeadingCosts, load_style
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.events import TokenScore
from scoregen.tokens.voice_descriptions import VoiceDescription
from scoregen.tokens.window_hashes import NoveltyIndex

Floats = NDArray[np.float64]
NOVELTY = "novelty"
MAX_SOURCES = 3
"""The maximum number of sources of a choice."""
MIN_SOURCE_NATS = 0.25
"""The minimum of the nats that a source adds to a logit."""
MAX_GIVEN_NOTES = 6
"""The maximum number of given notes that are reported for a choice."""
MIN_EFFECT = 0.05
"""The minimum absolute effect in nats of a given note that is reported."""
BAN_EXAMPLES = 2
"""The maximum number of events that are named for each ban: the likeliest."""


@dataclass(frozen=True, slots=True)
class SamplerSettings:
    """The settings of the sampler: a network, its constraints, its novelty index, its calibration and its costs.

    A network for any ensemble reads the `descriptions` of the voices, and a `network_style`, 0 if it is unknown.
    """

    network: Network
    rules: Sequence[VoiceRule]
    options: SamplingOptions
    novelty: NoveltyIndex | None = None
    logit_bias: LogitBias | None = None
    costs: VoiceLeadingCosts = field(default_factory=lambda: load_style().voice_leading)
    descriptions: Sequence[VoiceDescription] | None = None
    network_style: int = 0


def choice_records(
    sampler: SamplerSettings, tokens: TokenScore, given: Sequence[Sequence[bool]], max_options: int
) -> PieceRecord:
    """The record of every attack of a voice that is not given; `given` by measure and voice.

    Each record has `max_options` options or fewer.
    """
    is_given = np.array(given, dtype=bool)
    piece = piece_arrays(tokens, None, sampler.descriptions)
    given_events = is_given[piece.measure]
    order = usual_order(given_events, piece.events == ABSENT)
    example = Example(piece, given_events, order, sampler.network_style)
    with inference_mode():
        batch = collate([example], sampler.network.alphabet)
        written = WrittenChoices.of(sampler.network, batch, choices(sampler.network, batch))
    table = _ChoiceTable(sampler, tokens, example, written.log_p)
    notes = _given_notes(example)
    measures = [np.tile((piece.measure == index)[:, None], (1, order.shape[1])) for index in range(len(is_given))]
    losses = effects(sampler.network, example, [*measures, *(mask for _, mask in notes)])
    alone = _alone(sampler.network, example)
    places = _places(tokens)
    rows, voices = np.nonzero(_attacks(piece) & ~example.given)
    records = [
        _record(
            table,
            row,
            voice,
            places[row],
            alone[row, voice],
            written,
            losses[:, row, voice],
            len(measures),
            max_options,
        )
        for row, voice in zip(rows.tolist(), voices.tolist(), strict=True)
    ]
    return PieceRecord(
        places,
        tuple(records),
        tuple(GivenNote(voice, *places[row]) for (row, voice), _ in notes),
    )


def _attacks(piece: PieceArrays) -> Bools:
    """[T, V] where a voice begins a note or a chord."""
    return (piece.events >= FIRST_PITCH) & (piece.events < SPELLED.events)


class _ChoiceTable:
    """By slice and voice, the log probability, cost, bias and bans of each event."""

    def __init__(self, sampler: SamplerSettings, tokens: TokenScore, example: Example, event_log_p: Floats) -> None:
        piece = example.piece
        self.piece, self.order, self.event_log_p = piece, example.order, event_log_p
        measures = [int(index) for index in np.unique(piece.measure, return_index=True)[1]]
        self.bans = {
            place: dict(own) for place, own in constraint_bans(tokens, example.given[measures], sampler.rules).items()
        }
        if sampler.novelty is not None and sampler.novelty.limits_choices:
            for row, events in novelty_bans(piece, example.order, sampler.novelty):
                last = int(example.order[row, -1])
                if (row, last) in self.bans:
                    self.bans[row, last][NOVELTY] = events
        self.costs, self.logit_bias = np.zeros_like(event_log_p), np.zeros_like(event_log_p)
        costs = sampler.costs.with_options(sampler.options.voice_leading, sampler.options.crossing)
        for step in range(example.order.shape[1]):
            decision = _decision(tokens, example, step)
            every = np.arange(piece.length)
            self.costs[every, decision.voice] = style_costs(decision, costs)
            if sampler.logit_bias is not None:
                self.logit_bias[every, decision.voice] = sampler.logit_bias.event_biases(decision)

    def options(self, row: int, voice: int) -> list[tuple[Option, int]]:
        """All options, likeliest first, each with the event of its likeliest spelling."""
        log_p = self.event_log_p[row, voice]
        grouped: dict[int, list[int]] = {}
        for event in range(len(log_p)):
            sound = event if event < FIRST_PITCH else FIRST_PITCH + int(MIDI[event - FIRST_PITCH])
            grouped.setdefault(sound, []).append(event)
        result = []
        for events in grouped.values():
            best = max(events, key=lambda event: log_p[event])
            result.append((self.option(row, voice, best, float(np.exp(log_p[events]).sum())), best))
        return sorted(result, key=lambda item: -item[0].chance)

    def option(self, row: int, voice: int, event: int, chance: float) -> Option:
        kind = "begin" if event >= FIRST_PITCH else "hold" if event == HOLD else "rest"
        pitch = PITCHES[event - FIRST_PITCH] if event >= FIRST_PITCH else None
        bans = tuple(name for name, events in self.bans[row, voice].items() if events[event])
        cost, logit_bias = float(self.costs[row, voice, event]), float(self.logit_bias[row, voice, event])
        return Option(kind, pitch, chance, cost, logit_bias, bans)


def _record(
    table: _ChoiceTable,
    row: int,
    voice: int,
    place: tuple[int, Fraction],
    alone: float,
    written: WrittenChoices,
    losses: NDArray[np.float32],
    measures: int,
    max_options: int,
) -> ChoiceRecord:
    log_p = table.event_log_p[row, voice]
    event = int(table.piece.events[row, voice])
    midi = MIDI[event - FIRST_PITCH]
    every = table.options(row, voice)
    index = next(i for i, (option, _) in enumerate(every) if option.pitch and option.pitch.midi_pitch == midi)
    own, _ = every[index]
    as_written = Option(own.kind, PITCHES[event - FIRST_PITCH], own.chance, own.cost, own.logit_bias, own.constraints)
    options = [option for option, _ in every]
    options[index] = as_written
    kept = options[:max_options] if index < max_options else [*options[: max_options - 1], as_written]
    rank = table.order[row].tolist().index(voice)
    return ChoiceRecord(
        row,
        voice,
        *place,
        after=tuple(table.order[row, :rank].tolist()),
        nats=float(written.nats[row, voice]),
        alone_nats=-float(alone),
        entropy=-float((np.exp(log_p) * np.where(log_p > -np.inf, log_p, 0.0)).sum()),
        options=tuple(kept),
        chosen=min(index, max_options - 1),
        bans=tuple(_bans(table, row, voice, every)),
        sources=tuple(_sources(table.piece, row, voice, event, written.proposed_for(row, voice))),
        measures=tuple(map(float, losses[:measures])),
        notes=tuple(_strongest(losses[measures:])),
    )


def _strongest(losses: NDArray[np.float32]) -> list[tuple[int, float]]:
    """The given notes with the largest absolute effects, largest first."""
    order = np.argsort(-np.abs(losses), kind="stable")[:MAX_GIVEN_NOTES]
    return [(index, float(losses[index])) for index in order.tolist() if abs(losses[index]) >= MIN_EFFECT]


def _bans(table: _ChoiceTable, row: int, voice: int, every: Sequence[tuple[Option, int]]) -> list[Ban]:
    """The bans that exclude a share of the network's probability."""
    result = []
    for name, events in table.bans[row, voice].items():
        chance = float(np.exp(table.event_log_p[row, voice][events]).sum())
        banned = [option for option, event in every if events[event]][:BAN_EXAMPLES]
        if banned and chance >= 1e-4:
            result.append(Ban(name, chance, tuple(banned)))
    return result


def _sources(piece: PieceArrays, row: int, voice: int, event: int, proposed: Floats) -> list[Source]:
    """The earlier slices with the same event that add most to its logit."""
    same = np.flatnonzero((piece.events[:row, voice] == event) & (proposed[:row] >= MIN_SOURCE_NATS))
    best = sorted(same.tolist(), key=lambda earlier: -proposed[earlier])[:MAX_SOURCES]
    return [Source(earlier, float(proposed[earlier])) for earlier in best]


def _alone(network: Network, example: Example) -> Floats:
    """[T, V] log p of the events if each voice is the first to choose after the given ones."""
    result = np.zeros(example.given.shape)
    nothing = np.zeros_like(example.given)
    for voice in range(example.given.shape[1]):
        rank = np.array([[list(row).index(v) for v in range(len(row))] for row in example.order.tolist()]) + 1
        rank[:, voice] = 0
        first = np.argsort(rank - (len(rank[0]) + 1) * example.given, axis=1, kind="stable")
        result[:, voice] = event_log_p(network, replace(example, order=first), [nothing])[0, :, voice]
    return result


def _given_notes(example: Example) -> list[tuple[tuple[int, int], Bools]]:
    """Each given note: its slice and voice, and the mask that occludes its voice while it sounds."""
    piece, given = example.piece, example.given
    result = []
    for voice in range(given.shape[1]):
        begins = np.flatnonzero(given[:, voice] & _attacks(piece)[:, voice])
        stops = np.flatnonzero(piece.events[:, voice] != HOLD)
        for row in begins.tolist():
            stop = next((int(other) for other in stops if other > row), piece.length)
            mask = np.zeros_like(given)
            mask[row:stop, voice] = True
            result.append(((row, voice), mask))
    return result


def _decision(tokens: TokenScore, example: Example, step: int) -> DecisionContext:
    """The decision context of every slice when the voice of that rank chooses."""
    piece, order = example.piece, example.order
    every = np.arange(piece.length)
    position = piece.position[piece.point]
    previous_pitches = np.vstack([np.full((1, order.shape[1]), SILENCE), piece.sounding[:-1]])
    voice, others = order[:, step], order[:, :step]
    return DecisionContext(
        voice,
        piece.before[every, voice],
        piece.age[every, voice],
        previous_pitches,
        others,
        piece.sounding[every[:, None], others],
        np.isin(position, _phrase_ends(tokens)),
        np.asarray(example.given.any(1)),
        piece.is_beat[piece.point],
        piece.key[piece.point] - MOST_ACCIDENTALS,
    )


def _phrase_ends(tokens: TokenScore) -> Ints:
    """The ends of phrases in grid steps from the start."""
    ends, start = [], Fraction(0)
    for measure in tokens.measures:
        ends += [int((start + end) * GRID) for end in measure.header.phrase_ends]
        start += measure.header.duration
    return np.array(ends, dtype=np.int64)


def _places(tokens: TokenScore) -> tuple[tuple[int, Fraction], ...]:
    return tuple((index, piece.onset) for index, measure in enumerate(tokens.measures) for piece in measure.slices)
