"""Small faults of a machine: no home, no cache, no room, odd names, another locale."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.cli.console.terminal import print_json

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "corpora" / "samples" / "morning-song.musicxml"
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

posix = pytest.mark.skipif(sys.platform == "win32", reason="these are faults of POSIX systems")


def started(*arguments: str, folder: Path, environment: Mapping[str, str], limit: int = 0) -> tuple[int, str, str]:
    """Exit code, output and messages of a program that has no other environment; `limit` is the size of its files."""

    def limit_files() -> None:
        import resource

        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    # Without room, Python would leave truncated files in __pycache__.
    fixed = {"PATH": os.defpath, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "scoregen", *arguments],
        cwd=folder,
        env={**fixed, **environment},
        capture_output=True,
        timeout=300,
        check=False,
        preexec_fn=limit_files,
    )
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


@posix
@pytest.mark.parametrize(
    "environment",
    [
        {},
        {**ASCII, "HOME": "/nonexistent"},
        {"XDG_CACHE_HOME": "cache", "XDG_DATA_HOME": "data"},
        {"XDG_CACHE_HOME": "/dev/null"},
        {"XDG_CACHE_HOME": "/proc/x", "TMPDIR": "/nonexistent"},
    ],
    ids=["nothing set", "no home, ASCII", "relative folders", "no cache", "no folder for temporary files"],
)
def test_pages_and_midi_are_written_whatever_the_environment(environment: Mapping[str, str], tmp_path: Path) -> None:
    (tmp_path / "é 音.musicxml").write_bytes(SAMPLE.read_bytes())
    code, _, errors = started(
        "render", "é 音.musicxml", "-o", ".mid", "-o", ".svg", folder=tmp_path, environment=environment
    )
    assert (code, errors) == (0, "")
    assert {path.name for path in tmp_path.glob("é*")} == {f"é 音{suffix}" for suffix in (".musicxml", ".mid", ".svg")}


@posix
def test_a_disk_without_room_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "s.musicxml").write_bytes(SAMPLE.read_bytes())
    code, output, errors = started(
        "render", "s.musicxml", "-o", "a.mid", "-o", "b.musicxml", folder=tmp_path, environment={}, limit=2000
    )
    assert (code, output) == (2, "")
    assert errors == "scoregen: error: b.musicxml: the file cannot be written: File too large\n"
    assert [path.name for path in tmp_path.iterdir()] == ["s.musicxml"]


@posix
@pytest.mark.parametrize("name", ["new\nline\x1b[31m", "-dash", "[x]", "a*b", "tab\there", "\u202egnos", "\x9b2J"])
def test_odd_names_are_files_like_any_other(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    score = Path(f"{name}.musicxml")
    score.write_bytes(SAMPLE.read_bytes())
    assert run(["render", "-o", ".mid", "--", str(score)]) == 0
    assert run(["check", "--json", "--", str(score)]) in (0, 1)
    assert run(["render", "-o", ".mid", "--", str(score)]) == 2
    captured = capsys.readouterr()
    assert Path(f"{name}.mid").stat().st_size
    assert captured.err.count("\n") == 1
    assert not any(control in captured.out + captured.err for control in "\x1b\x9b\u202e")


def test_json_has_no_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"title": "a\x9b2J\u202eb\u2028c\x7f"})
    assert capsys.readouterr().out == '{\n  "title": "a\\u009b2J\\u202eb\\u2028c\\u007f"\n}\n'
