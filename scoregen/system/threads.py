"""Threads: one for numpy's matrix products, and a second one for Python while the first one waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from functools import cache, partial
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def one_thread() -> Iterator[None]:
    """Let numpy multiply matrices on one thread.

    The products are small: threads that wait for each other take more time than they save, several times as much on a
    busy machine. The sums of a product depend on its division among threads, so that results would too.
    """
    with _controller().limit(limits=1, user_api="blas"):
        yield


class Started(Generic[R]):
    """A function that is called once, by the second thread or, if that has not begun, by who asks for the result."""

    def __init__(self, function: Callable[[], R]) -> None:
        self._function, self._is_taken, self._is_running = function, Lock(), Lock()
        self._is_running.acquire()
        self._outcome: tuple[R] | BaseException

    def run(self) -> None:
        """Call the function, unless its call has begun."""
        if self._is_taken.acquire(blocking=False):
            try:
                self._outcome = (self._function(),)
            except BaseException as error:  # raised where the result is asked for
                self._outcome = error
            self._is_running.release()

    def result(self) -> R:
        """What the function returns; raises what it raises. It can be asked for once."""
        self.run()
        self._is_running.acquire()
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        return self._outcome[0]


class Beside:
    """A second thread, which works while the caller waits for compiled code such as that of the network.

    A busy machine has no time for it: then the caller does all the work, and nobody waits for the other.
    """

    def __init__(self, queue: SimpleQueue[Started[Any] | None]) -> None:
        self._queue = queue

    def start(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Started[R]:
        """Start a function."""
        started = Started(partial(function, *args, **kwargs))
        self._queue.put(started)
        return started


@contextmanager
def beside() -> Iterator[Beside]:
    """A thread beside the caller's; it has the caller's context, of which numpy's handling of errors is a part."""
    queue: SimpleQueue[Started[Any] | None] = SimpleQueue()
    thread = Thread(target=copy_context().run, args=(_work, queue), daemon=True)
    thread.start()
    try:
        yield Beside(queue)
    finally:
        queue.put(None)
        thread.join()


def _work(queue: SimpleQueue[Started[Any] | None]) -> None:
    while (started := queue.get()) is not None:
        started.run()


@cache
def _controller() -> Any:
    """What sets the threads of the libraries that are loaded: whoever multiplies has imported numpy."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
