"""Turns are prepared beside the network; drafts do not depend on which thread does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
from tests.model.tasks import RULES, random_network, tasks

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
