"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from scoregen.system import files
from scoregen.system.errors import OutputError
from scoregen.system.files import check_target, check_targets, write_files


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_all_files_are_written_with_the_usual_permissions(tmp_path: Path) -> None:
    written = write_files([(tmp_path / "a", b"first"), (tmp_path / "b", b"second")])
    assert [path.read_bytes() for path in written] == [b"first", b"second"]
    (tmp_path / "c").write_bytes(b"")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == stat.S_IMODE((tmp_path / "c").stat().st_mode)


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"mine")
    with pytest.raises(OutputError, match="the file exists; --force overwrites it"):
        write_files([(path, b"other")])
    assert path.read_bytes() == b"mine"
    path.chmod(0o600)
    write_files([(path, b"other")], force=True)
    assert path.read_bytes() == b"other" and stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_failure_at_the_second_file_writes_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []

    def failing(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", failing)
    with pytest.raises(OutputError, match="b: the disk is full"):
        write_files([(tmp_path / "a", b"first"), (tmp_path / "b", b"second")])
    assert names(tmp_path) == []


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_files([(tmp_path / "link", b"new")], force=True)
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_bytes() == b"new"


def test_a_link_to_itself_is_named(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(OutputError, match="a symbolic link to itself"):
        check_target(tmp_path / "loop", force=True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"")
    for name, message in {
        ".": "this is a folder",
        "pipe": "no regular file",
        "file/a": "file is a file; expected a folder",
        "file/b/c": "file is a file; expected a folder",
    }.items():
        with pytest.raises(OutputError, match=message):
            check_target(tmp_path / name, force=True)


def test_missing_folders_are_made_when_the_file_is_written(tmp_path: Path) -> None:
    target = tmp_path / "one" / "two" / "a.txt"
    check_target(target, force=False)
    assert names(tmp_path) == []  # a check makes nothing
    assert write_files([(target, b"text")]) == (target,)
    assert target.read_bytes() == b"text"


def test_permission_is_checked_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def locked(folder: Path, mode: int) -> bool:
        asked.append(folder)
        return False

    monkeypatch.setattr(files.os, "access", locked)  # the superuser may write everywhere
    with pytest.raises(OutputError, match=r"a\.pdf: you may not write here"):
        check_target(tmp_path / "new" / "a.pdf", force=False)
    assert asked == [tmp_path]


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"found \.doc; expected one of \.pdf, \.svg"):
        check_targets([tmp_path / "a.doc"], (".pdf", ".svg"), force=False)


@pytest.mark.parametrize("step", ["fsync", "hardlink_to", "replace"])
@pytest.mark.parametrize("turn", [1, 2])
def test_an_interruption_leaves_whole_files_alone(
    step: str, turn: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C at any file: those in place are whole, those before are as they were, and nothing else is left."""
    seen = []

    def interrupted(*arguments: object) -> object:
        seen.append(arguments)
        if len(seen) == turn:
            raise KeyboardInterrupt
        return original(*arguments)

    owner = os if step == "fsync" else Path
    original = getattr(owner, step)
    monkeypatch.setattr(owner, step, interrupted)
    force = step == "replace"
    if force:
        for name in "ab":
            (tmp_path / name).write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt):
        write_files([(tmp_path / name, b"new" * 1000) for name in "ab"], force=force)
    assert all(path.read_bytes() in (b"before", b"new" * 1000) for path in tmp_path.iterdir())
    assert set(names(tmp_path)) <= {"a", "b"}
    assert len(seen) == turn
