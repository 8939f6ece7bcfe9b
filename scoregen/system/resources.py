"""The folders of packaged files (grammars, corpora, weights), of the cache and of the user's styles."""

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


def own_styles() -> Path:
    """The folder in which the user's styles are found by name, as an absolute path. It may not exist yet."""
    return user_data() / "styles"


def user_data() -> Path:
    """The user's folder for files that cannot be rebuilt, as an absolute path. It may not exist yet.

    It is in `$XDG_DATA_HOME` if that is set, else where the system keeps the data of programs.
    """
    chosen = os.environ.get("XDG_DATA_HOME")
    data = Path(chosen) if chosen else _system_folder("APPDATA", "Roaming", "Application Support", ".local/share")
    return (data / "scoregen").absolute()


def _system_cache() -> Path:
    """`%LOCALAPPDATA%` on Windows, `~/Library/Caches` on macOS, `~/.cache` elsewhere."""
    return _system_folder("LOCALAPPDATA", "Local", "Caches", ".cache")


def _system_folder(variable: str, windows: str, library: str, other: str) -> Path:
    """A folder of the user: that of a variable or in `AppData` on Windows, in `~/Library` on macOS, or in the home."""
    try:
        if sys.platform == "win32":
            local = os.environ.get(variable)
            return Path(local) if local else Path.home() / "AppData" / windows
        return Path.home() / (f"Library/{library}" if sys.platform == "darwin" else other)
    except RuntimeError:  # there is no home
        return Path(tempfile.gettempdir())
