"""The limits of a child process, also where the system has none or refuses them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scoregen.system import child

WORKER = "MEMORY_BYTES = 1 << 40\ndef answer(request):\n    return {'twice': 2 * request['number']}\n"


@pytest.mark.parametrize(
    "before",
    [
        "sys.modules['resource'] = None",  # Windows
        "import resource; resource.setrlimit = refuse",  # macOS refuses a limit of memory
    ],
)
def test_a_worker_answers_without_limits(before: str, tmp_path: Path) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text(WORKER)
    code = f"""
import runpy, sys

def refuse(*limits):
    raise ValueError("current limit exceeds maximum limit")

{before}
sys.argv = ["child.py", {str(worker)!r}, {str(tmp_path)!r}, "20"]
runpy.run_path({child.__file__!r}, run_name="__main__")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], input=b'{"number": 21}', capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"twice": 42}
