"""The statistics of an own style: its successions are likelier to its pieces than those of the base."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.model.own_styles.own_style import TIMES, fit_prices, mean_nats, write_successions
from scoregen.model.sampling.costs.successions import load_successions, save_successions
from scoregen.model.training.memorisation import bare_drafts, forms
from scoregen.styles.style import load_style
from scoregen.tokens.successions import SuccessionTable
from scoregen.tokens.window_hashes import NoveltyIndex
from tests.model.pieces import random_tokens, sensitive_network
from tests.model.runs import CONFIG, one_thread

PIECES = tuple(random_tokens(seed, 6) for seed in range(4))
OTHERS = tuple(random_tokens(seed, 6) for seed in range(20, 26))


def test_the_pieces_count_as_often_as_held_out_music_asks_for(tmp_path: Path) -> None:
    base, mine = tmp_path / "base", tmp_path / "mine"
    save_successions(SuccessionTable.of(OTHERS), base)
    for valid, expected in ((PIECES[:1], max(TIMES)), (OTHERS[:1], min(TIMES))):
        assert write_successions(mine, PIECES, valid, base) == expected
    write_successions(mine, PIECES, PIECES[:1], base)
    before, after = load_successions(base), load_successions(mine)
    assert before and after
    assert mean_nats(after, PIECES) < mean_nats(before, PIECES)


def test_without_a_base_the_pieces_count_alone(tmp_path: Path) -> None:
    assert write_successions(tmp_path / "mine", PIECES, PIECES[:1], tmp_path / "nobody") == 1
    written, own = load_successions(tmp_path / "mine"), SuccessionTable.of(PIECES)
    assert written and written.rows.tolist() == own.rows.tolist()
    assert written.counts.tolist() == own.counts.tolist()


def test_merged_counts_are_sums() -> None:
    one, other = SuccessionTable.of(PIECES), SuccessionTable.of(OTHERS)
    merged = one.merged(other, 4)
    assert merged.counts.sum() == pytest.approx(one.counts.sum() + 4 * other.counts.sum())
    row = tuple(other.rows[0].tolist())
    found = [count for each, count in zip(merged.rows.tolist(), merged.counts, strict=True) if tuple(each) == row]
    before = [count for each, count in zip(one.rows.tolist(), one.counts, strict=True) if tuple(each) == row]
    assert found == [sum(before) + 4 * other.counts[0]]
    read = SuccessionTable.from_bytes(merged.to_bytes())
    assert read.rows.tolist() == merged.rows.tolist() and read.counts.tolist() == merged.counts.tolist()


def test_prices_follow_the_drafts_of_the_network() -> None:
    """A network that has learned nothing moves in parallels as it happens: more of them than a piece without any."""
    costs = load_style().voice_leading
    shapes = forms(NoveltyIndex.of(PIECES), PIECES, PIECES[:1], 4)
    with one_thread():
        network = sensitive_network(CONFIG)
        drafts = bare_drafts(network, shapes, 4, 1)
        assert drafts == bare_drafts(network, shapes, 4, 1)
        assert [len(draft.measures) for draft in drafts] == [6] * 4
        prices = fit_prices(network, PIECES, shapes, costs, 1)
        assert prices == fit_prices(network, PIECES, shapes, costs, 1)
    assert prices != costs
    assert prices.unusual_succession == costs.unusual_succession
