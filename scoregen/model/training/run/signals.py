"""Stopping on request: after the first SIGINT or SIGTERM the current step is completed."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
ECHO_SECONDS = 1.0
"""A signal within this time is a duplicate: a shell sends it to the group, and a parent forwards it to its child."""

Stop = Callable[[], int]
"""Returns the signal that was received, or 0."""


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Record signals while the block runs; the handlers from outside process a second one.

    Only the main thread may set handlers; in other threads no signal is recorded.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: 0
        return
    received: list[tuple[int, float]] = []

    def record(number: int, frame: FrameType | None) -> None:
        if not received:
            received.append((number, time.monotonic()))
        elif time.monotonic() - received[0][1] > ECHO_SECONDS:
            restore()
            signal.raise_signal(number)

    def restore() -> None:
        for number, handler in handlers.items():
            signal.signal(number, handler)

    handlers = {number: signal.signal(number, record) for number in SIGNALS}
    try:
        yield lambda: received[0][0] if received else 0
    finally:
        restore()
