"""What a network weighed for every choice of a finished piece: how likely, at which cost, and what was forbidden.

The chances are those of `likelihood.choices`: slice by slice, voice by voice, given voices first. What the
sampler does to them, prices, leanings and constraints, is told beside them, so that its own share in a
choice can be seen.

T slices, V voices, E events, P pitches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.inference_mode import inference_mode
from scoregen.model.inspection.choice_record import (
    AttendedSlice,
    ChoiceRecord,
    ForbiddenChoice,
    GivenNote,
    Option,
    PieceRecord,
)
from scoregen.model.inspection.constraint_replay import beyond_novelty_limit, forbidden_choices, written_order
from scoregen.model.inspection.occlusion import chances, effects
from scoregen.model.network.alphabet import FIRST_PITCH, GRID, HOLD, PITCHES
from scoregen.model.network.batches import collate
from scoregen.model.network.conditioning import Example
from scoregen.model.network.config import SamplingOptions
from scoregen.model.network.inputs import MIDI, SILENCE, Bools, Ints, PieceArrays, piece_arrays
from scoregen.model.network.likelihood import choices
from scoregen.model.network.network import Network
from scoregen.model.sampling.decision_context import DecisionContext
from scoregen.model.sampling.logit_bias import LogitBias
from scoregen.model.sampling.voice_leading_costs import voice_leading_costs
from scoregen.styles.style import load_style
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.events import TokenScore
from scoregen.tokens.window_hashes import NoveltyIndex

Floats = NDArray[np.float64]
NOVELTY = "novelty"
SOURCES = 3
"""Earlier places that are told of as the same, at most."""
LEAST_PROPOSED = 0.25
"""Nats that an earlier place must add to be told of."""
GIVEN_NOTES = 6
"""Given notes that are told of, at most."""
LEAST_MOVED = 0.05
"""Nats by which a given note must move a choice to be told of."""
STAND_INS = 2
"""Forbidden events that are told of by name for each constraint, at most: the likeliest."""


@dataclass(frozen=True, slots=True)
class SamplerSettings:
    """Who writes: a network, and beside it what it must not write again and how it is calibrated."""

    network: Network
    rules: Sequence[VoiceRule]
    options: SamplingOptions
    novelty: NoveltyIndex | None = None
    logit_bias: LogitBias | None = None


def choice_records(
    writer: SamplerSettings, tokens: TokenScore, given: Sequence[Sequence[bool]], most: int
) -> PieceRecord:
    """What was weighed for every attack of a voice that is not given; `given` by measure and voice.

    At most `most` options are told of each choice.
    """
    known = np.array(given, dtype=bool)
    piece = piece_arrays(tokens)
    order = written_order(known)[piece.measure]
    example = Example(piece, known[piece.measure], order)
    with inference_mode():
        found = choices(writer.network, collate([example]))
    table = _Table(writer, tokens, example, found.events.double().numpy())
    notes = _given_notes(example)
    measures = [np.tile((piece.measure == index)[:, None], (1, order.shape[1])) for index in range(len(known))]
    lost = effects(writer.network, example, [*measures, *(mask for _, mask in notes)])
    alone = _alone(writer.network, example)
    proposed = [step.double().numpy() for step in found.proposed]
    places = _places(tokens)
    rows, voices = np.nonzero((piece.events >= FIRST_PITCH) & ~example.given)
    weighed = [
        _weighed(table, row, voice, places[row], alone[row, voice], proposed, lost[:, row, voice], len(measures), most)
        for row, voice in zip(rows.tolist(), voices.tolist(), strict=True)
    ]
    return PieceRecord(
        places,
        tuple(weighed),
        tuple(GivenNote(voice, *places[row]) for (row, voice), _ in notes),
    )


class _Table:
    """By slice and voice, all that is known of each event."""

    def __init__(self, writer: SamplerSettings, tokens: TokenScore, example: Example, chances: Floats) -> None:
        piece = example.piece
        self.piece, self.order, self.chances = piece, example.order, chances
        measures = [int(index) for index in np.unique(piece.measure, return_index=True)[1]]
        self.bans = {
            place: dict(own) for place, own in forbidden_choices(tokens, example.given[measures], writer.rules).items()
        }
        if writer.novelty is not None:
            for row, events in beyond_novelty_limit(piece, example.order, writer.novelty):
                last = int(example.order[row, -1])
                if (row, last) in self.bans:
                    self.bans[row, last][NOVELTY] = events
        self.costs, self.logit_bias = np.zeros_like(chances), np.zeros_like(chances)
        costs = load_style().voice_leading.with_options(writer.options.voice_leading, writer.options.crossing)
        for step in range(example.order.shape[1]):
            decision = _decision(tokens, example, step)
            every = np.arange(piece.length)
            self.costs[every, decision.voice] = voice_leading_costs(decision, costs)
            if writer.logit_bias is not None:
                self.logit_bias[every, decision.voice] = writer.logit_bias.added(decision)

    def options(self, row: int, voice: int) -> list[tuple[Option, int]]:
        """All ways to go on, likeliest first, each with the event of its likeliest spelling."""
        logs = self.chances[row, voice]
        grouped: dict[int, list[int]] = {}
        for event in range(len(logs)):
            sound = event if event < FIRST_PITCH else FIRST_PITCH + int(MIDI[event - FIRST_PITCH])
            grouped.setdefault(sound, []).append(event)
        found = []
        for events in grouped.values():
            best = max(events, key=lambda event: logs[event])
            found.append((self.option(row, voice, best, float(np.exp(logs[events]).sum())), best))
        return sorted(found, key=lambda item: -item[0].chance)

    def option(self, row: int, voice: int, event: int, chance: float) -> Option:
        kind = "begin" if event >= FIRST_PITCH else "hold" if event == HOLD else "rest"
        pitch = PITCHES[event - FIRST_PITCH] if event >= FIRST_PITCH else None
        bans = tuple(name for name, events in self.bans[row, voice].items() if events[event])
        cost, logit_bias = float(self.costs[row, voice, event]), float(self.logit_bias[row, voice, event])
        return Option(kind, pitch, chance, cost, logit_bias, bans)


def _weighed(
    table: _Table,
    row: int,
    voice: int,
    place: tuple[int, Fraction],
    alone: float,
    proposed: Sequence[Floats],
    lost: NDArray[np.float32],
    measures: int,
    most: int,
) -> ChoiceRecord:
    logs = table.chances[row, voice]
    event = int(table.piece.events[row, voice])
    midi = MIDI[event - FIRST_PITCH]
    every = table.options(row, voice)
    index = next(i for i, (option, _) in enumerate(every) if option.pitch and option.pitch.midi_pitch == midi)
    own, _ = every[index]
    as_written = Option(own.kind, PITCHES[event - FIRST_PITCH], own.chance, own.cost, own.logit_bias, own.forbidden_by)
    options = [option for option, _ in every]
    options[index] = as_written
    kept = options[:most] if index < most else [*options[: most - 1], as_written]
    rank = table.order[row].tolist().index(voice)
    return ChoiceRecord(
        row,
        voice,
        *place,
        after=tuple(table.order[row, :rank].tolist()),
        nats=-float(logs[event]),
        alone_nats=-float(alone),
        entropy=-float((np.exp(logs) * logs).sum()),
        options=tuple(kept),
        chosen=min(index, most - 1),
        bans=tuple(_bans(table, row, voice, every)),
        sources=tuple(_sources(table.piece, row, voice, event, proposed[rank][row])),
        measures=tuple(map(float, lost[:measures])),
        notes=tuple(_strongest(lost[measures:])),
    )


def _strongest(lost: NDArray[np.float32]) -> list[tuple[int, float]]:
    """The given notes that move a choice most, either way, strongest first."""
    order = np.argsort(-np.abs(lost), kind="stable")[:GIVEN_NOTES]
    return [(index, float(lost[index])) for index in order.tolist() if abs(lost[index]) >= LEAST_MOVED]


def _bans(table: _Table, row: int, voice: int, every: Sequence[tuple[Option, int]]) -> list[ForbiddenChoice]:
    """What each constraint takes away, where it takes anything that the network would have liked."""
    found = []
    for name, events in table.bans[row, voice].items():
        chance = float(np.exp(table.chances[row, voice][events]).sum())
        banned = [option for option, event in every if events[event]][:STAND_INS]
        if banned and chance >= 1e-4:
            found.append(ForbiddenChoice(name, chance, tuple(banned)))
    return found


def _sources(piece: PieceArrays, row: int, voice: int, event: int, proposed: Floats) -> list[AttendedSlice]:
    """The earlier slices that spoke most for what the voice does, because it did it there."""
    same = np.flatnonzero((piece.events[:row, voice] == event) & (proposed[:row] >= LEAST_PROPOSED))
    best = sorted(same.tolist(), key=lambda earlier: -proposed[earlier])[:SOURCES]
    return [AttendedSlice(earlier, float(proposed[earlier])) for earlier in best]


def _alone(network: Network, example: Example) -> Floats:
    """[T, V] log p of what stands there, each voice being the first to choose after the given ones."""
    found = np.zeros(example.given.shape)
    nothing = np.zeros_like(example.given)
    for voice in range(example.given.shape[1]):
        rank = np.array([[list(row).index(v) for v in range(len(row))] for row in example.order.tolist()]) + 1
        rank[:, voice] = 0
        first = np.argsort(rank - (len(rank[0]) + 1) * example.given, axis=1, kind="stable")
        found[:, voice] = chances(network, Example(example.piece, example.given, first), [nothing])[0, :, voice]
    return found


def _given_notes(example: Example) -> list[tuple[tuple[int, int], Bools]]:
    """Each given note, where it begins, and what is forgotten where it is: its voice while it sounds."""
    piece, given = example.piece, example.given
    found = []
    for voice in range(given.shape[1]):
        begins = np.flatnonzero(given[:, voice] & (piece.events[:, voice] >= FIRST_PITCH))
        stops = np.flatnonzero(piece.events[:, voice] != HOLD)
        for row in begins.tolist():
            stop = next((int(other) for other in stops if other > row), piece.length)
            mask = np.zeros_like(given)
            mask[row:stop, voice] = True
            found.append(((row, voice), mask))
    return found


def _decision(tokens: TokenScore, example: Example, step: int) -> DecisionContext:
    """Every slice at the moment when the voice of that rank is about to choose."""
    piece, order = example.piece, example.order
    every = np.arange(piece.length)
    position = piece.position[piece.point]
    was = np.vstack([np.full((1, order.shape[1]), SILENCE), piece.sounding[:-1]])
    voice, others = order[:, step], order[:, :step]
    return DecisionContext(
        voice,
        piece.before[every, voice],
        piece.age[every, voice],
        was,
        others,
        piece.sounding[every[:, None], others],
        np.isin(position, _phrase_ends(tokens)),
        np.asarray(example.given.any(1)),
    )


def _phrase_ends(tokens: TokenScore) -> Ints:
    """Grid steps from the start at which phrases end."""
    ends, start = [], Fraction(0)
    for measure in tokens.measures:
        ends += [int((start + end) * GRID) for end in measure.header.phrase_ends]
        start += measure.header.duration
    return np.array(ends, dtype=np.int64)


def _places(tokens: TokenScore) -> tuple[tuple[int, Fraction], ...]:
    return tuple((index, piece.onset) for index, measure in enumerate(tokens.measures) for piece in measure.slices)
