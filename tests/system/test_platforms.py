"""The program on systems that lack what POSIX has, and with their folders."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scoregen.notation.engraving.fonts import font_folder

MELODY = Path(__file__).resolve().parents[2] / "corpora" / "samples" / "morning-song.musicxml"


def test_nothing_needs_the_modules_of_posix(tmp_path: Path) -> None:
    """As on Windows: no fork, no limits of resources, no terminal modules."""
    code = f"""
import os, sys
for name in ("resource", "fcntl", "pwd", "grp", "termios", "tty", "pty", "syslog"):
    sys.modules[name] = None
for name in ("fork", "forkpty", "mkfifo", "getuid", "geteuid"):
    delattr(os, name)
from scoregen.cli.app import run
outputs = [word for suffix in ("musicxml", "pdf", "svg", "mid") for word in ("-o", f"song.{{suffix}}")]
code = run(["compose", {str(MELODY)!r}, *outputs])
code += run(["check", "song.musicxml", "--rules", "free"]) + run(["analyze", "song.musicxml"])
sys.exit(code)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["song.mid", "song.musicxml", "song.pdf", "song.svg"]


@pytest.mark.parametrize(("platform", "below"), [("win32", "Local"), ("darwin", "Library/Caches"), ("linux", ".cache")])
def test_fonts_are_unpacked_where_the_system_keeps_caches(
    platform: str, below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(sys, "platform", platform)
    font_folder.cache_clear()
    try:
        folder = font_folder()
    finally:
        font_folder.cache_clear()
    assert folder.parent == tmp_path / below / "scoregen"
    assert [path.suffix for path in folder.iterdir()].count(".ttf") >= 5
