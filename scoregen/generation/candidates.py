"""Candidates: drafts are sampled in parallel, selected every few measures and at the end, and refined."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scoregen.generation.reranking import RankingCriteria, cost, rerank
from scoregen.model.network.config import SamplingOptions

if TYPE_CHECKING:
    from scoregen.model.sampling.drafts import Draft
    from scoregen.model.sampling.request import SamplingRequest

Progress = Callable[[float], None]

SEEDS_PER_ALTERNATIVE = 1_000_000
"""The distance of the random streams of two alternatives: more than there are refinement passes."""
PASS_SHARE = 0.25
"""The time of a refinement pass as a share of the time of drafting, for the progress."""


def draw_candidates(
    request: SamplingRequest, criteria: RankingCriteria, options: SamplingOptions, count: int, progress: Progress
) -> tuple[Draft, ...]:
    """`count` drafts, best first, each the best of its own candidates and refined."""
    from scoregen.generation.refinement import refine

    work = 1 + options.passes * count * PASS_SHARE
    drafts = _sample(request, criteria, options, count, lambda done: progress(done / work))
    if options.passes == 0:
        return drafts
    better = []
    for rank, draft in enumerate(drafts):
        better.append(refine(request, draft, options, lambda draft: cost(draft, criteria), rank))
        progress((1 + (rank + 1) * options.passes * PASS_SHARE) / work)
    return rerank(better, criteria)


def _sample(
    request: SamplingRequest, criteria: RankingCriteria, options: SamplingOptions, count: int, progress: Progress
) -> tuple[Draft, ...]:
    """A draft for each alternative, best first: the best of `options.candidates` that are drawn for it alone."""
    from scoregen.model.sampling.loop import fill

    stops = range(options.span, len(request.tokens.measures), options.span) if options.span else range(0)

    def judge(draft: Draft, measures: range) -> float:
        return cost(draft, criteria.of_measures(measures))

    def alternative(number: int) -> Draft:
        def own_progress(done: float) -> None:
            progress((number + done) / count)

        stream = number * SEEDS_PER_ALTERNATIVE
        return rerank(fill(request, options, stream, own_progress, stops=stops, judge=judge), criteria)[0]

    return rerank(map(alternative, range(count)), criteria)
