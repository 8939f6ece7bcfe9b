"""TOML files of a user: every failure is one error of one line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scoregen.system import toml_files
from scoregen.system.errors import ReadError
from scoregen.system.toml_files import read_toml


def test_a_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\n[b]\r\nc = 'd'\r\n")
    assert read_toml(path) == {"a": 1, "b": {"c": "d"}}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a = ", "this is not TOML: "),
        (b"a = 1\na = 2", "this is not TOML: "),
        (b"a = " + b"9" * 5000, "this is not TOML: "),
        (b"a = " + b"[" * 50_000, "this is not TOML that can be read: its values nest too deeply"),
        (b"a = '\xff'", "this is no text in UTF-8"),
        (b"a = 1".decode().encode("utf-16"), "this is no text in UTF-8"),
    ],
)
def test_what_is_no_table(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(data)
    with pytest.raises(ReadError) as caught:
        read_toml(path)
    assert str(caught.value).startswith(f"{path}: {message}")
    assert "\n" not in str(caught.value)


def test_what_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ReadError, match="mine: the file cannot be read: No such file"):
        read_toml(tmp_path / "none.toml", "mine")
    with pytest.raises(ReadError, match="no regular file"):
        read_toml(tmp_path)
    with pytest.raises(ReadError, match="no file can have this name"):
        read_toml(Path("a\0b.toml"))
    monkeypatch.setattr(toml_files, "MOST_BYTES", 1 << 20)
    (tmp_path / "large.toml").write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(ReadError, match="larger than the limit of 1 MiB"):
        read_toml(tmp_path / "large.toml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(ReadError, match="no regular file"):
        read_toml(tmp_path / "pipe.toml")
