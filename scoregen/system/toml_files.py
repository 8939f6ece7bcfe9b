"""TOML files that a user may write: read whole and within limits, with every failure as one error."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from scoregen.system.errors import Place, ReadError

MOST_BYTES = 8 << 20


def read_toml(path: Path, label: str | None = None) -> dict[str, Any]:
    """The tables of a file. ReadError, with the label in place of the path, for every failure."""
    return parse_toml(toml_text(path, label), label or str(path))


def toml_text(path: Path, label: str | None = None) -> str:
    """The text of a file in UTF-8. ReadError if there is none, or too much of it."""
    place = Place(label or str(path))
    try:
        if path.exists() and not path.is_file():
            raise ReadError("this is no regular file; expected a TOML file", place)
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise ReadError(f"the file cannot be read: {error.strerror}", place) from None
    except ValueError:  # a name with a zero byte
        raise ReadError("no file can have this name; expected a TOML file", place) from None
    if len(data) > MOST_BYTES:
        raise ReadError(f"the file is larger than the limit of {MOST_BYTES >> 20} MiB", place)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ReadError("this is no text in UTF-8; expected a TOML file", place) from None


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """The tables of a text. ReadError if it is not TOML, nests too deeply, or has a number of thousands of digits."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ReadError("this is not TOML that can be read: its values nest too deeply", Place(file)) from None
    except ValueError as error:
        raise ReadError(f"this is not TOML: {error}", Place(file)) from None
