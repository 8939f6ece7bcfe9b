"""Near-duplicates are found in any key; which of them stay depends on splits and on nothing that is added."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scoregen.corpora.building.duplicates import (
    HELD_OUT,
    RELATED,
    SAME,
    SAME_AS,
    Likeness,
    near_duplicates,
    without_duplicates,
)
from scoregen.corpora.building.fingerprints import BOTTOM, TOP, _merged, _thinned, window_hashes
from scoregen.corpora.manifest import Split
from scoregen.corpora.shards import Hashes, ShardSource
from tests.corpora.music import SOURCE


def hashes(*lines: tuple[list[int], int]) -> Hashes:
    return _thinned(_merged(np.concatenate([window_hashes(line) | np.uint64(flag) for line, flag in lines])))


def line(seed: int, count: int = 200) -> list[int]:
    return np.random.default_rng(seed).integers(48, 84, count).tolist()


def alone(seed: int, count: int = 200) -> Hashes:
    return hashes((line(seed, count), 0))


def pairs_of(*fingerprints: Hashes) -> dict[tuple[int, int], Likeness]:
    return {(pair.first, pair.second): pair for pair in near_duplicates(lambda: fingerprints)}


def test_a_copy_in_another_key_is_the_same_piece_and_another_piece_is_not_related() -> None:
    moved = hashes(([pitch - 7 for pitch in line(1)], 0))
    found = pairs_of(alone(1), moved, alone(2))
    assert list(found) == [(0, 1)] and found[0, 1].share == 1.0 and found[0, 1].is_same


def test_an_excerpt_is_found_in_a_file_that_is_thinned() -> None:
    whole, part = line(3, 40_000), line(3, 40_000)[5000:9000]
    found = pairs_of(hashes((whole, 0)), hashes((part, 0)), alone(4, 40_000))
    assert list(found) == [(0, 1)] and found[0, 1].share > 0.9


def test_another_setting_of_a_tune_is_related_but_not_the_same() -> None:
    """A choir of four lines with the same soprano."""
    tune = (line(5, 60), TOP)
    one, other = (hashes(tune, *((line(seed + voice, 60), 0) for voice in range(2))) for seed in (10, 20))
    (found,) = pairs_of(one, other).values()
    assert RELATED < found.share < SAME and not found.is_same


def test_the_outer_lines_make_an_arrangement_the_same_piece() -> None:
    """A piano piece whose inner notes are other lines in each file."""
    outer = [(line(6, 100), TOP), (line(7, 100), BOTTOM)]
    one, other = (hashes(*outer, *((line(seed + voice, 100), 0) for voice in range(3))) for seed in (30, 40))
    (found,) = pairs_of(one, other).values()
    assert found.share < SAME and found.is_same and found.measure == min(found.top, found.bottom) == 1.0


def test_fifty_copies_are_all_connected() -> None:
    found = pairs_of(*[alone(8, 60)] * 50)
    near = {pair.second for pair in found.values() if pair.first == 0} | {0}
    assert len(near) > 10 and {number for pair in found for number in pair} == set(range(50))


def test_pairs_are_the_same_if_the_hashes_are_sorted_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [alone(seed % 7, 100 + 40 * seed) for seed in range(12)]
    whole = near_duplicates(lambda: files)
    monkeypatch.setattr("scoregen.corpora.building.duplicates._AT_ONCE", 500)
    assert near_duplicates(lambda: files) == whole and whole


def test_no_files_and_empty_files_have_no_pairs() -> None:
    assert pairs_of() == {} == pairs_of(alone(1, 3), alone(2, 3))


def source(file: str, split: Split = "train", lost: str = "") -> ShardSource:
    return replace(SOURCE, file=file, split=split, group="", lost=lost)


def judged(*sources: ShardSource, pairs: list[Likeness], keep: bool = False) -> dict[str, ShardSource]:
    found = without_duplicates(sources, pairs, [(each.file,) for each in sources], keep=keep)
    return {each.file: each for each in found}


def likeness(first: int, second: int, share: float) -> Likeness:
    return Likeness(first, second, share, 0.0, 0.0)


def test_of_the_same_piece_the_preferred_file_stays() -> None:
    found = judged(source("b"), source("a"), source("c"), pairs=[likeness(0, 1, 0.9)])
    assert [name for name, each in found.items() if not each.lost] == ["a", "c"]
    assert found["b"].lost == f"{SAME_AS}a (90% of its lines)"
    assert found["b"].group == found["a"].group == "a" and found["c"].group == "c"


def test_copies_may_be_kept_in_training_but_not_beside_validation() -> None:
    pairs = [likeness(0, 1, 0.9), likeness(2, 3, 0.4)]
    found = judged(source("a"), source("b"), source("v", "valid"), source("t"), pairs=pairs, keep=True)
    assert not found["b"].lost and found["b"].group == "a"
    assert found["t"].lost == f"{HELD_OUT}v (40% of its lines)" and not found["v"].lost


def test_a_test_piece_stays_before_one_of_validation() -> None:
    found = judged(source("v", "valid"), source("x", "test"), pairs=[likeness(0, 1, 0.5)])
    assert found["v"].lost.startswith(HELD_OUT) and not found["x"].lost


def test_related_files_of_one_split_stay() -> None:
    assert not any(each.lost for each in judged(source("a"), source("b"), pairs=[likeness(0, 1, 0.5)]).values())


def test_no_file_is_left_out_for_one_that_is_left_out_itself() -> None:
    """b is like a and like c, which are not alike: b goes, c stays."""
    pairs = [likeness(0, 1, 0.8), likeness(1, 2, 0.8)]
    found = judged(source("a"), source("b"), source("c"), pairs=pairs)
    assert [name for name, each in found.items() if each.lost] == ["b"]
    damaged = judged(source("a", lost="it is damaged"), source("b"), pairs=[likeness(0, 1, 0.8)])
    assert damaged["a"].lost == "it is damaged" and not damaged["b"].lost
