"""Drawing from the network: every blank filled, slice by slice, voice by voice, all drafts at once.

The network proposes, the constraints of `tokens.constraints` dispose: each choice is drawn from
the network's distribution over what is still allowed, so that every draft decodes. Nothing is
computed twice: the backbone's state, the attention's keys and values and the context of what is
given are kept from slice to slice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from scoregen.errors import Place
from scoregen.model.batches import OUTER_FIRST, frames
from scoregen.model.config import SamplingOptions
from scoregen.model.features import BLANK, PieceOutline, event_id, piece_arrays
from scoregen.model.lexicon import ADVANCES, FIRST_PITCH, GRID, HOLD, MIDI, PITCHES, REST, SILENCE
from scoregen.model.network import Network
from scoregen.tokens import constraints
from scoregen.tokens.constraints import Carry, MeasureRules, State, VoiceRule
from scoregen.tokens.encode import doings
from scoregen.tokens.events import ABSENT, Event, TokenMeasure, TokenScore
from scoregen.tokens.events import BLANK as BLANK_EVENT
from scoregen.tokens.planned_chords import PlannedChord, planned
from scoregen.tokens.vocabulary import vocabulary

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Draft:
    """One way to fill the blanks: its tokens, and the -log p in nats of how many choices.

    `parallels` counts the parallel fifths and octaves that were written in spite of their cost.
    """

    tokens: TokenScore
    nats: float
    choices: int
    parallels: int


def fill(
    network: Network,
    tokens: TokenScore,
    rules: Sequence[VoiceRule],
    options: SamplingOptions,
    chords: Mapping[int, Mapping[Fraction, PlannedChord]],
    progress: Callable[[float], None] | None = None,
) -> tuple[Draft, ...]:
    """Fill every blank of `tokens`, as many times as `options.candidates`.

    `rules` says per voice what may be written, `chords` by measure index and onset what chords are
    settled. Raises ConstraintError where nothing can be.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # rows are short: a second thread costs more than it brings
    try:
        with torch.inference_mode():
            drafts = _Sampler(network, tokens, rules, options, chords).run(progress or (lambda done: None))
    finally:
        torch.set_num_threads(threads)
    return tuple(drafts)


def measure_rules(
    tokens: TokenScore, index: int, voices: Sequence[VoiceRule], chords: Mapping[Fraction, PlannedChord]
) -> MeasureRules:
    """What the constraints must know of one measure: its header, what is given, who comes first."""
    measure = tokens.measures[index]
    given = tuple(_given(measure, voice) for voice in range(len(tokens.slots)))
    usual = OUTER_FIRST if len(given) == len(OUTER_FIRST) else range(len(given))
    order = sorted(usual, key=lambda voice: given[voice] is None)
    place = Place(measure=measure.header.number)
    return MeasureRules(
        measure.header,
        tuple(order),
        given,
        tuple(voices),
        first=index == 0,
        place=place,
        slots=tokens.slots,
        extra=planned(chords) if chords else None,
    )


def _given(measure: TokenMeasure, voice: int) -> dict[Fraction, Event] | None:
    found = dict(doings(measure, voice))
    return None if found[Fraction(0)] == BLANK_EVENT else found


_EVENT_TOKENS = np.array(
    [vocabulary().id("hold"), vocabulary().id("rest"), *(vocabulary().pitch_id(pitch) for pitch in PITCHES)]
)
_MIDI = torch.tensor([*MIDI, -1000])
"""By pitch id; far below everything for silence."""
_ADVANCE_TICKS = np.array([int(advance * GRID) for advance in ADVANCES])


class _Sampler:
    """Drafts in the making: N rows, each at its own place in the piece."""

    def __init__(
        self,
        network: Network,
        tokens: TokenScore,
        voices: Sequence[VoiceRule],
        options: SamplingOptions,
        chords: Mapping[int, Mapping[Fraction, PlannedChord]],
    ) -> None:
        self.network, self.tokens, self.options = network, tokens, options
        self.rules = [
            measure_rules(tokens, index, voices, chords.get(index, {})) for index in range(len(tokens.measures))
        ]
        self.outline = PieceOutline.of([measure.header for measure in tokens.measures])
        self.rows = options.candidates
        self.generator = torch.Generator().manual_seed(options.seed)
        self.roles = torch.arange(len(tokens.slots))
        self.frame_positions, self.context = self._encode_context()
        self._metric: dict[tuple[int, Fraction], list[float]] = {}
        self._reset()

    def _encode_context(self) -> tuple[NDArray[np.int64], Tensor]:
        piece = piece_arrays(self.tokens, self.outline)
        chosen, events, sounding = frames(piece, piece.events != BLANK)
        fifths = torch.from_numpy(piece.fifths[chosen])
        codes = self.network.voice_code(torch.from_numpy(events), torch.from_numpy(sounding), fifths, self.roles)
        encoded = self.network.encode_context(
            self.network.slice_code(codes)[None],
            torch.from_numpy(piece.metric[chosen])[None],
            torch.tensor([len(chosen)]),
        )
        return piece.position[chosen], encoded[0]

    def _reset(self) -> None:
        rows, voices, config = self.rows, len(self.tokens.slots), self.network.config
        start = (None,) * voices
        self.measure = [0] * rows
        self.states: list[State] = [constraints.begin(self.rules[0], start) for _ in range(rows)]
        self.done: list[list[TokenMeasure]] = [[] for _ in range(rows)]
        self.before = torch.full((rows, voices), SILENCE)
        self.sounding = torch.full((rows, voices), SILENCE)
        self.hidden = torch.zeros(2, rows, config.backbone)
        self.previous = torch.zeros(rows, config.backbone)
        self.keys = torch.zeros(rows, 0, config.backbone)
        self.values = torch.zeros(rows, 0, config.backbone)
        self.events = torch.zeros(rows, 0, voices, dtype=torch.long)
        self.positions = torch.zeros(rows, 0, dtype=torch.long)
        self.nats = torch.zeros(rows)
        self.choices = np.zeros(rows, dtype=np.int64)
        self.faults = torch.zeros(rows, dtype=torch.long)

    def run(self, progress: Callable[[float], None]) -> list[Draft]:
        total = len(self.tokens.measures) * self.rows
        while any(measure < len(self.rules) for measure in self.measure):
            self._slice()
            progress(sum(self.measure) / total)
        return [
            Draft(replace(self.tokens, measures=tuple(done)), float(nats), int(choices), int(faults))
            for done, nats, choices, faults in zip(self.done, self.nats, self.choices, self.faults, strict=True)
        ]

    def _slice(self) -> None:
        """One slice of every row that is not finished."""
        places = [(min(m, len(self.rules) - 1), s) for m, s in zip(self.measure, self.states, strict=True)]
        onsets = [constraints.onset(state) for _, state in places]
        position = [int((self.outline.starts[m] + o) * GRID) for (m, _), o in zip(places, onsets, strict=True)]
        metric = torch.tensor([self._metric_at(m, o) for (m, _), o in zip(places, onsets, strict=True)])
        fifths = torch.tensor([self.outline.fifths(m) for m, _ in places])
        steps = torch.tensor([int(self.outline.headers[m].time.duration * GRID) for m, _ in places])
        frame = np.searchsorted(self.frame_positions, position, side="right") - 1
        context = self.context[torch.from_numpy(frame)]
        here = torch.tensor(position)
        state, weights = self._backbone(metric, context, here, steps)
        events, now, state, codes = self._voices(state, fifths, weights)
        self._remember(events, now, here, codes)
        self._advance(self.network.advance_logits(state, codes[:, -1]))

    def _metric_at(self, measure: int, onset: Fraction) -> list[float]:
        found = self._metric.get((measure, onset))
        if found is None:
            found = self._metric[measure, onset] = self.outline.metric(measure, onset)
        return found

    def _backbone(self, metric: Tensor, context: Tensor, here: Tensor, steps: Tensor) -> tuple[Tensor, Tensor]:
        network = self.network
        read = network.backbone_input(self.previous, metric, context)
        out, self.hidden = network.backbone(read[:, None], self.hidden)
        bias = network.attention_bias(here[:, None], self.positions, steps[:, None])
        attended, weights = network.attend(network.query(out), self.keys, self.values, bias)
        self.new_key = network.key(out)
        return network.start_slice(out[:, 0], attended[:, 0], context, self.previous, metric), weights[:, :, 0]

    def _voices(self, state: Tensor, fifths: Tensor, weights: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Every voice's event: ids [N, V], what sounds now [N, V], the voices' codes, and the state after them."""
        rows, voices = self.rows, len(self.tokens.slots)
        every = torch.arange(rows)
        events = torch.zeros(rows, voices, dtype=torch.long)
        now = self.sounding.clone()
        codes = [torch.zeros(rows, self.network.config.embedding)]
        orders = [self._rule(row).order for row in range(rows)]
        order = torch.tensor(orders)
        roles = self.network.role(order)
        for step in range(voices):
            voice = order[:, step]
            before = self.before[every, voice]
            state = self.network.read_voice(state, voice, before, codes[-1], fifths)
            free = [row for row in range(rows) if self._is_free(row, orders[row][step])]
            if free:
                others = roles[:, :step], now.gather(1, order[:, :step])
                past = self.events[every, :, voice]
                logits = self.network.heads(state, fifths, before, others, weights, past)
                self._choose(free, voice, logits, order[:, :step], now, events)
            if len(free) < rows:
                settled = [row for row in range(rows) if row not in free]
                ids = [self._give(row, orders[row][step]) for row in settled]
                events[settled, voice[settled]] = torch.tensor(ids)
            event = events[every, voice]
            sounding = torch.where(event == HOLD, now[every, voice], SILENCE)
            sounding = torch.where(event >= FIRST_PITCH, event - FIRST_PITCH, sounding)
            now[every, voice] = sounding
            codes.append(self.network.voice_code(event[:, None], sounding[:, None], fifths, voice[:, None])[:, 0])
        return events, now, state, torch.stack(codes[1:], 1)

    def _rule(self, row: int) -> MeasureRules:
        return self.rules[min(self.measure[row], len(self.rules) - 1)]

    def _is_free(self, row: int, voice: int) -> bool:
        return self.measure[row] < len(self.rules) and self._rule(row).given[voice] is None

    def _choose(
        self, free: Sequence[int], voice: Tensor, logits: Tensor, others: Tensor, now: Tensor, events: Tensor
    ) -> None:
        """Draw an event for every free row from what the network and the constraints leave."""
        allowed = np.stack([constraints.allowed(self.states[row])[_EVENT_TOKENS] for row in free])
        rows = torch.tensor(free)
        scores = logits[rows].masked_fill(~torch.from_numpy(allowed), -torch.inf)
        faults = self._parallel(rows, voice[rows], others[rows], now)
        crossed = self._crossing(voice[rows], others[rows], now[rows])
        drawn = self._draw(scores - self.options.voice_leading * faults - self.options.crossing * crossed)
        self.faults[rows] += faults.gather(1, drawn[:, None])[:, 0]
        self.nats[rows] -= scores.log_softmax(-1).gather(1, drawn[:, None])[:, 0]
        events[rows, voice[rows]] = drawn
        for row, event in zip(free, drawn.tolist(), strict=True):
            self.states[row] = constraints.advance(self.states[row], int(_EVENT_TOKENS[event]))
            self.choices[row] += 1

    def _draw(self, scores: Tensor) -> Tensor:
        chances = (scores / max(self.options.temperature, 1e-3)).softmax(-1)
        return torch.multinomial(chances, 1, generator=self.generator)[:, 0]

    def _parallel(self, rows: Tensor, voice: Tensor, others: Tensor, now: Tensor) -> Tensor:
        """[rows, events] how many parallel fifths or octaves an event would make with voices already set."""
        old = _MIDI[self.sounding[rows, voice]].unsqueeze(1)
        was, becomes = (_MIDI[x[rows].gather(1, others)] for x in (self.sounding, now))
        kept = (old - was) % 12
        perfect = (kept == 0) | (kept == torch.where(old > was, 7, 5))
        moves = (was != becomes) & (was >= 0) & (becomes >= 0) & (old >= 0) & perfect
        same = (_MIDI[:-1] - becomes.unsqueeze(2)) % 12 == kept.unsqueeze(2)
        found = (same & moves.unsqueeze(2)).sum(1) * (_MIDI[:-1] != old)
        return functional.pad(found, (FIRST_PITCH, 0))

    def _crossing(self, voice: Tensor, others: Tensor, now: Tensor) -> Tensor:
        """[rows, events] with how many voices already set a pitch would stand in the wrong order."""
        there = _MIDI[now.gather(1, others)].unsqueeze(2)
        above = (others < voice.unsqueeze(1)).unsqueeze(2)
        wrong = torch.where(above, _MIDI[:-1] > there, _MIDI[:-1] < there) & (there >= 0)
        return functional.pad(wrong.sum(1), (FIRST_PITCH, 0))

    def _give(self, row: int, voice: int) -> int:
        """Pass a given voice's event on to the constraints; its id for the network."""
        if self.measure[row] >= len(self.rules):
            return HOLD
        state = self.states[row]
        given = self._rule(row).given[voice]
        event = (given or {}).get(constraints.onset(state))
        self.states[row] = constraints.give(state)
        if event is None:
            return REST if given and given.get(Fraction(0)) == ABSENT else HOLD
        return event_id(event, lowest=voice == len(self.tokens.slots) - 1)

    def _remember(self, events: Tensor, now: Tensor, here: Tensor, codes: Tensor) -> None:
        self.previous = self.network.slice_code(codes)
        self.keys = torch.cat([self.keys, self.new_key], 1)
        self.values = torch.cat([self.values, self.network.value(self.previous)[:, None]], 1)
        self.events = torch.cat([self.events, events[:, None]], 1)
        self.positions = torch.cat([self.positions, here[:, None]], 1)
        self.before = torch.where(events >= FIRST_PITCH, now, self.before)
        self.sounding = now

    def _advance(self, logits: Tensor) -> None:
        """Draw where the next slice stands, and open the next measure where a barline comes."""
        active = [row for row in range(self.rows) if self.measure[row] < len(self.rules)]
        masks = [constraints.allowed(self.states[row]) for row in active]
        choices = [_advance_mask(mask, self.states[row]) for mask, row in zip(masks, active, strict=True)]
        drawn = self._draw_advances(active, choices, logits)
        for row, mask, advance in zip(active, masks, drawn, strict=True):
            self._move(row, _advance_token(mask, self.states[row], advance))

    def _draw_advances(self, active: Sequence[int], choices: Sequence[Bools], logits: Tensor) -> list[int]:
        """An advance id for every active row; -1 where only a place beyond the lexicon is left."""
        rows, mask = torch.tensor(active), torch.from_numpy(np.stack(choices))
        possible = mask.any(1)
        scores = logits[rows].masked_fill(~mask & possible[:, None], -torch.inf)
        drawn = self._draw(scores)
        cost = -scores.log_softmax(-1).gather(1, drawn[:, None])[:, 0]
        self.nats[rows] += cost * possible
        self.choices[active] += (mask.sum(1) > 1).numpy()
        return torch.where(possible, drawn, -1).tolist()

    def _move(self, row: int, token: int) -> None:
        self.states[row] = constraints.advance(self.states[row], token)
        if not constraints.finished(self.states[row]):
            return
        measure = self.measure[row]
        self.done[row].append(replace(self.tokens.measures[measure], slices=constraints.slices(self.states[row])))
        self.measure[row] = measure + 1
        if measure + 1 < len(self.rules):
            self.states[row] = constraints.begin(self.rules[measure + 1], self._carry(row, measure))

    def _carry(self, row: int, measure: int) -> Carry:
        """What goes on over the barline: a given note is never tied to a new one, nor the other way round."""
        pairs = zip(self.rules[measure].given, self.rules[measure + 1].given, strict=True)
        carried = constraints.carry(self.states[row])
        return tuple(
            sounding if (old is None) == (new is None) else ()
            for sounding, (old, new) in zip(carried, pairs, strict=True)
        )


def _advance_mask(mask: Bools, state: State) -> Bools:
    """The mask over what may follow a slice, as a mask over advance ids."""
    onsets = mask[vocabulary().onsets]
    places = 1 + int(constraints.onset(state) * GRID) + _ADVANCE_TICKS
    inside = places < len(onsets)
    return np.concatenate([onsets[:1], onsets[np.where(inside, places, 0)] & inside])


def _advance_token(mask: Bools, state: State, advance: int) -> int:
    """The token of an advance; where it is -1, the nearest place that is allowed."""
    start: int = vocabulary().onsets.start
    if advance < 0:
        return start + int(np.flatnonzero(mask[vocabulary().onsets])[0])
    if advance == 0:
        return start
    return start + 1 + int(constraints.onset(state) * GRID) + int(_ADVANCE_TICKS[advance - 1])
