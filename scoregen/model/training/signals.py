"""Stopping on request: the first SIGINT or SIGTERM lets the work under way come to a good end."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
ECHO_SECONDS = 1.0
"""So soon again, a signal is the same one passed on: by a shell to the group, and by a parent to its child."""

Stop = Callable[[], int]
"""The signal that asked for an end, or 0."""


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Take note of signals while the block runs; a second one does what it would have done outside.

    Only the main thread may set handlers; in another one nothing asks for an end.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: 0
        return
    asked: list[tuple[int, float]] = []

    def take_note(number: int, frame: FrameType | None) -> None:
        if not asked:
            asked.append((number, time.monotonic()))
        elif time.monotonic() - asked[0][1] > ECHO_SECONDS:
            restore()
            signal.raise_signal(number)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    before = {number: signal.signal(number, take_note) for number in SIGNALS}
    try:
        yield lambda: asked[0][0] if asked else 0
    finally:
        restore()
