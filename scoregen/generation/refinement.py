"""Going over a draft again: its worst measures are emptied and filled anew with both sides known.

A draft is written from left to right, so that a phrase may have to end in a way that its beginning did
not foresee. With everything but a measure or two given, the context encoder sees what follows (block
Gibbs sampling, as Coconet does it: Huang et al. 2017, arXiv:1903.07227). Better is what the whole
piece costs less with.

B drafts, T slices, V voices, M measures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.scoring import piece_nats
from scoregen.model.network.alphabet import UNSCORED
from scoregen.model.network.conditioning import Example
from scoregen.model.network.config import SamplingOptions
from scoregen.model.network.inputs import Bools, Ints, PieceArrays, PieceOutline, piece_arrays
from scoregen.model.sampling.decoding_context import voice_order
from scoregen.model.sampling.drafts import Draft, blanks, drafted
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.tokens.encode import interleave, voice_events
from scoregen.tokens.events import BLANK, HOLD, TokenMeasure, TokenScore

SPAN = 2
"""Measures that are emptied at once, at most."""
FAULT_NATS = 5.0
"""What a parallel weighs in the choice of the worst measures, in nats."""
MEASURED = 2
"""So many of the ways to fill a hole are measured in the whole piece: those that fit it best."""

Cost = Callable[[Draft], float]


def refine(request: SamplingRequest, draft: Draft, options: SamplingOptions, cost: Cost, number: int = 0) -> Draft:
    """The draft after `options.passes` passes; `number` tells drafts of one request apart, for their random numbers."""
    tried: set[range] = set()
    for turn in range(options.passes):
        span = worst_span(request.tokens, draft, tried)
        if span is None:
            break
        tried.add(span)
        holey = replace(request, tokens=emptied(request.tokens, draft.tokens, span))
        refilled = sorted(fill(holey, options, 1 + turn + number * options.passes), key=cost)
        others = [made for made in refilled[:MEASURED] if made.tokens != draft.tokens]
        if holey.tokens != request.tokens:
            others = measured(request, [made.tokens for made in others])
        draft = min([draft, *others], key=cost)
    return draft


def worst_span(task: TokenScore, draft: Draft, tried: set[range]) -> range | None:
    """The measures with the most nats a choice, faults included, of those that can be emptied and were not yet."""
    spans = [span for start in range(len(task.measures)) if (span := _span(task, draft, start))]
    left = [span for span in spans if span not in tried and any(draft.measure_choices[index] for index in span)]
    return max(left, key=lambda span: _badness(draft, span), default=None)


def emptied(task: TokenScore, written: TokenScore, span: range) -> TokenScore:
    """What was written, blank where the task is blank within the span."""
    measures = [
        _emptied(blank, measure) if index in span else measure
        for index, (blank, measure) in enumerate(zip(task.measures, written.measures, strict=True))
    ]
    return replace(written, measures=tuple(measures))


def measured(request: SamplingRequest, pieces: Sequence[TokenScore]) -> list[Draft]:
    """Finished pieces as drafts of a task, with their likelihood."""
    if not pieces:
        return []
    blank = blanks(request.tokens)
    order = np.array([voice_order(row) for row in ~blank])
    outline = PieceOutline.of([measure.header for measure in request.tokens.measures])
    arrays = [piece_arrays(tokens, outline) for tokens in pieces]
    examples = [Example(piece, ~blank[piece.measure], order[piece.measure]) for piece in arrays]
    costs = [piece_nats(request.engine, example) for example in examples]
    return [
        drafted(
            request.tokens,
            tokens,
            _by_measure(piece, own, blank),
            _by_measure(piece, _choices(piece, blank), blank).astype(int),
            request.novelty,
        )
        for tokens, piece, own in zip(pieces, arrays, costs, strict=True)
    ]


def _choices(piece: PieceArrays, blank: Bools) -> Ints:
    """[T] how much was chosen in each slice: an event for every blank voice, and the advance after them."""
    free = blank[piece.measure]
    count: Ints = free.sum(1) + (free.any(1) & (piece.time_shift != UNSCORED))
    return count


def _by_measure(piece: PieceArrays, values: NDArray[np.generic], blank: Bools) -> NDArray[np.float64]:
    """[M] the sum of what each slice of a measure has."""
    return np.bincount(piece.measure, values, len(blank)).astype(np.float64)


def _span(task: TokenScore, draft: Draft, start: int) -> range | None:
    """A span that begins there and that no new note is tied out of, as long as may be; None if there is none."""
    for stop in range(min(start + SPAN, len(task.measures)), start, -1):
        if stop == len(task.measures) or not _is_tied(task.measures[stop - 1], draft.tokens.measures[stop]):
            return range(start, stop)
    return None


def _is_tied(blank: TokenMeasure, following: TokenMeasure) -> bool:
    """Whether a voice that is blank in one measure is held over into the next."""
    opening, after = blank.slices[0].events, following.slices[0].events
    return any(here == BLANK and there == HOLD for here, there in zip(opening, after, strict=True))


def _badness(draft: Draft, span: range) -> float:
    nats = sum(draft.measure_nats[index] + FAULT_NATS * draft.measure_parallels[index] for index in span)
    return nats / sum(draft.measure_choices[index] for index in span)


def _emptied(blank: TokenMeasure, written: TokenMeasure) -> TokenMeasure:
    voices = [
        {Fraction(0): BLANK} if event == BLANK else voice_events(written, voice)
        for voice, event in enumerate(blank.slices[0].events)
    ]
    return replace(written, slices=interleave(voices))
