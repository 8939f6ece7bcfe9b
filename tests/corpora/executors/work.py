"""Work for executors, which other processes import."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def slowly_squared(number: int) -> int:
    """Later items are done sooner, so that results come out of order."""
    time.sleep(0.02 * (5 - number % 5))
    return number * number


def squared_but_seven(number: int) -> int:
    """The process ends at seven."""
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def once_killed(path: Path) -> str:
    """The process ends at the first try of each path."""
    if not path.exists():
        path.write_text("tried")
        os.kill(os.getpid(), signal.SIGKILL)
    return path.name


def asleep_at_three(number: int) -> int:
    if number == 3:
        time.sleep(600)
    return number


def gibibytes(number: int) -> int:
    return len(bytearray(number << 30))


def slow_on_its_machine(item: tuple[int, str]) -> tuple[int, str]:
    """Note the start in a folder, take a while, and tell the process."""
    number, folder = item
    Path(folder, f"{number}-{os.getpid()}").touch()
    time.sleep(0.5)
    return number, str(os.getpid())
