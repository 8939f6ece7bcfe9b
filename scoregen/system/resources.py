"""The folders of packaged files (grammars, corpora, weights) and of the cache."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def folder(name: str) -> Path:
    """The packaged copy of a top-level folder of the repository if it exists, else the folder of the repository."""
    packaged = _PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


def weights() -> Path:
    """The folder of the weights that ship with the package."""
    return _PACKAGE / "weights"


def cache() -> Path:
    """The user's folder for files that can be rebuilt. It may not exist yet."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scoregen"
