"""The index finds the same passages as an exhaustive comparison."""

from __future__ import annotations

import numpy as np
import pytest

from scoregen.evaluation.passages.event_sequences import EventSequence
from scoregen.evaluation.passages.ngram_index import GAP, WINDOW, NgramIndex


def sequence(steps: list[int]) -> EventSequence:
    count = len(steps) + 1
    return EventSequence(np.array(steps, np.uint64), np.full(count, 60), np.arange(count) // 4)


def random_steps(seed: int, count: int, kinds: int = 3) -> list[int]:
    return np.random.default_rng(seed).integers(kinds, size=count).tolist()


CORPUS = [random_steps(seed, 12 + seed) for seed in range(6)]
INDEX = NgramIndex.of((work, 0, sequence(steps)) for work, steps in enumerate(CORPUS))


def longest_ending_at(steps: list[int], end: int, corpus: list[list[int]]) -> int:
    """The length of the longest run, by a comparison of every length at every position."""
    found = 0
    for length in range(1, end + 2):
        part = steps[end + 1 - length : end + 1]
        if any(part == known[at : at + length] for known in corpus for at in range(len(known) - length + 1)):
            found = length
    return found


def most_alike(window: list[int]) -> int:
    """The most equal steps of a window at any position of the corpus, also across an end."""
    return max(
        sum(0 <= at + k < len(known) and known[at + k] == step for k, step in enumerate(window))
        for known in CORPUS
        for at in range(1 - len(window), len(known))
    )


@pytest.mark.parametrize("seed", range(20, 30))
def test_runs_are_the_longest(seed: int) -> None:
    steps = random_steps(seed, 30)
    found = INDEX.runs(sequence(steps))
    assert found.tolist() == [longest_ending_at(steps, end, CORPUS) for end in range(len(steps))]


@pytest.mark.parametrize("seed", range(20, 30))
def test_excluded_works_are_not_found(seed: int) -> None:
    steps = random_steps(seed, 30)
    found = INDEX.runs(sequence(steps), [INDEX.span(1, 3), INDEX.span(5, 6)])
    rest = [CORPUS[0], *CORPUS[3:5]]
    assert found.tolist() == [longest_ending_at(steps, end, rest) for end in range(len(steps))]


def alike(steps: list[int], shift: int) -> list[bool]:
    """Which steps are equal to those of the index at a shift."""
    places = [step + shift for step in range(len(steps))]
    numbers = [INDEX.numbers[place] if 0 <= place < len(INDEX.numbers) else -1 for place in places]
    return [number >= 0 and bool(INDEX.keys[number] == step) for number, step in zip(numbers, steps, strict=True)]


@pytest.mark.parametrize("seed", range(20, 40))
def test_similar_passages_are_the_most_alike(seed: int) -> None:
    steps, width = random_steps(seed, 30, kinds=12), WINDOW - 1
    passages = INDEX.nearest(sequence(steps)).similar
    sides = [alike(steps, passage.place - passage.at) for passage in passages]
    for first in range(len(steps) - width + 1):
        found = max((sum(side[first : first + width]) for side in sides), default=0)
        assert found == most_alike(steps[first : first + width])
    for passage, side in zip(passages, sides, strict=True):
        inside = side[passage.first : passage.first + passage.length - 1]
        assert passage.same == sum(inside)
        assert side[passage.at]
        assert len(inside) == width or (inside[0] and inside[-1])


def test_shared_passages_have_the_right_places() -> None:
    steps = [9, 9, *CORPUS[4][3:10], 9]
    passage = max(INDEX.nearest(sequence(steps)).shared, key=lambda found: found.length)
    assert (passage.first, passage.length, passage.same, passage.at) == (2, 8, 7, 2)
    row = INDEX.sequence_at(passage.place)
    assert (INDEX.works[row], passage.place - INDEX.firsts[row]) == (4, 3)
    assert passage.similarity == 1


def test_a_passage_within_a_longer_one_is_not_listed() -> None:
    found = NgramIndex.of([(0, 0, sequence([1, 2, 3, 4])), (1, 0, sequence([3, 4, 5]))]).nearest(
        sequence([1, 2, 3, 4, 5])
    )
    assert [(p.first, p.length) for p in found.shared] == [(0, 5), (2, 4)]
    assert found.longest == 5


def test_sequences_without_equal_steps() -> None:
    found = INDEX.nearest(sequence([50, 51, 52]))
    assert (found.longest, found.shared, found.similar) == (0, (), ())
    assert INDEX.nearest(sequence([])).similar == ()
    assert NgramIndex.of([]).nearest(sequence([1, 2])).longest == 0


def test_sequences_are_separate() -> None:
    gaps = INDEX.firsts[1:] - INDEX.firsts[:-1] - [len(steps) + 1 for steps in CORPUS]
    assert (gaps == GAP).all()
    assert GAP >= WINDOW - 1
