"""Candidates: drafts are sampled in parallel, selected every few measures and at the end, and refined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from scoregen.generation.ranking.reranking import RankingCriteria, cost, cost_terms, ranking_of, rerank
from scoregen.model.network.config import SamplingOptions

if TYPE_CHECKING:
    from scoregen.model.sampling.drafts import Draft
    from scoregen.model.sampling.request import SamplingRequest

Progress = Callable[[float], None]

SEEDS_PER_ALTERNATIVE = 1_000_000
"""The distance of the random streams of two alternatives: more than there are refinement passes."""
PASS_SHARE = 0.25
"""The time of a refinement pass as a share of the time of drafting, for the progress."""
SPAN, CRITIC_SPAN = 4, 1
"""The measures after which all drafts continue from the best one, and those if a critic helps to judge: then the
likeliest measure is no longer the plainest one, so that a choice every measure gains more than it loses."""


def draw_candidates(
    requests: Sequence[SamplingRequest], criteria: RankingCriteria, options: SamplingOptions, progress: Progress
) -> tuple[Draft, ...]:
    """The best draft of each request, refined, best first.

    Each request is that of an alternative and has candidates of its own; they differ in their plans alone.
    """
    from scoregen.generation.refinement import refine

    span = _span(criteria, options)
    criteria = replace(criteria, fault_weight=max(1.0, SPAN / span) if span else 1.0)
    count = len(requests)
    work = 1 + options.passes * count * PASS_SHARE
    drafts = _sample(requests, criteria, options, span, lambda done: progress(done / work))
    if options.passes == 0:
        return tuple(draft for draft, _ in drafts)
    better = []
    for rank, (draft, request) in enumerate(drafts):
        refined = refine(request, draft, options, lambda draft: cost(draft, criteria), rank)
        better.append(replace(refined, ranking=draft.ranking))
        progress((1 + (rank + 1) * options.passes * PASS_SHARE) / work)
    return rerank(better, criteria)


def _span(criteria: RankingCriteria, options: SamplingOptions) -> int:
    """The measures after which all drafts continue from the best one; 0 for never."""
    if options.span is not None:
        return options.span
    return CRITIC_SPAN if criteria.has_critic else SPAN


def _sample(
    requests: Sequence[SamplingRequest],
    criteria: RankingCriteria,
    options: SamplingOptions,
    span: int,
    progress: Progress,
) -> list[tuple[Draft, SamplingRequest]]:
    """The best of `options.candidates` drafts of each request, with it, best first."""
    from scoregen.model.sampling.loop import fill

    count, measures = len(requests), len(requests[0].tokens.measures)
    stops = range(span, measures, span) if span else range(0)

    def alternative(number: int) -> tuple[Draft, float]:
        def own_progress(done: float) -> None:
            progress((number + done) / count)

        stream = number * SEEDS_PER_ALTERNATIVE
        compared: dict[range, list[dict[str, float]]] = {}

        def judge(draft: Draft, chosen: range) -> float:
            terms = cost_terms(draft, criteria.of_measures(chosen))
            compared.setdefault(chosen, []).append(terms)
            return sum(terms.values())

        drafts = fill(requests[number], options, stream, own_progress, stops=stops, judge=judge)
        finals = [cost_terms(draft, criteria) for draft in drafts]
        best, terms = min(zip(drafts, finals, strict=True), key=lambda pair: sum(pair[1].values()))
        return replace(best, ranking=ranking_of(terms, [*compared.values(), finals])), sum(terms.values())

    drafts = [(*alternative(number), request) for number, request in enumerate(requests)]
    return [(draft, request) for draft, _, request in sorted(drafts, key=lambda found: found[1])]
