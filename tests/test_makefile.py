"""`make compose` overwrites its own files and no others."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SUFFIXES = (".musicxml", ".svg", ".pdf", ".mid")

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The Makefile and its tool beside a program that writes the names of its arguments into every output."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "kept_name.sh", tmp_path / "tools")
    program = tmp_path / ".venv" / "bin" / "scoregen"
    program.parent.mkdir(parents=True)
    program.write_text(
        '#!/bin/sh\nfor file; do case "$file" in out/*) echo "$TEXT" >"$file"; echo "$file";; esac; done\n'
    )
    program.chmod(0o755)
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).touch()
    (tmp_path / ".venv" / ".runtime").touch()
    return tmp_path


def compose(clone: Path, text: str) -> list[str]:
    """The names of the files that are written."""
    done = subprocess.run(
        ["make", "compose", "SCORE=a tune.musicxml"],
        cwd=clone,
        env={**os.environ, "TEXT": text},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return [line.removeprefix("out/") for line in done.stdout.splitlines() if line.startswith("out/")]


def test_files_that_are_unchanged_are_written_again(clone: Path) -> None:
    names = [f"a tune{suffix}" for suffix in SUFFIXES]
    assert compose(clone, "one") == names and compose(clone, "two") == names
    assert (clone / "out" / "a tune.svg").read_text() == "two\n"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_changed_file_stays_with_all_files_of_its_name(clone: Path, suffix: str) -> None:
    compose(clone, "one")
    (clone / "out" / f"a tune{suffix}").write_text("mine")
    assert compose(clone, "two") == [f"a tune.2{each}" for each in SUFFIXES]
    assert (clone / "out" / f"a tune{suffix}").read_text() == "mine"
    assert compose(clone, "three")[0] == "a tune.2.musicxml"


def test_a_file_of_the_user_stays(clone: Path) -> None:
    (clone / "out").mkdir()
    (clone / "out" / "a tune.pdf").write_text("mine")
    assert compose(clone, "one")[0] == "a tune.2.musicxml"
    assert (clone / "out" / "a tune.pdf").read_text() == "mine"
