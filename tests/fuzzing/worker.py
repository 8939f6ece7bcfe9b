"""One process that reads faulty files: each must be read or refused, within limits of time and memory.

    python -m tests.fuzzing.worker TARGET SEED FIRST COUNT

Prints a line of JSON when it begins an input, and one when it has ended. An input follows from the target, the seed
and its number alone, so that it can be made again when the process has crashed.
"""

from __future__ import annotations

import contextlib
import json
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from scoregen.system.errors import ScoregenError
from tests.fuzzing.targets import TARGETS, Target

SECONDS = 10.0
BYTES = 1 << 30


class OutOfTime(BaseException):
    """The processor time of an input is used up."""


def faulty(name: str, seed: int, number: int) -> bytes:
    """The faulty file with this number."""
    target, source = TARGETS[name], random.Random(f"{name} {seed} {number}")
    seeds = target.seeds()
    return target.fault(source.choice(seeds), seeds, source)


def outcome(target: Target, data: bytes, number: int, folder: Path) -> dict[str, Any]:
    """What came of an input: `fault` is empty if it was read or refused in one line, within the limits."""
    path = folder / target.file
    path.write_bytes(data)
    started = time.process_time()
    result, fault = "", ""
    try:
        with _limits():
            result = "refused" if target.use(path, number) == 2 else "read"
    except ScoregenError as error:
        result = "refused"
        if "\n" in str(error) or "bug in scoregen" in str(error):
            fault = f"message: {error!s}"
    except OutOfTime:
        fault = f"more than {SECONDS:g} s"
    except MemoryError:
        fault = f"more than {BYTES >> 20} MiB"
    except BaseException as error:
        fault = _described(error)
    return {"result": result, "fault": fault, "seconds": round(time.process_time() - started, 3)}


def _described(error: BaseException) -> str:
    """The error and the innermost places in this repository."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "scoregen" in frame.filename]
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-3:]]
    return f"{type(error).__name__}: {str(error)[:300]} at {' < '.join(reversed(places))}"


@contextlib.contextmanager
def _limits() -> Iterator[None]:
    """Limits of processor time and of memory beyond what is in use, on systems that have them."""
    import resource

    in_use = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    signal.signal(signal.SIGPROF, _stop)
    resource.setrlimit(resource.RLIMIT_DATA, (in_use + BYTES, hard))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise OutOfTime


def main(name: str, seed: str, first: str, count: str) -> None:
    target = TARGETS[name]
    reply = sys.stdout
    for number in range(int(first), int(first) + int(count)):
        print(json.dumps({"begins": number}), file=reply, flush=True)
        with tempfile.TemporaryDirectory(prefix="scoregen-") as folder:
            found = outcome(target, faulty(name, int(seed), number), number, Path(folder))
        print(json.dumps({"number": number, **found}), file=reply, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
