"""Files written whole or not at all, several as one: all beside their targets first, then renamed.

Nothing that exists is overwritten unless asked for, no failure leaves half a file or a temporary
one behind, and every failure is an `OutputError` of one line.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from scoregen.system.errors import OutputError, Place

_REASONS = {
    errno.ENOSPC: "the disk is full; free some space or name another folder",
    errno.EDQUOT: "your disk quota is used up; free some space or name another folder",
    errno.EACCES: "you may not write here; check the permissions or name another folder",
    errno.EPERM: "you may not write here; check the permissions or name another folder",
    errno.EROFS: "this disk can only be read; name another folder",
    errno.ENAMETOOLONG: "the file name is too long; choose a shorter one",
    errno.ENOTDIR: "its folder is a file; name another folder",
}


def check_target(path: Path, *, force: bool) -> None:
    """Raise the OutputError that writing would end with, as far as can be told before."""
    with _failures_named(path):
        target = _resolved(path)
        if target.is_dir():
            raise OutputError("this is a folder; expected the name of a file", Place(str(path)))
        if target.exists() and not target.is_file():
            raise OutputError("this is no regular file; expected a file's name", Place(str(path)))
        if not target.parent.is_dir():
            raise OutputError(f"there is no folder {path.parent}; make it first", Place(str(path)))
        if not force and os.path.lexists(path):
            raise _exists(path)


def check_targets(paths: Sequence[Path], suffixes: Sequence[str], *, force: bool) -> None:
    """The same for several files whose suffix must be one of these: OutputError names the first at fault."""
    for path in paths:
        if path.suffix.lower() not in suffixes:
            found = path.suffix or "no suffix"
            raise OutputError(f"found {found}; expected one of {', '.join(suffixes)}", Place(file=str(path)))
        check_target(path, force=force)


def write_files(files: Sequence[tuple[Path, bytes]], *, force: bool = False) -> tuple[Path, ...]:
    """Write all the files, or none where anything fails before the first of them is in its place."""
    for path, _ in files:
        check_target(path, force=force)
    waiting: list[tuple[Path, Path]] = []
    try:
        for path, data in files:
            waiting.append((path, _temporary_beside(path)))
            _fill(waiting[-1][1], data, path)
        for path, temporary in waiting:
            _put_in_place(temporary, path, force=force)
    finally:
        for _, temporary in waiting:
            temporary.unlink(missing_ok=True)
    return tuple(path for path, _ in files)


def _temporary_beside(path: Path) -> Path:
    """A name of its own on the disk of the target, where a rename is one step."""
    with _failures_named(path):
        return _resolved(path).with_name(f".scoregen-{os.urandom(6).hex()}.part")


def _fill(temporary: Path, data: bytes, path: Path) -> None:
    with _failures_named(path):
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _mode_for(path))
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())


def _put_in_place(temporary: Path, path: Path, *, force: bool) -> None:
    """Rename; without `force` by a link, which fails if the target has appeared meanwhile."""
    with _failures_named(path):
        target = _resolved(path)
        if force:
            temporary.replace(target)
            return
        try:
            target.hardlink_to(temporary)
        except FileExistsError:
            raise _exists(path) from None
        except OSError:  # a file system without links
            temporary.replace(target)


def _resolved(path: Path) -> Path:
    """The file itself where the path is a link to it, so that the link stays one."""
    return path.resolve() if path.is_symlink() else path


def _mode_for(path: Path) -> int:
    """The permissions of the file that is replaced, or the usual ones for a new file."""
    target = _resolved(path)
    return stat.S_IMODE(target.stat().st_mode) if target.is_file() else 0o666


@contextmanager
def _failures_named(path: Path) -> Iterator[None]:
    try:
        yield
    except RuntimeError:  # what `resolve` raises
        raise OutputError("this is a link that leads back to itself", Place(str(path))) from None
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"the file cannot be written: {error.strerror}")
        raise OutputError(reason, Place(str(path))) from None


def _exists(path: Path) -> OutputError:
    return OutputError("the file exists; --force overwrites it", Place(str(path)))
