"""A cluster of machines, by Ray (the extra `cluster`). Files must have the same paths on all of them."""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from scoregen.corpora.executors.protocol import AHEAD, TRIES, Failure, Item, Result
from scoregen.system.errors import ToolError


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running Ray cluster: `address` is `auto` for one that this machine is part of, else `HOST:PORT`.

    An item may take `seconds` of wall time once it is awaited. A machine that is removed loses nothing: its items begin
    again on the others, `TRIES` times at most.
    """

    address: str = "auto"
    seconds: float = 600.0

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result | Failure]:
        """As of the protocol. ToolError if Ray is not installed, or there is no cluster at the address."""
        ray = _connected(self.address)
        remote = ray.remote(num_cpus=1, max_retries=TRIES - 1)(_call)
        shared = ray.put(work)
        begun: deque[Any] = deque()
        rest, most = iter(items), AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
        while True:
            while len(begun) < most and (item := next(rest, _END)) is not _END:
                begun.append((item, remote.remote(shared, item)))
            if not begun:
                return
            item, future = begun.popleft()
            yield self._result(ray, future, partial(remote.remote, shared, item))

    def _result(self, ray: Any, future: Any, again: Callable[[], Any]) -> Any:
        """The result of a future; one that was lost with its machine is begun again."""
        for tries in range(1, TRIES + 1):
            try:
                return ray.get(future, timeout=self.seconds)
            except ray.exceptions.GetTimeoutError:
                ray.cancel(future, force=True)
                return Failure(f"it takes longer than {self.seconds:g} s")
            except ray.exceptions.RayTaskError:
                raise
            except ray.exceptions.RayError as error:
                reason = f"its process ended ({type(error).__name__})"
                future = again() if tries < TRIES else None
        return Failure(reason)


ANSWER = 10.0
"""The seconds in which the head of a cluster answers."""
_END = object()


def _call(work: Callable[[Any], Any], item: Any) -> Any:
    try:
        return work(item)
    except MemoryError:
        return Failure("it needs more memory than its machine has")


def _check_address(address: str) -> None:
    """ToolError if nothing answers at HOST:PORT; Ray itself waits for minutes."""
    host, colon, port = address.rpartition(":")
    if not colon or "/" in address:
        return
    try:
        socket.create_connection((host, int(port)), timeout=ANSWER).close()
    except (OSError, ValueError, OverflowError) as error:
        raise ToolError(f"found no Ray cluster at {address!r} ({error}); start one with ray start --head") from None


def _connected(address: str) -> Any:
    try:
        import ray
    except ImportError:
        raise ToolError("Ray is not installed; install it with pip install scoregen[cluster]") from None
    if not ray.is_initialized():
        _check_address(address)
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        try:
            ray.init(address=address, log_to_driver=False, logging_level="ERROR")
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise ToolError(f"found no Ray cluster at {address!r} ({error}); start one with ray start --head") from None
    return ray
