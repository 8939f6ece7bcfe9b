"""The threads of numpy's matrix products."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def one_thread() -> Iterator[None]:
    """Let numpy multiply matrices on one thread.

    The products are small: threads that wait for each other take more time than they save, several times as much on a
    busy machine. The sums of a product depend on its division among threads, so that results would too.
    """
    with _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> Any:
    """What sets the threads of the libraries that are loaded: whoever multiplies has imported numpy."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
