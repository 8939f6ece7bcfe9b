"""Files that lie next to some weights and belong to them, each with a suffix of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from scoregen.system.errors import CONTENT_FAULTS, InputError, ScoregenError

T = TypeVar("T")


def load_companion(weights: Path, suffix: str, parse: Callable[[bytes], T], *faults: type[Exception]) -> T | None:
    """What `parse` makes of the file with this suffix next to some weights, None if there is none.

    InputError if the file is damaged: if `parse` raises one of `faults`, a ScoregenError or one of CONTENT_FAULTS.
    """
    path = weights.with_suffix(suffix)
    expected: tuple[type[Exception], ...] = (ScoregenError, *CONTENT_FAULTS, *faults)
    if not path.is_file():
        return None
    try:
        return parse(path.read_bytes())
    except expected as error:
        raise InputError(f"{path} is damaged ({error}); fetch it again or remove it") from error
