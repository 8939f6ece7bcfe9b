"""Refinement never raises the cost of a draft, and never changes given music."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoregen.generation.refinement import blank_span, refine, score_pieces, worst_span
from scoregen.model.engine.loading import engine_of
from scoregen.model.network.config import SamplingOptions
from scoregen.model.network.network import Network
from scoregen.model.sampling.drafts import Draft
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.tokens.encode import voice_events
from scoregen.tokens.events import BLANK, HOLD
from tests.model.tasks import RULES, random_network, tasks

OPTIONS = SamplingOptions(seed=2, candidates=4, passes=3)


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network()


def cost(draft: Draft) -> float:
    return draft.nats / draft.choices


@pytest.mark.parametrize("name", ["nothing", "soprano", "hole", "two holes", "6/8 soprano"])
def test_passes_lower_the_cost_and_keep_given_music(network: Network, name: str) -> None:
    request = SamplingRequest(engine_of(network), tasks()[name], RULES)
    draft = fill(request, replace(OPTIONS, candidates=1))[0]
    better = refine(request, draft, OPTIONS, cost)
    assert cost(better) <= cost(draft)
    assert better.measure_nats == pytest.approx(
        score_pieces(request, [better.tokens])[0].measure_nats, abs=1e-4, rel=1e-5
    )
    assert refine(request, draft, OPTIONS, cost) == better
    for before, after in zip(request.tokens.measures, better.tokens.measures, strict=True):
        for voice, event in enumerate(before.slices[0].events):
            assert event == BLANK or voice_events(before, voice) == voice_events(after, voice)


def test_a_pass_helps(network: Network) -> None:
    request = SamplingRequest(engine_of(network), tasks()["nothing"], RULES)
    draft = fill(request, replace(OPTIONS, candidates=1))[0]
    assert cost(refine(request, draft, replace(OPTIONS, passes=6), cost)) < cost(draft)


def test_the_worst_measures_come_first_and_none_twice(network: Network) -> None:
    request = SamplingRequest(engine_of(network), tasks()["soprano"], RULES)
    draft = replace(fill(request, replace(OPTIONS, candidates=1))[0], measure_parallels=(0, 0, 0, 99, 0))
    tried: set[range] = set()
    while (span := worst_span(request.tokens, draft, tried)) is not None:
        assert tried or 3 in span
        tried.add(span)
    assert len(tried) > 2


def test_no_note_is_tied_out_of_the_blanked_span(network: Network) -> None:
    request = SamplingRequest(engine_of(network), tasks()["soprano"], RULES)
    for draft in fill(request, OPTIONS):
        tried: set[range] = set()
        while (span := worst_span(request.tokens, draft, tried)) is not None:
            tried.add(span)
            partial = blank_span(request.tokens, draft.tokens, span)
            if span.stop < len(partial.measures):
                assert HOLD not in partial.measures[span.stop].slices[0].events[1:]
