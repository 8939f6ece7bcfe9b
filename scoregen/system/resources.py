"""Where the files that travel with scoregen stand (grammars, corpora, weights), and where it keeps its own."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def folder(name: str) -> Path:
    """The packaged copy of a top-level folder of the repository, else the repository's own."""
    packaged = _PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


def weights() -> Path:
    """The folder of the weights that ship with the package."""
    return _PACKAGE / "weights"


def cache() -> Path:
    """The user's folder for what can be made again; it need not exist."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scoregen"
