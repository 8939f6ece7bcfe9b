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

from scoregen.system.errors import ToolError


def ask(script: Path, package: str, request: Mapping[str, Any], timeout: float, who: str) -> dict[str, Any]:
    """Run a script that reads `request` from stdin and answers on stdout; `who` is its name in errors.

    The arguments of the script are the folder that contains `package` and a limit in processor seconds.
    Raises ToolError if the script crashes, fails, or takes longer than `timeout` seconds.
    """
    command = [sys.executable, "-I", str(script), str(folder_of(package).parent), str(int(timeout) + 5)]
    done = run([*command], timeout, who, json.dumps(request).encode())
    if done.returncode != 0:
        raise ToolError(f"{who} {ending(done.returncode, done.stderr)}")
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise ToolError(f"{who} ended without an answer") from None
    return answer


def run(
    command: Sequence[str],
    timeout: float,
    who: str,
    stdin: bytes | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a program, and kill it after `timeout` seconds. ToolError if it is killed or cannot be started."""
    try:
        return subprocess.run(command, input=stdin, capture_output=True, timeout=timeout, check=False, env=environment)
    except subprocess.TimeoutExpired:
        raise ToolError(f"{who} was stopped after {timeout:g} s; try a shorter piece or fewer parts") from None
    except OSError as error:
        raise ToolError(f"{who} could not be started: {error.strerror}") from None


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
