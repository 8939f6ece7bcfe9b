"""No output of the command line changes unnoticed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("outputs.py")


@pytest.mark.slow
def test_the_command_line_writes_what_is_recorded() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), "--compare"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
