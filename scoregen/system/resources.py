"""The folders of packaged files (grammars, corpora, weights) and of the cache."""

from __future__ import annotations

import os
import sys
import tempfile
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
    """The user's folder for files that can be rebuilt, as an absolute path. It may not exist yet.

    It is in `$XDG_CACHE_HOME` if that is set, else where the system keeps caches, else in the folder for temporary
    files.
    """
    chosen = os.environ.get("XDG_CACHE_HOME")
    return ((Path(chosen) if chosen else _system_cache()) / "scoregen").absolute()


def _system_cache() -> Path:
    """`%LOCALAPPDATA%` on Windows, `~/Library/Caches` on macOS, `~/.cache` elsewhere."""
    try:
        if sys.platform == "win32":
            local = os.environ.get("LOCALAPPDATA")
            return Path(local) if local else Path.home() / "AppData" / "Local"
        return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    except RuntimeError:  # there is no home
        return Path(tempfile.gettempdir())
