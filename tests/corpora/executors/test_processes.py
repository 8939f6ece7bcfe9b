"""Results come in order; a process that crashes, hangs or grows costs its item alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoregen.corpora.executors import Executor, Failure, InProcess, Processes
from tests.corpora.executors.work import asleep_at_three, gibibytes, once_killed, slowly_squared, squared_but_seven


@pytest.mark.parametrize("executor", [InProcess(), Processes(1), Processes(3)], ids=["here", "one", "three"])
def test_results_are_in_the_order_of_the_items(executor: Executor) -> None:
    assert list(executor.map(slowly_squared, range(11))) == [number * number for number in range(11)]
    assert list(executor.map(slowly_squared, ())) == []


def test_a_process_that_crashes_costs_its_item_alone() -> None:
    results = list(Processes(2).map(squared_but_seven, range(12)))
    assert results[7] == Failure("its process ended 3 times (SIGKILL)")
    assert [result for number, result in enumerate(results) if number != 7] == [
        number * number for number in range(12) if number != 7
    ]


def test_an_item_whose_process_ends_is_tried_again(tmp_path: Path) -> None:
    items = [tmp_path / name for name in "abc"]
    assert list(Processes(2).map(once_killed, items)) == ["a", "b", "c"]


def test_an_item_that_hangs_is_given_up() -> None:
    results = list(Processes(2, seconds=1.5).map(asleep_at_three, range(6)))
    assert results == [0, 1, 2, Failure("it takes longer than 1.5 s"), 4, 5]


def test_an_item_that_needs_too_much_memory_is_given_up() -> None:
    results = list(Processes(1, memory=2 << 30).map(gibibytes, [0, 8, 0]))
    assert results == [0, Failure("it needs more than 2 GiB of memory"), 0]


def test_items_are_taken_as_results_are_used() -> None:
    """The items of a large corpus are not all begun at once."""
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in itertools.count():
            taken.append(number)
            yield number

    results = Processes(2).map(slowly_squared, items())
    assert [next(results) for _ in range(3)] == [0, 1, 4]
    assert len(taken) < 20
    results.close()  # type: ignore[attr-defined]  # it is a generator
