"""Atomic writing of one or several files: temporary files next to their targets, then renames.

Missing folders are made. Existing files are overwritten only on request. A failure leaves neither a partial nor a
temporary file, and raises an `OutputError` of one line.
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
    errno.ENOSPC: "the disk is full; free some space or use another folder",
    errno.EDQUOT: "the disk quota is exceeded; free some space or use another folder",
    errno.EACCES: "you may not write here; check the permissions or use another folder",
    errno.EPERM: "you may not write here; check the permissions or use another folder",
    errno.EROFS: "this file system can only be read; use another folder",
    errno.ENAMETOOLONG: "the file name is too long; use a shorter one",
    errno.ENOTDIR: "the parent is a file; use another folder",
}


def check_target(path: Path, *, force: bool) -> None:
    """Raise the OutputError of a write in advance, as far as it can be foreseen."""
    with _failures_named(path):
        target = _resolved(path)
        if target.is_dir():
            raise OutputError("this is a folder; expected a file name", Place(str(path)))
        if target.exists() and not target.is_file():
            raise OutputError("found no regular file; expected a file name", Place(str(path)))
        if not force and os.path.lexists(path):
            raise _exists(path)
        _check_folder(_existing_folder(target), path)


def _existing_folder(target: Path) -> Path:
    """The nearest folder above a file that exists; the folders between them are made when the file is written."""
    return next(folder for folder in target.absolute().parents if os.path.lexists(folder))


def _check_folder(folder: Path, path: Path) -> None:
    """OutputError if no file can be made in the folder."""
    if not folder.is_dir():
        raise OutputError(f"{folder} is a file; expected a folder", Place(str(path)))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(_REASONS[errno.EACCES], Place(str(path)))


def check_targets(paths: Sequence[Path], suffixes: Sequence[str], *, force: bool) -> None:
    """The same for several files, which must have one of the suffixes. OutputError names the first at fault."""
    for path in paths:
        if path.suffix.lower() not in suffixes:
            found = path.suffix or "no suffix"
            raise OutputError(f"found {found}; expected one of {', '.join(suffixes)}", Place(file=str(path)))
        check_target(path, force=force)


def write_files(files: Sequence[tuple[Path, bytes]], *, force: bool = False) -> tuple[Path, ...]:
    """Write all files, or none if anything fails before the first rename."""
    for path, _ in files:
        check_target(path, force=force)
    pending: list[tuple[Path, Path]] = []
    try:
        for path, data in files:
            pending.append((path, _temporary_path(path)))
            _fill(pending[-1][1], data, path)
        for path, temporary in pending:
            _put_in_place(temporary, path, force=force)
    finally:
        for _, temporary in pending:
            temporary.unlink(missing_ok=True)
    return tuple(path for path, _ in files)


def _temporary_path(path: Path) -> Path:
    """A unique name on the file system of the target, where a rename is atomic."""
    with _failures_named(path):
        target = _resolved(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.with_name(f".scoregen-{os.urandom(6).hex()}.part")


def _fill(temporary: Path, data: bytes, path: Path) -> None:
    with _failures_named(path):
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _mode_for(path))
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())


def _put_in_place(temporary: Path, path: Path, *, force: bool) -> None:
    """Rename, without `force` by a link, which fails if the target exists by now."""
    with _failures_named(path):
        target = _resolved(path)
        if force:
            temporary.replace(target)
            return
        try:
            target.hardlink_to(temporary)
        except FileExistsError:
            raise _exists(path) from None
        except OSError:  # the file system has no links
            temporary.replace(target)


def _resolved(path: Path) -> Path:
    """The target of a symbolic link, so that the link is kept."""
    return path.resolve() if path.is_symlink() else path


def _mode_for(path: Path) -> int:
    """The permissions of the file that is replaced, or the defaults for a new file."""
    target = _resolved(path)
    return stat.S_IMODE(target.stat().st_mode) if target.is_file() else 0o666


@contextmanager
def _failures_named(path: Path) -> Iterator[None]:
    try:
        yield
    except RuntimeError:  # raised by `resolve`
        raise OutputError("found a symbolic link to itself; expected a file name", Place(str(path))) from None
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"the file cannot be written: {error.strerror}")
        raise OutputError(reason, Place(str(path))) from None


def _exists(path: Path) -> OutputError:
    return OutputError("the file exists; --force overwrites it", Place(str(path)))
