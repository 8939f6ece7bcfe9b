"""Where the files that travel with scoregen stand: grammars, corpora and trained weights."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The packaged copy of a top-level folder of the repository, else the repository's own."""
    packaged = _PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


def weights() -> Path:
    """The folder of the weights that ship with the package."""
    return _PACKAGE / "weights"


def replace_file(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all: beside its target, then renamed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
