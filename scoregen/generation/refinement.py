"""Refinement: the worst measures of a draft are sampled again, with the music on both sides as context.

A draft is sampled from left to right, so that the beginning of a phrase does not depend on its end. When all but a
measure or two is given, the context encoder also sees the following music (block Gibbs sampling as in Coconet,
Huang et al. 2017, arXiv:1903.07227). A new version is accepted if the whole piece has a lower cost.

B drafts, T slices, V voices, M measures.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.scoring import SliceCosts, piece_costs
from scoregen.model.features.alphabet import NO_CHOICE, UNSCORED
from scoregen.model.features.conditioning import Example
from scoregen.model.features.inputs import Bools, Ints, PieceArrays, piece_arrays
from scoregen.model.features.outline import PieceOutline
from scoregen.model.network.config import SamplingOptions
from scoregen.model.sampling.decoding_context import voice_order
from scoregen.model.sampling.drafts import Draft, Figures, blanks, make_draft, measure_surprise
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.tokens.constraints.recalls import with_recalls
from scoregen.tokens.encode import interleave, voice_events
from scoregen.tokens.events import BLANK, HOLD, TokenMeasure, TokenScore
from scoregen.tokens.tendencies import unresolved

SPAN = 2
"""The most measures that are sampled again at once."""
FAULT_NATS = 5.0
"""The nats that a parallel or an unresolved note adds in the selection of the worst measures."""
FINALISTS = 2
"""The number of best fills for which the likelihood of the whole piece is computed."""

Cost = Callable[[Draft], float]


def refine(request: SamplingRequest, draft: Draft, options: SamplingOptions, cost: Cost, number: int = 0) -> Draft:
    """The draft after `options.passes` passes; `number` selects the random numbers of this draft of the request.

    Measures that come again follow those that they come from; where these have new accompaniment, both stay.
    """
    tried: set[range] = set()
    repeated = _kept(request)
    if request.recalls and options.passes:
        draft = score_pieces(request, [draft.tokens])[0]
    for turn in range(options.passes):
        span = worst_span(request.tokens, draft, tried, request.style.ranking.entropy, repeated)
        if span is None:
            break
        tried.add(span)
        partial = replace(request, tokens=blank_span(request.tokens, draft.tokens, span), recalls={})
        fills = sorted(fill(partial, options, 1 + turn + number * options.passes), key=cost)
        others = [other for other in fills[:FINALISTS] if other.tokens != draft.tokens]
        if partial.tokens != request.tokens:
            pieces = [with_recalls(other.tokens, request.recalls) for other in others]
            others = score_pieces(request, pieces)
        draft = min([draft, *others], key=cost)
    return draft


def _kept(request: SamplingRequest) -> frozenset[int]:
    """The measures that are not written again by themselves."""
    voices = len(request.tokens.slots)
    partly = (own.source for own in request.recalls.values() if own.is_varied or len(own.voices) < voices)
    return frozenset(request.recalls).union(partly)


def worst_span(
    task: TokenScore, draft: Draft, tried: set[range], entropy: float = 0.0, kept: Collection[int] = ()
) -> range | None:
    """The span with the most nats per choice, faults included, among those that can be blanked and were not tried.

    `entropy` is the share of the expected nats that is taken off; `kept` are measures that stay.
    """
    spans = [span for start in range(len(task.measures)) if (span := _span(task, draft, start))]
    spans = [span for span in spans if not any(index in kept for index in span)]
    left = [span for span in spans if span not in tried and any(draft.measure_choices[index] for index in span)]
    faults = measure_faults(task, draft)
    surprise = measure_surprise(draft, entropy) + FAULT_NATS * faults
    return max(left, key=lambda span: _badness(draft, surprise, span), default=None)


def blank_span(task: TokenScore, written: TokenScore, span: range) -> TokenScore:
    """The written piece with the blanks of the task restored within the span."""
    measures = [
        _blank_measure(blank, measure) if index in span else measure
        for index, (blank, measure) in enumerate(zip(task.measures, written.measures, strict=True))
    ]
    return replace(written, measures=tuple(measures))


def score_pieces(request: SamplingRequest, pieces: Sequence[TokenScore]) -> list[Draft]:
    """Finished pieces as drafts of a request, with their likelihood."""
    if not pieces:
        return []
    blank = blanks(request.tokens)
    order = np.array([voice_order(row) for row in ~blank])
    outline = PieceOutline.of([measure.header for measure in request.tokens.measures])
    arrays = [piece_arrays(tokens, outline, request.descriptions, whole=False) for tokens in pieces]
    style = request.network_style
    examples = [Example(piece, ~blank[piece.measure], order[piece.measure], style) for piece in arrays]
    costs = [piece_costs(request.engine, example) for example in examples]
    return [
        make_draft(request.tokens, tokens, _figures(piece, own, blank), request.novelty)
        for tokens, piece, own in zip(pieces, arrays, costs, strict=True)
    ]


def _figures(piece: PieceArrays, costs: SliceCosts, blank: Bools) -> Figures:
    """The figures of the measures of a finished piece."""
    rows = (costs.nats, _choices(piece, blank), costs.entropy)
    nats, choices, entropy = (np.bincount(piece.measure, row, len(blank)).astype(np.float64) for row in rows)
    return Figures(nats, choices.astype(np.int64), entropy)


def _choices(piece: PieceArrays, blank: Bools) -> Ints:
    """[T] the number of choices in each slice: those of every event of a blank voice, and the time shift after them."""
    free = blank[piece.measure]
    written = ((piece.choices != NO_CHOICE).sum(2) * free).sum(1)
    count: Ints = written + (free.any(1) & (piece.time_shift != UNSCORED))
    return count


def _span(task: TokenScore, draft: Draft, start: int) -> range | None:
    """The longest span that begins at `start` and that no new note is tied out of; None if there is none."""
    for stop in range(min(start + SPAN, len(task.measures)), start, -1):
        if stop == len(task.measures) or not _is_tied(task.measures[stop - 1], draft.tokens.measures[stop]):
            return range(start, stop)
    return None


def _is_tied(blank: TokenMeasure, following: TokenMeasure) -> bool:
    """Whether a voice that is blank in one measure is held over into the next."""
    opening, after = blank.slices[0].events, following.slices[0].events
    return any(event == BLANK and following == HOLD for event, following in zip(opening, after, strict=True))


def measure_faults(task: TokenScore, draft: Draft) -> Ints:
    """[M] the parallels, and the notes of blank voices that do not go where they tend."""
    piece, blank = draft.sonorities, blanks(task)
    found = unresolved(draft.tokens, piece, blank[piece.measure])
    count = found.sevenths + found.leading_notes + found.relations
    result: Ints = np.array(draft.measure_parallels) + np.bincount(piece.measure, count, len(blank)).astype(np.int64)
    return result


def _badness(draft: Draft, surprise: NDArray[np.float64], span: range) -> float:
    return float(surprise[span.start : span.stop].sum()) / sum(draft.measure_choices[index] for index in span)


def _blank_measure(blank: TokenMeasure, written: TokenMeasure) -> TokenMeasure:
    voices = [
        {Fraction(0): BLANK} if event == BLANK else voice_events(written, voice)
        for voice, event in enumerate(blank.slices[0].events)
    ]
    return replace(written, slices=interleave(voices))
