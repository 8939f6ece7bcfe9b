"""What would complete a window of the corpus is not drawn, unless there is nothing else."""

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
def test_what_was_written_once_is_not_written_again(network: Network, name: str) -> None:
    """The same seed again, with its own drafts as the corpus: every copy stops in time."""
    request = SamplingRequest(engine_of(network), tasks()[name], RULES)
    first = fill(request, OPTIONS)
    assert all(draft.shared is None for draft in first)
    limited = replace(request, novelty=NoveltyIndex.of([draft.tokens for draft in first]))
    for before, after in zip(first, fill(limited, OPTIONS), strict=True):
        assert before.tokens != after.tokens
        assert after.novelty_breaches == 0
        assert after.shared is not None and after.shared.longest < LIMIT


def test_another_corpus_changes_nothing(network: Network) -> None:
    request = SamplingRequest(engine_of(network), tasks()["soprano"], RULES)
    limited = replace(request, novelty=NoveltyIndex.of([tasks()["nothing"]]))
    assert [d.tokens for d in fill(request, OPTIONS)] == [d.tokens for d in fill(limited, OPTIONS)]


def test_where_nothing_else_is_left_the_window_is_told_of(network: Network) -> None:
    """An alto that can sing one note or rest, and all that comes of it in the corpus."""
    narrow = tuple(VoiceRule(rule.pitches & (np.cumsum(rule.pitches) <= 1)) for rule in RULES)
    request = SamplingRequest(engine_of(network), blanked(random_tokens(3, 5), {2: {1}}), narrow)
    known = NoveltyIndex.of([draft.tokens for draft in fill(request, replace(OPTIONS, candidates=100))])
    drafts = fill(replace(request, novelty=known), OPTIONS)
    assert sum(draft.novelty_breaches for draft in drafts) > 0


def test_the_index_lies_beside_the_weights(tmp_path: Path) -> None:
    weights = tmp_path / "mine.safetensors"
    assert load_index(weights) is None
    index = NoveltyIndex.of([tasks()["nothing"]])
    save_index(index, weights)
    assert (tmp_path / "mine.novelty").is_file()
    found = load_index(tmp_path / "mine")
    assert found is not None and all((found.tables[n] == index.tables[n]).all() for n in index.tables)
    (tmp_path / "mine.novelty").write_bytes(b"something else")
    with pytest.raises(InputError, match=r"mine\.novelty is damaged"):
        load_index(weights)
