"""Fingerprints are the same in any key, rhythm and voicing that keeps the lines, and small for long files."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from scoregen.corpora.building.fingerprints import (
    BOTTOM,
    FLAG_BITS,
    MOST,
    STEPS,
    TOP,
    fingerprint,
    levels,
    window_hashes,
)
from scoregen.corpora.shards import ShardPiece
from scoregen.score.elements import Slot
from scoregen.tokens.encode import encode
from tests.corpora.music import SOURCE, measure, score, voice


def line(seed: int, count: int = 60) -> list[int]:
    return np.random.default_rng(seed).integers(48, 84, count).tolist()


def test_a_line_has_the_same_hashes_in_any_key_and_with_repeated_notes() -> None:
    pitches = line(1)
    own = window_hashes(pitches)
    assert len(own) == len(pitches) - 1 - STEPS + 1 - sum(a == b for a, b in pairwise(pitches))
    assert window_hashes([pitch + 5 for pitch in pitches]).tolist() == own.tolist()
    assert window_hashes([pitch for pitch in pitches for _ in range(2)]).tolist() == own.tolist()
    assert not set(window_hashes(line(2)).tolist()) & set(own.tolist())


def test_scales_and_trills_say_nothing() -> None:
    assert window_hashes([60, 62] * 20).tolist() == window_hashes(list(range(40, 80))).tolist() == []
    assert window_hashes([60, 64, 67]).tolist() == []


def test_the_highest_and_the_lowest_line_are_marked() -> None:
    upper, lower = "C5 E5 D5 G5 F5 A5 G5 C6 B5 E5 F5 D5 A5 C5", "C3 G2 A2 F3 D3 B2 C3 E3 G2 C3 F2 A2 D3 E2"
    rows = [
        measure(str(number), voice(Slot("P1"), f"{high[0]} {high[1]}"), voice(Slot("P2"), f"{low[0]} {low[1]}"))
        for number, (high, low) in enumerate(zip(pairs(upper), pairs(lower), strict=True), 1)
    ]
    found = fingerprint([ShardPiece("x", encode(score(*rows)), (), {}, SOURCE)])
    flags = [int(value) & (TOP | BOTTOM) for value in found]
    assert sorted(set(flags)) == [TOP, BOTTOM] and len(found) == 2 * (14 - 1 - STEPS + 1)
    assert (np.diff(found.astype(object)) > 0).all()


def pairs(text: str) -> list[tuple[str, str]]:
    names = text.split()
    return list(zip(names[::2], names[1::2], strict=True))


@pytest.mark.parametrize("count", [100, 3000, 40_000])
def test_a_long_file_keeps_the_hashes_that_a_power_of_two_divides(count: int) -> None:
    from scoregen.corpora.building.fingerprints import _thinned

    every = np.unique(window_hashes(line(3, count)))
    kept = _thinned(every)
    assert len(kept) <= MOST
    level = int(levels(kept).min()) if len(kept) < len(every) else 0
    keys = every >> np.uint64(FLAG_BITS)
    assert kept.tolist() == every[keys % np.uint64(2**level) == 0].tolist()
    assert len(kept) == len(every) or len(kept) > MOST // 4
