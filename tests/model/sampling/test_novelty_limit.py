"""The novelty limit: no event completes a window of the corpus, unless no other is allowed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scoregen.model.engine.loading import engine_of
from scoregen.model.network.config import SamplingOptions
from scoregen.model.network.network import Network
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.novelty_limit import load_index, save_index
from scoregen.model.sampling.request import SamplingRequest
from scoregen.system.errors import InputError
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.window_hashes import LIMIT, NoveltyIndex
from tests.model.pieces import random_tokens
from tests.model.tasks import RULES, blanked, random_network, tasks

OPTIONS = SamplingOptions(seed=4, candidates=3, passes=0)


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network()


@pytest.mark.parametrize("name", ["nothing", "soprano", "going on", "bass"])
def test_windows_of_the_corpus_are_not_written(network: Network, name: str) -> None:
    """The same seed again, with its own drafts as the corpus: every copy diverges in time."""
    request = SamplingRequest(engine_of(network), tasks()[name], RULES)
    first = fill(request, OPTIONS)
    assert all(draft.shared is None for draft in first)
    limited = replace(request, novelty=NoveltyIndex.of([draft.tokens for draft in first]))
    for before, after in zip(first, fill(limited, OPTIONS), strict=True):
        assert before.tokens != after.tokens
        assert after.novelty_breaches == 0
        assert after.shared is not None and after.shared.longest < LIMIT


def test_an_unrelated_corpus_has_no_influence(network: Network) -> None:
    request = SamplingRequest(engine_of(network), tasks()["soprano"], RULES)
    limited = replace(request, novelty=NoveltyIndex.of([tasks()["nothing"]]))
    assert [d.tokens for d in fill(request, OPTIONS)] == [d.tokens for d in fill(limited, OPTIONS)]


def test_a_window_without_alternative_is_reported(network: Network) -> None:
    """An alto with one possible note or a rest, and all resulting windows in the corpus."""
    narrow = tuple(VoiceRule(rule.pitches & (np.cumsum(rule.pitches) <= 1)) for rule in RULES)
    request = SamplingRequest(engine_of(network), blanked(random_tokens(3, 5), {2: {1}}), narrow)
    known = NoveltyIndex.of([draft.tokens for draft in fill(request, replace(OPTIONS, candidates=100))])
    drafts = fill(replace(request, novelty=known), OPTIONS)
    assert sum(draft.novelty_breaches for draft in drafts) > 0


def test_the_index_is_next_to_the_weights(tmp_path: Path) -> None:
    weights = tmp_path / "mine.safetensors"
    assert load_index(weights) is None
    index = NoveltyIndex.of([tasks()["nothing"]])
    save_index(index, weights)
    assert (tmp_path / "mine.novelty").is_file()
    result = load_index(tmp_path / "mine")
    assert result is not None and all((result.tables[n] == index.tables[n]).all() for n in index.tables)
    (tmp_path / "mine.novelty").write_bytes(b"something else")
    with pytest.raises(InputError, match=r"mine\.novelty is damaged"):
        load_index(weights)
