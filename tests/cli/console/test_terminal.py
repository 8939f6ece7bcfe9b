"""What reaches the terminal: no control characters, and no character that its encoding lacks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.cli.console.terminal import print_line
from scoregen.system.errors import escaped

Captured = pytest.CaptureFixture[str]


def test_control_characters_are_escaped_and_scripts_are_not() -> None:
    assert escaped("a\x1b[2Jb\rc\nd\x9b") == r"a\x1b[2Jb\rc\nd\x9b"
    assert escaped("left \u202eright") == r"left \u202eright"
    assert escaped(os.fsdecode(b"caf\xe9.mid")) == r"caf\udce9.mid"
    assert escaped("Größe, 四部合唱, می\u200cخواهم\t♯") == "Größe, 四部合唱, می\u200cخواهم\t♯"


def test_the_lines_of_a_result_stay_lines(capsys: Captured) -> None:
    print_line("one\ntwo\x1b[0m")
    assert capsys.readouterr().out == "one\ntwo\\x1b[0m\n"


def test_a_file_name_cannot_steer_the_terminal(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    name = "song\x1b[31m.musicxml"
    Path(name).write_bytes((repository / "corpora" / "samples" / "morning-song.musicxml").read_bytes())
    assert run(["render", name, "-o", ".mid"]) == 0
    assert run(["render", name, "-o", ".mid"]) == 2
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out + captured.err
    assert captured.out == "song\\x1b[31m.mid\n"
    assert "song\\x1b[31m.mid: the file exists" in captured.err


def test_a_console_with_few_characters_is_no_failure(repository: Path, tmp_path: Path) -> None:
    """As on Windows, where a console has often cp1252."""
    score = tmp_path / "四部.musicxml"
    score.write_bytes((repository / "corpora" / "samples" / "morning-song.musicxml").read_bytes())
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    for more in ([], ["--json"]):
        command = [sys.executable, "-m", "scoregen", "render", str(score), "-o", f"{tmp_path}/", "--force", *more]
        done = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["score"] == str(score)
    assert json.loads(done.stdout)["files"] == [str(tmp_path / "四部.pdf")]
