"""Turns are prepared beside the network; drafts do not depend on which thread does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from queue import SimpleQueue
from threading import get_ident

import pytest

from scoregen.model.engine.loading import engine_of
from scoregen.model.network.config import SamplingOptions
from scoregen.model.sampling import loop
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.prepared_turns import Turns
from scoregen.model.sampling.request import SamplingRequest
from scoregen.system.errors import ConstraintError
from scoregen.system.threads import Beside
from scoregen.tokens.constraints.recalls import Recall, with_recalls
from tests.model.pieces import random_tokens
from tests.model.tasks import EVERYTHING, RULES, blanked, random_network, tasks

OPTIONS = SamplingOptions(seed=3, candidates=4)


@contextmanager
def never_served() -> Iterator[Beside]:
    """A second thread that never comes to work, as on a busy machine."""
    yield Beside(SimpleQueue())


@pytest.mark.parametrize("name", tasks())
def test_drafts_are_the_same_without_a_second_thread(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    request = SamplingRequest(engine_of(random_network()), tasks()[name], RULES)
    prepared = fill(request, OPTIONS)
    monkeypatch.setattr(loop, "beside", never_served)
    assert fill(request, OPTIONS) == prepared


def test_returns_are_the_same_without_a_second_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A voice that comes again may stand before, between and after those that choose, in some drafts earlier."""
    whole = random_tokens(3, 5)
    header = whole.measures[0].header
    alike = replace(whole, measures=tuple(replace(measure, header=header) for measure in whole.measures))
    tokens = blanked(alike, dict.fromkeys(range(5), EVERYTHING))
    recalls = {1: Recall(0, frozenset({0, 2})), 2: Recall(1, EVERYTHING), 4: Recall(2, frozenset({1, 3}))}
    request = SamplingRequest(engine_of(random_network()), tokens, RULES, recalls=recalls)
    prepared = fill(request, OPTIONS)
    monkeypatch.setattr(loop, "beside", never_served)
    assert fill(request, OPTIONS) == prepared
    assert all(with_recalls(draft.tokens, recalls) == draft.tokens for draft in prepared)


def test_an_error_of_the_preparation_ends_the_sampling(monkeypatch: pytest.MonkeyPatch) -> None:
    callers = set()

    def broken(*_: object) -> None:
        callers.add(get_ident())
        raise ConstraintError("no event is possible")

    monkeypatch.setattr(Turns, "options", broken)
    request = SamplingRequest(engine_of(random_network()), next(iter(tasks().values())), RULES)
    with pytest.raises(ConstraintError, match="no event is possible"):
        fill(request, OPTIONS)
    assert callers
