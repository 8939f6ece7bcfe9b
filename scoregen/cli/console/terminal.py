"""What a command says: results on standard output, progress and messages on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from scoregen.system.errors import ScoregenError

Advance = Callable[[float], None]
"""Told how much of a stage is done, from 0 to 1."""
Stage = Callable[[str], Advance]
"""Begin a stage under its label."""


def say(line: str) -> None:
    """One line of the result."""
    print(line)


def say_paths(paths: Iterable[Path]) -> None:
    """The files that were written, one a line."""
    for path in paths:
        print(path)


def say_json(value: Any) -> None:
    """The result for a program to read."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as lines, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width).rstrip() for row in rows
    ]


def tell(line: str) -> None:
    """One message for the person at the terminal."""
    print(f"scoregen: {line}", file=sys.stderr)


def tell_all(lines: Iterable[str], *, quiet: bool) -> None:
    """Each message once, in order; none if the user wants silence."""
    for line in () if quiet else dict.fromkeys(lines):
        tell(line)


@contextmanager
def naming(score: Path | None) -> Iterator[None]:
    """What goes wrong inside is told with the name of the file that it is about."""
    try:
        yield
    except ScoregenError as error:
        if score is None or error.place.file is not None:
            raise
        raise type(error)(error.message, replace(error.place, file=str(score))) from None


@contextmanager
def progress(*, quiet: bool) -> Iterator[Stage]:
    """A bar that is there while the block runs, if somebody watches the terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda label: lambda fraction: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def stage(label: str) -> Advance:
            bar.reset(task, description=label, total=None)
            return lambda fraction: bar.update(task, total=1.0, completed=fraction)

        yield stage
