"""The child process in which a library does its work: JSON in on stdin, JSON out on stdout.

    python -I child.py WORKER PACKAGES SECONDS

WORKER is a script with a function `answer(request)` and a limit of memory, `MEMORY_BYTES`; its function
`prepare()`, if it has one, runs before the request is read. PACKAGES is the folder of installed packages.
SECONDS limits the processor time. `subprocesses.ask` starts this script. It imports only the standard library,
so that it starts in a few hundredths of a second. A crash of the worker's library ends this process alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType


def limit_resources(seconds: int, memory_bytes: int) -> None:
    """Limit processor time and memory, and write no core file, in case the parent dies first.

    No limit is raised above the one in force.
    """
    try:
        import resource
    except ImportError:  # not on Windows
        return
    wanted = {
        resource.RLIMIT_CPU: (seconds, seconds + 1),
        resource.RLIMIT_AS: (memory_bytes, memory_bytes),
        resource.RLIMIT_CORE: (0, 0),
    }
    for kind, limits in wanted.items():
        resource.setrlimit(kind, lowered(limits, resource.getrlimit(kind)))


def lowered(wanted: tuple[int, int], in_force: tuple[int, int]) -> tuple[int, int]:
    """The soft and the hard limit that are wanted, neither above the one in force."""
    import resource

    finite = [limit for limit in in_force if limit != resource.RLIM_INFINITY]
    return min([wanted[0], *finite]), min([wanted[1], *finite[-1:]])


def load(script: str) -> ModuleType:
    """A module from a script in any folder."""
    spec = spec_from_file_location("worker", script)
    if spec is None or spec.loader is None:
        raise ImportError(f"no worker can be loaded from {script}")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(script: str, packages: str, seconds: str) -> None:
    sys.dont_write_bytecode = True
    sys.path.append(packages)
    reply = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the library prints must not reach the reply
    worker = load(script)
    with contextlib.suppress(OSError, ValueError):  # a system may refuse a limit, as macOS does that of memory
        limit_resources(int(seconds), worker.MEMORY_BYTES)
    if hasattr(worker, "prepare"):
        worker.prepare()
    reply.write(json.dumps(worker.answer(json.loads(sys.stdin.buffer.read()))).encode())
    reply.flush()
    os._exit(0)  # a damaged file can also crash a library while it cleans up


if __name__ == "__main__":
    main(*sys.argv[1:])
