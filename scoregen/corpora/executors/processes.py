"""Several processes on this machine. A process that crashes, hangs or needs too much memory costs its item alone."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from scoregen.corpora.executors.protocol import AHEAD, TRIES, Failure, Item, Result
from scoregen.system.child import lowered

_CONTEXT = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Processes:
    """`count` processes; an item may take `seconds` of wall time, and a process may use `memory` bytes."""

    count: int
    seconds: float = 600.0
    memory: int = 4 << 30

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result | Failure]:
        pool = _Pool(self, work)
        try:
            yield from pool.results(enumerate(items))
        finally:
            pool.close()


@dataclass(slots=True)
class _Worker:
    """A process and its end of the pipe; the item that it has, how often that was begun, and when this time ends."""

    process: Any
    pipe: Connection
    number: int = -1
    item: Any = None
    tries: int = 0
    end: float = float("inf")


class _Pool:
    def __init__(self, options: Processes, work: Callable[[Any], Any]) -> None:
        self.options, self.work = options, work
        self.idle: list[_Worker] = []
        self.busy: list[_Worker] = []
        self.done: dict[int, Any] = {}

    def results(self, items: Iterator[tuple[int, Any]]) -> Iterator[Any]:
        """The results in order; items begin while no more than `AHEAD` for each process wait for an earlier one."""
        following, waiting = 0, True
        while waiting or self.busy or self.done:
            while waiting and len(self.busy) < self.options.count and self._has_room():
                entry = next(items, None)
                if entry is None:
                    waiting = False
                else:
                    self._begin(*entry, tries=1)
            if following in self.done:
                yield self.done.pop(following)
                following += 1
            elif self.busy:
                self._wait()

    def _has_room(self) -> bool:
        return len(self.done) + len(self.busy) < AHEAD * self.options.count

    def _begin(self, number: int, item: Any, tries: int) -> None:
        worker = self.idle.pop() if self.idle else self._start()
        worker.number, worker.item, worker.tries = number, item, tries
        worker.end = time.monotonic() + self.options.seconds
        self.busy.append(worker)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # `_wait` sees that the process has ended
            worker.pipe.send(item)

    def _start(self) -> _Worker:
        ours, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(target=_serve, args=(theirs, self.work, self.options.memory), daemon=False)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _wait(self) -> None:
        """Take what is ready; end the processes whose time is over."""
        first = min(worker.end for worker in self.busy)
        ready = wait([worker.pipe for worker in self.busy], max(0.0, first - time.monotonic()))
        for worker in [worker for worker in self.busy if worker.pipe in ready]:
            self.busy.remove(worker)
            self._take(worker)
        for worker in [worker for worker in self.busy if worker.end <= time.monotonic()]:
            self.busy.remove(worker)
            self._end(worker)
            self.done[worker.number] = Failure(f"it takes longer than {self.options.seconds:g} s")

    def _take(self, worker: _Worker) -> None:
        try:
            self.done[worker.number] = worker.pipe.recv()
            self.idle.append(worker)
        except (EOFError, OSError):
            self._end(worker)
            if worker.tries < TRIES:
                self._begin(worker.number, worker.item, worker.tries + 1)
            else:
                self.done[worker.number] = Failure(f"its process ended {TRIES} times{_cause(worker.process.exitcode)}")

    def _end(self, worker: _Worker) -> None:
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()

    def close(self) -> None:
        for worker in (*self.busy, *self.idle):
            self._end(worker)


def _cause(code: int | None) -> str:
    if code is None or code >= 0:
        return f" (exit code {code})"
    return f" ({signal.Signals(-code).name})"


def _serve(pipe: Connection, work: Callable[[Any], Any], memory: int) -> None:
    """Work until the pipe is closed, also by the end of the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    _limit_memory(memory)
    while True:
        try:
            item = pipe.recv()
        except EOFError:
            return
        try:
            result = work(item)
        except MemoryError:
            result = Failure(f"it needs more than {memory / 2**30:.3g} GiB of memory")
        pipe.send(result)


def _limit_memory(memory: int) -> None:
    """Limit the address space; no limit is raised above the one in force."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, lowered((memory, memory), resource.getrlimit(resource.RLIMIT_AS)))
