"""The child process in which a library does its work: JSON in on stdin, JSON out on stdout.

    python -I child.py WORKER PACKAGES SECONDS

WORKER is a script with a function `answer(request)` and a limit of memory, `MEMORY_BYTES`; PACKAGES is the
folder of installed packages; SECONDS limits the processor time. `subprocesses.ask` starts it. This too is a
script and not a module of the package: it imports nothing but the standard library, so that it is up in a few
hundredths of a second, and so that a crash of the library ends this process and no other.
"""

from __future__ import annotations

import json
import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType


def limit_resources(seconds: int, memory_bytes: int) -> None:
    """Processor time and memory, and no core file: in case the parent dies before it can end this process."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def load(script: str) -> ModuleType:
    """A module from a script, which may stand anywhere."""
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
    os.dup2(2, 1)  # whatever the library prints must not get into the reply
    worker = load(script)
    limit_resources(int(seconds), worker.MEMORY_BYTES)
    reply.write(json.dumps(worker.answer(json.loads(sys.stdin.buffer.read()))).encode())
    reply.flush()
    os._exit(0)  # a damaged file can also crash a library while it cleans up


if __name__ == "__main__":
    main(*sys.argv[1:])
