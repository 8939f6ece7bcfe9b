"""Training on drafts of the network's own, against its drift.

On the prefixes of a corpus a network knows which successions and resolutions are usual. Its own drafts lead it to
sonorities that are nobody's, where no rule applies, and the likelihood of a corpus never shows it such a prefix. So
each step also draws a few drafts from the averaged network, with nothing but their form or also their first voice
given, and adds two terms:

- The choices of the starting weights on these prefixes, under the costs of the style and of the successions of the
  corpus, are distilled (on-policy distillation, Agarwal et al. 2024, arXiv:2306.13649, with a priced teacher). This
  teaches every choice.
- Choices before which drafts of the same form went on better become likelier, others less likely (REINFORCE, Williams
  1992, with the other drafts as baseline). How a draft goes on is judged by the same successions and faults, in the
  next few beats: this teaches where a choice leads.

Only successions that are rarer than most of the corpus's cost something, so that nothing is gained by being plainer.
D drafts, T slices, V voices, R rows (the slices of all drafts), E events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scoregen.model.engine.loading import engine_of
from scoregen.model.features.alphabet import GRID, MOST_ACCIDENTALS
from scoregen.model.features.conditioning import Example, usual_order
from scoregen.model.features.inputs import SILENCE, Bools, Ints, PieceArrays, piece_arrays
from scoregen.model.features.outline import PieceOutline
from scoregen.model.network.batches import Batch, collate
from scoregen.model.network.config import SamplingOptions
from scoregen.model.network.in_slice import Choices
from scoregen.model.network.likelihood import choices, costs, score_masks
from scoregen.model.network.network import Network
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.model.sampling.costs.style_costs import style_costs
from scoregen.model.sampling.costs.successions import SuccessionCosts
from scoregen.model.sampling.costs.voice_leading import Costs
from scoregen.model.sampling.drafts import parallels
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.styles.style import VoiceLeadingCosts, load_style
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.encode import VoiceEvents, interleave, voice_events
from scoregen.tokens.events import BLANK, TokenMeasure, TokenScore
from scoregen.tokens.sonorities import sonorities
from scoregen.tokens.successions import SuccessionTable, headers, piece_successions, places
from scoregen.tokens.tendencies import unresolved
from scoregen.tokens.vocabulary import vocabulary

Floats = NDArray[np.float64]

LONGEST_FORM = 12
"""The most measures of a draft."""
WITH_MELODY, WITH_PLAN = 0.5, 0.65
"""The shares of forms with the first voice given, and with the harmonic plan of their piece."""
USUAL = 0.8
"""The share of the corpus's successions that are no fault, each under the counts of other pieces."""
MOST_UNUSUAL = 5.0
"""The most nats that a succession costs."""
FAULT = 2.0
"""The cost of a parallel, of a note that does not go where it tends, and of a cross relation, in nats."""
AHEAD = 4
"""The beats ahead, in quarters, in which a choice is judged."""
MOST_ADVANTAGE = 2.0


@dataclass(frozen=True, slots=True)
class OwnDrafts:
    """What own drafts need: the pieces whose forms they take, the teacher, and what judges them.

    `limit`: the nats below which USUAL of the successions of one half of the pieces stay, counted in the other half.
    """

    pieces: tuple[TokenScore, ...]
    teacher: Network
    table: SuccessionTable
    limit: float
    style: VoiceLeadingCosts

    @classmethod
    def of(cls, pieces: Sequence[TokenScore], teacher: Network) -> OwnDrafts:
        counted = SuccessionTable.of(pieces[::2])
        nats = [counted.nats(_successions(piece)[0]) for piece in pieces[1::2] or pieces]
        limit = float(np.quantile(np.concatenate(nats), USUAL))
        teacher.eval().requires_grad_(False)
        return cls(tuple(pieces), teacher, SuccessionTable.of(pieces), limit, load_style().voice_leading)

    def excess(self, nats: Floats | Costs) -> Floats:
        """The nats of successions beyond the usual."""
        return np.clip(nats - self.limit, 0.0, MOST_UNUSUAL)


def _successions(piece: TokenScore) -> tuple[Ints, Ints]:
    return piece_successions(sonorities(piece), places(headers(piece)))


@dataclass(frozen=True, slots=True)
class Judged:
    """Drafts of one form as a batch, the costs of their choices by turn [R, E], and of what follows each slice [R]."""

    batch: Batch
    prices: tuple[Tensor, ...]
    advantage: Tensor

    def to(self, device: torch.device) -> Judged:
        return Judged(self.batch.to(device), tuple(each.to(device) for each in self.prices), self.advantage.to(device))


def draft_loss(network: Network, judged: Judged, teacher: Network, returns: float) -> Tensor:
    """The mean loss of a choice of the drafts: distillation of the priced teacher, and the weighted returns."""
    own = choices(network, judged.batch)
    with torch.no_grad():
        taught = choices(teacher, judged.batch)
    masks, shift_mask = score_masks(judged.batch, own)
    nats = -(taught.time_shifts.exp() * own.time_shifts.clamp(min=-30)).sum(-1)[shift_mask].sum()
    for place, mask in enumerate(masks):
        nats = nats + _distilled(own, taught, judged.prices[place], place)[mask].sum()
    log_p = -costs(network, judged.batch, own).events.sum(1)
    count = torch.stack([mask.sum() for mask in masks]).sum() + shift_mask.sum()
    return (nats + returns * (judged.advantage * log_p).sum()) / count.clamp(min=1)


def _distilled(own: Choices, taught: Choices, prices: Tensor, place: int) -> Tensor:
    """[R'] the cross-entropy of a turn under the teacher's priced distribution."""
    mine, theirs = own.turns[place], taught.turns[place]
    rows = own.rows[: len(mine)]
    priced = theirs.clamp(min=-30).clone()
    priced[:, : prices.shape[1]] -= prices[rows]
    return -(priced.softmax(-1) * mine.clamp(min=-30)).sum(-1)


def judged_drafts(own: OwnDrafts, network: Network, count: int, seed: Sequence[int]) -> Judged:
    """So many drafts of a network in a form that the seed chooses."""
    generator = np.random.default_rng(seed)
    task, melody = _form(own.pieces, generator)
    rules = (VoiceRule.of(vocabulary().pitches),) * len(task.slots)
    request = SamplingRequest(engine_of(network), task, rules, use_voice_leading_costs=False)
    options = SamplingOptions(int(generator.integers(2**31)), top_p=1.0, candidates=count, passes=0, span=0)
    return judge(own, [draft.tokens for draft in fill(request, options)], melody=melody)


def judge(own: OwnDrafts, drafts: Sequence[TokenScore], *, melody: bool) -> Judged:
    """Drafts of one form with the costs of their choices; `melody`: the first voice is given."""
    examples = [_example(piece_arrays(tokens), melody=melody) for tokens in drafts]
    batch = collate(examples)
    prices = [torch.from_numpy(each) for each in _prices(own, drafts, examples)]
    advantage = torch.from_numpy(_advantages(own, drafts, examples))
    return Judged(batch, tuple(prices), advantage)


def _form(pieces: Sequence[TokenScore], generator: np.random.Generator) -> tuple[TokenScore, bool]:
    """The opening of a piece without its notes, or with those of the first voice alone."""
    piece = pieces[int(generator.integers(len(pieces)))]
    melody, plan = bool(generator.random() < WITH_MELODY), bool(generator.random() < WITH_PLAN)
    measures = tuple(_blank(measure, melody=melody, plan=plan) for measure in piece.measures[:LONGEST_FORM])
    return replace(piece, measures=measures), melody


def _blank(measure: TokenMeasure, *, melody: bool, plan: bool) -> TokenMeasure:
    header = measure.header if plan else replace(measure.header, harmony=())
    given = [voice_events(measure, 0)] if melody else []
    blank: VoiceEvents = {Fraction(0): BLANK}
    return TokenMeasure(header, interleave([*given, *[blank] * (len(measure.slices[0].events) - len(given))]))


def _example(piece: PieceArrays, *, melody: bool) -> Example:
    given = np.zeros(piece.events.shape, dtype=np.bool_)
    given[:, :1] = melody
    return Example(piece, given, usual_order(given))


def _prices(own: OwnDrafts, drafts: Sequence[TokenScore], examples: Sequence[Example]) -> list[Costs]:
    """By turn, [R, E] the costs of every event: those of the style, and of the successions of the corpus."""
    outline, where = PieceOutline.of(headers(drafts[0])), places(headers(drafts[0]))
    ends = [int(end * GRID) for end in outline.phrase_ends]
    table = SuccessionCosts.before_slices(own.table, where, [each.piece.sounding for each in examples])
    position = np.concatenate([each.piece.position[each.piece.point] for each in examples])
    measure = np.concatenate([each.piece.measure for each in examples])
    prices = []
    for turn in range(examples[0].order.shape[1]):
        decision = _joined([_decision(each, turn, ends) for each in examples])
        unusual = table.costs(np.arange(len(position)), position, measure, decision)
        prices.append(style_costs(decision, own.style) + own.excess(unusual).astype(np.float32))
    return prices


def _decision(example: Example, turn: int, ends: Sequence[int]) -> DecisionContext:
    """The decisions of all slices of a draft in one turn."""
    piece, slices = example.piece, np.arange(example.piece.length)
    voice, others = example.order[:, turn], example.order[:, :turn]
    return DecisionContext(
        voice,
        piece.before[slices, voice],
        piece.age[slices, voice],
        np.concatenate([np.full_like(piece.sounding[:1], SILENCE), piece.sounding[:-1]]),
        others,
        piece.sounding[slices[:, None], others],
        np.isin(piece.position[piece.point], ends),
        np.asarray(example.given.any(1)),
        piece.is_beat[piece.point],
        piece.key[piece.point] - MOST_ACCIDENTALS,
    )


def _joined(decisions: Sequence[DecisionContext]) -> DecisionContext:
    names = [field.name for field in fields(DecisionContext)]
    return DecisionContext(*(np.concatenate([getattr(each, name) for each in decisions]) for name in names))


def _advantages(own: OwnDrafts, drafts: Sequence[TokenScore], examples: Sequence[Example]) -> Floats:
    """[R] by how much what follows a slice is worse than in the other drafts, in standard deviations."""
    onsets = [sonorities(tokens).onset for tokens in drafts]
    coming = [
        _coming(onset, _faults(own, tokens, ~each.given))
        for onset, tokens, each in zip(onsets, drafts, examples, strict=True)
    ]
    means = [
        np.mean(
            [
                values[np.searchsorted(other, onset, side="right") - 1]
                for other, values in zip(onsets, coming, strict=True)
            ],
            0,
        )
        for onset in onsets
    ]
    result = np.concatenate([values - mean for values, mean in zip(coming, means, strict=True)])
    return np.clip(result / max(float(result.std()), 1e-6), -MOST_ADVANTAGE, MOST_ADVANTAGE).astype(np.float32)


def _faults(own: OwnDrafts, tokens: TokenScore, new: Bools) -> Floats:
    """[T] the cost of each slice; an unresolved note counts where it is left."""
    piece = sonorities(tokens)
    rows, reached = _successions(tokens)
    found = unresolved(tokens, piece, new)
    left = np.append(0, (found.sevenths + found.leading_notes)[:-1])
    blank = np.array([new[piece.measure == index].any(0) for index in range(len(tokens.measures))])
    cost = FAULT * (left + found.doubled + found.relations + parallels(piece, blank)).astype(np.float64)
    np.add.at(cost, reached, own.excess(own.table.nats(rows)))
    return cost


def _coming(onset: Ints, cost: Floats) -> Floats:
    """[T] the sum of the costs of a slice and of those that begin within AHEAD after it."""
    total = np.append(0.0, np.cumsum(cost))
    last = np.searchsorted(onset, onset + AHEAD * vocabulary().ticks_per_quarter, side="right")
    return np.asarray(total[last] - total[np.arange(len(onset))])
