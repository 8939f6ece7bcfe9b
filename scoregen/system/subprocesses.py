"""Child processes for libraries that may crash or hang: JSON in, JSON out, with a time-out."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scoregen.system.child import lowered
from scoregen.system.errors import ToolError

_CHILD = Path(__file__).with_name("child.py")


def ask(worker: Path, package: str, request: Mapping[str, Any], timeout: float, who: str) -> dict[str, Any]:
    """The answer of a worker script (see `child.py`) to a request; `who` is its name in errors.

    The worker can import the library `package`. Raises ToolError if it crashes, fails, or takes longer than
    `timeout` seconds.
    """
    child = _started.pop(worker, None) or _start(worker, package, timeout, who)
    done = _ended(child, timeout, who, json.dumps(request).encode())
    if done.returncode != 0:
        raise ToolError(f"{who} {ending(done.returncode, done.stderr)}")
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise ToolError(f"{who} ended without an answer") from None
    return answer


def prepare(worker: Path, package: str, timeout: float, who: str) -> None:
    """Start a worker before its request is known, so that it imports its library in the meantime.

    A worker that receives no request ends when this process closes its stdin.
    """
    if worker not in _started:
        _started[worker] = _start(worker, package, timeout, who)


_started: dict[Path, subprocess.Popen[bytes]] = {}
"""Workers that wait for a request."""


def _start(worker: Path, package: str, timeout: float, who: str) -> subprocess.Popen[bytes]:
    """A child process for the worker; its arguments are the folder of `package` and the limit of processor seconds."""
    command = [sys.executable, "-I", str(_CHILD), str(worker), str(folder_of(package).parent), str(int(timeout) + 5)]
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
    except OSError as error:
        raise ToolError(f"{who} could not be started: {error.strerror}") from None


def _ended(
    child: subprocess.Popen[bytes], timeout: float, who: str, request: bytes | None
) -> subprocess.CompletedProcess[bytes]:
    """The process at its end, killed after `timeout` seconds or if this one is interrupted."""
    with child:
        try:
            stdout, stderr = child.communicate(request, timeout)
        except subprocess.TimeoutExpired:
            child.kill()
            raise ToolError(f"{who} was stopped after {timeout:g} s; try a shorter piece or fewer parts") from None
        except BaseException:
            child.kill()
            raise
    return subprocess.CompletedProcess(child.args, child.returncode, stdout, stderr)


def run(
    command: Sequence[str],
    timeout: float,
    who: str,
    stdin: bytes | None = None,
    environment: Mapping[str, str] | None = None,
    memory_bytes: int | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a program, and kill it after `timeout` seconds. ToolError if it is killed or cannot be started.

    `memory_bytes` limits its memory on Linux.
    """
    pipe = subprocess.PIPE
    try:
        child = subprocess.Popen(
            command, stdin=None if stdin is None else pipe, stdout=pipe, stderr=pipe, env=environment
        )
    except OSError as error:
        raise ToolError(f"{who} could not be started: {error.strerror}") from None
    if memory_bytes is not None:
        _limit_memory(child.pid, memory_bytes)
    return _ended(child, timeout, who, stdin)


def _limit_memory(process: int, memory_bytes: int) -> None:
    """Limit what a process that was just started may use, never above the limit in force."""
    try:
        import resource

        in_force = resource.prlimit(process, resource.RLIMIT_DATA)
        resource.prlimit(process, resource.RLIMIT_DATA, lowered((memory_bytes, memory_bytes), in_force))
    except (ImportError, AttributeError, OSError):  # another system, or the process has ended
        return


def folder_of(package: str) -> Path:
    """The folder of an installed package, without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ToolError(f"the library {package} is missing; install scoregen again")
    return Path(spec.origin).parent


def ending(code: int, stderr: bytes) -> str:
    """A description of a failed exit."""
    if code < 0:
        return f"crashed ({signal.Signals(-code).name})"
    last = stderr.decode(errors="replace").strip().rpartition("\n")[2]
    return f"failed with exit code {code}{f' ({last})' if last else ''}"
