"""What runs the work on many files: one protocol for this process, several processes, and a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

TRIES = 3
"""How often an item is begun before it fails: a process or a machine can end for reasons of its own."""
AHEAD = 4
"""Items for each worker that are begun before the result that is awaited."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no result of an item; `reason` is one line."""

    reason: str


class Executor(Protocol):
    """Runs a function on many items. It must be picklable, as must its items and results."""

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result | Failure]:
        """The result of each item, in the order of the items; a failure does not end the others."""
        ...


class InProcess:
    """Runs the items one by one in this process."""

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result | Failure]:
        return map(work, items)
