"""Drafts of a task: drawn side by side, chosen from every few measures and in the end, gone over again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from scoregen.generation.reranking import RankingCriteria, cost, rerank
from scoregen.model.network.config import SamplingOptions

if TYPE_CHECKING:
    from scoregen.model.sampling.drafts import Draft
    from scoregen.model.sampling.request import SamplingRequest

Progress = Callable[[float], None]

FEWEST = 4
"""Drafts of each alternative, at least."""
A_ROUND = 1_000_000
"""Rounds of luck that an alternative may use up: more than there are passes."""
SHARE_OF_A_PASS = 0.25
"""What going once more over a draft takes, as a share of what drafting takes: for telling progress."""


def draw_candidates(
    request: SamplingRequest, aims: RankingCriteria, options: SamplingOptions, count: int, progress: Progress
) -> tuple[Draft, ...]:
    """At least `count` drafts, best first; so many of the best have been gone over again."""
    from scoregen.generation.refinement import refine

    work = 1 + options.passes * count * SHARE_OF_A_PASS
    found = _drawn(request, aims, options, count, lambda done: progress(done / work))
    if options.passes == 0:
        return found
    better = []
    for rank, draft in enumerate(found[:count]):
        better.append(refine(request, draft, options, lambda draft: cost(draft, aims), rank))
        progress((1 + (rank + 1) * options.passes * SHARE_OF_A_PASS) / work)
    return rerank([*better, *found[count:]], aims)


def _drawn(
    request: SamplingRequest, aims: RankingCriteria, options: SamplingOptions, count: int, progress: Progress
) -> tuple[Draft, ...]:
    """Drafts, best first; where they wait for each other and one goes on, every alternative has its own."""
    from scoregen.model.sampling.loop import fill

    stops = range(options.span, len(request.tokens.measures), options.span) if options.span else range(0)
    if not stops:
        return rerank(fill(request, options, progress=progress), aims)
    each = replace(options, candidates=max(min(FEWEST, options.candidates), -(-options.candidates // count)))

    def judge(draft: Draft, measures: range) -> float:
        return cost(draft, aims.of_measures(measures))

    def alternative(number: int) -> Draft:
        def told(done: float) -> None:
            progress((number + done) / count)

        return rerank(fill(request, each, number * A_ROUND, told, stops=stops, judge=judge), aims)[0]

    return rerank(map(alternative, range(count)), aims)
