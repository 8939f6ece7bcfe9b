"""Every alternative has candidates of its own."""

from __future__ import annotations

import pytest

from scoregen.generation.candidates import draw_candidates
from scoregen.generation.ranking.reranking import RankingCriteria, cost
from scoregen.model.engine.loading import engine_of
from scoregen.model.network.config import SamplingOptions
from scoregen.model.sampling.request import SamplingRequest
from tests.model.tasks import RULES, random_network, tasks


@pytest.mark.parametrize("span", [0, 2])
def test_more_alternatives_do_not_change_the_first_ones(span: int) -> None:
    """Three alternatives contain the one of a single call, so that each is chosen among as many candidates."""
    task = tasks()["soprano"]
    request = SamplingRequest(engine_of(random_network()), task, RULES)
    criteria, options = RankingCriteria.of(task), SamplingOptions(4, candidates=3, passes=0, span=span)
    one, three = (draw_candidates([request] * count, criteria, options, lambda done: None) for count in (1, 3))
    assert (len(one), len(three)) == (1, 3)
    assert one[0].tokens in [draft.tokens for draft in three]
    costs = [cost(draft, criteria) for draft in three]
    assert costs == sorted(costs)
