"""Drawing the examples of a run, in this process or ahead of time in others.

An example depends on the seed, the number of its pool and its own number alone, so that the same batches come from any
number of processes. On a GPU a step takes less time than drawing its examples in one process.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager

import numpy as np

from scoregen.model.features.alphabet import Alphabet, alphabet
from scoregen.model.features.conditioning import Example
from scoregen.model.network.config import TrainingOptions
from scoregen.model.training.examples import TrainingExamples

POOL = 4
"""Steps whose examples are drawn together."""
AHEAD = 2
"""Pools that other processes draw ahead of time."""

_shared: dict[str, TrainingExamples] = {}
"""The examples of this process's run, which worker processes inherit."""


class Drawing:
    """The examples of each pool of steps, sorted by length, so that batches have little padding."""

    def __init__(
        self, examples: TrainingExamples, options: TrainingOptions, executor: ProcessPoolExecutor | None = None
    ) -> None:
        self._examples, self._options, self._executor = examples, options, executor
        self._coming: dict[int, list[Future[Example]]] = {}
        self._last: tuple[int, list[Example]] = (-1, [])

    @property
    def alphabet(self) -> Alphabet:
        return alphabet(self._examples.alphabet)

    def pool(self, pool: int) -> list[Example]:
        """The examples of the steps of a pool."""
        if self._last[0] != pool:
            self._last = pool, self._drawn(pool)
        return self._last[1]

    def _drawn(self, pool: int) -> list[Example]:
        numbers = range(POOL * self._options.batch_size)
        if self._executor is None:
            drawn = [_draw(self._examples, self._options.seed, pool, number) for number in numbers]
        else:
            drawn = [future.result() for future in self._ahead(pool)]
        return sorted(drawn, key=lambda example: example.piece.length)

    def _ahead(self, pool: int) -> list[Future[Example]]:
        """The coming examples of a pool; those of the next pools are begun."""
        assert self._executor is not None
        for each in range(pool, pool + 1 + AHEAD):
            if each not in self._coming:
                self._coming[each] = [
                    self._executor.submit(_draw_shared, self._options.seed, each, number)
                    for number in range(POOL * self._options.batch_size)
                ]
        return self._coming.pop(pool)


@contextmanager
def drawing(examples: TrainingExamples, options: TrainingOptions, workers: int = 0) -> Iterator[Drawing]:
    """The drawing of a run; with `workers` processes it is done ahead of time."""
    if not workers:
        yield Drawing(examples, options, None)
        return
    _shared["examples"] = examples
    context = multiprocessing.get_context("fork")  # the pieces are inherited, not copied
    with ProcessPoolExecutor(workers, context) as executor:
        try:
            yield Drawing(examples, options, executor)
        finally:
            _shared.clear()
            executor.shutdown(cancel_futures=True)


def _draw(examples: TrainingExamples, seed: int, pool: int, number: int) -> Example:
    return examples.draw(np.random.default_rng((seed, pool, number)))


def _draw_shared(seed: int, pool: int, number: int) -> Example:
    return _draw(_shared["examples"], seed, pool, number)
