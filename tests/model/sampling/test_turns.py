"""Turns of voices: those that choose, and those that come again in some drafts earlier than in others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoregen.model.engine.loading import engine_of
from scoregen.model.network.config import SamplingOptions
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.model.sampling.turns import Turns
from scoregen.system.errors import ConstraintError
from scoregen.tokens.constraints.recalls import Recall, with_recalls
from tests.model.pieces import random_tokens
from tests.model.tasks import EVERYTHING, RULES, blanked, random_network, tasks

OPTIONS = SamplingOptions(seed=3, candidates=4)


def test_a_voice_that_comes_again_may_stand_before_between_and_after_those_that_choose() -> None:
    whole = random_tokens(3, 5)
    header = whole.measures[0].header
    alike = replace(whole, measures=tuple(replace(measure, header=header) for measure in whole.measures))
    tokens = blanked(alike, dict.fromkeys(range(5), EVERYTHING))
    recalls = {1: Recall(0, frozenset({0, 2})), 2: Recall(1, EVERYTHING), 4: Recall(2, frozenset({1, 3}))}
    request = SamplingRequest(engine_of(random_network()), tokens, RULES, recalls=recalls)
    drafts = fill(request, OPTIONS)
    assert len({draft.tokens for draft in drafts}) == OPTIONS.candidates
    assert all(with_recalls(draft.tokens, recalls) == draft.tokens for draft in drafts)


def test_an_error_of_a_turn_ends_the_sampling(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ConstraintError("no event is possible")

    monkeypatch.setattr(Turns, "scores", broken)
    request = SamplingRequest(engine_of(random_network()), next(iter(tasks().values())), RULES)
    with pytest.raises(ConstraintError, match="no event is possible"):
        fill(request, OPTIONS)
