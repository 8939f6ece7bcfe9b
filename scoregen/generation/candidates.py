"""Candidates: drafts are sampled in parallel, selected every few measures and at the end, and refined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from scoregen.generation.reranking import RankingCriteria, cost, rerank
from scoregen.model.network.config import SamplingOptions

if TYPE_CHECKING:
    from scoregen.model.sampling.drafts import Draft
    from scoregen.model.sampling.request import SamplingRequest

Progress = Callable[[float], None]

FEWEST = 4
"""The fewest drafts of each alternative."""
SEEDS_PER_ALTERNATIVE = 1_000_000
"""The distance of the random streams of two alternatives: more than there are refinement passes."""
PASS_SHARE = 0.25
"""The time of a refinement pass as a share of the time of drafting, for the progress."""


def draw_candidates(
    requests: Sequence[SamplingRequest], criteria: RankingCriteria, options: SamplingOptions, progress: Progress
) -> tuple[Draft, ...]:
    """At least one draft for each request, best first; as many of the best are refined.

    The requests are those of the alternatives, which differ in their plans alone.
    """
    from scoregen.generation.refinement import refine

    count = len(requests)
    work = 1 + options.passes * count * PASS_SHARE
    drafts = _sample(requests, criteria, options, lambda done: progress(done / work))
    if options.passes == 0:
        return tuple(draft for draft, _ in drafts)
    better = []
    for rank, (draft, request) in enumerate(drafts[:count]):
        better.append(refine(request, draft, options, lambda draft: cost(draft, criteria), rank))
        progress((1 + (rank + 1) * options.passes * PASS_SHARE) / work)
    return rerank([*better, *(draft for draft, _ in drafts[count:])], criteria)


def _sample(
    requests: Sequence[SamplingRequest], criteria: RankingCriteria, options: SamplingOptions, progress: Progress
) -> list[tuple[Draft, SamplingRequest]]:
    """Drafts with their requests, best first. If drafts continue from the best one after each span, every alternative
    has its own.
    """
    from scoregen.model.sampling.loop import fill

    first, count = requests[0], len(requests)
    stops = range(options.span, len(first.tokens.measures), options.span) if options.span else range(0)
    if not stops:
        every = replace(first, plans=tuple(plan for request in requests for plan in request.plans))
        return [(draft, every) for draft in rerank(fill(every, options, progress=progress), criteria)]
    each = replace(options, candidates=max(min(FEWEST, options.candidates), -(-options.candidates // count)))

    def judge(draft: Draft, measures: range) -> float:
        return cost(draft, criteria.of_measures(measures))

    def alternative(number: int) -> Draft:
        def own_progress(done: float) -> None:
            progress((number + done) / count)

        stream = number * SEEDS_PER_ALTERNATIVE
        return rerank(fill(requests[number], each, stream, own_progress, stops=stops, judge=judge), criteria)[0]

    drafts = [(alternative(number), request) for number, request in enumerate(requests)]
    return sorted(drafts, key=lambda pair: cost(pair[0], criteria))
