"""The terminal: results on standard output, progress and messages on standard error."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from scoregen.system.errors import CONTROLS, ScoregenError, escaped


class Advance(Protocol):
    """Reports the completed fraction of a stage, from 0 to 1, and a text to show beside the bar."""

    def __call__(self, fraction: float, text: str = "") -> None: ...


Stage = Callable[[str], Advance]
"""Begins a stage with a label."""


def print_line(line: str) -> None:
    """Print one line of the result, or several that `line` holds."""
    print("\n".join(map(escaped, line.split("\n"))))


def print_paths(paths: Iterable[Path]) -> None:
    """Print the names of the files that were written, one per line."""
    for path in paths:
        print(escaped(str(path)))


def print_json(value: Any) -> None:
    """Print the result as JSON, in ASCII if standard output has another encoding than UTF-8."""
    is_unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(value, indent=2, ensure_ascii=not is_unicode)
    print("\n".join(CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", line) for line in text.split("\n")))


def accept_all_characters() -> None:
    """Print characters that the encoding of the terminal lacks as escape sequences, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as lines, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width).rstrip() for row in rows
    ]


def print_message(line: str) -> None:
    """Print one message on standard error."""
    print(escaped(f"scoregen: {line}"), file=sys.stderr)


def print_error(line: str) -> None:
    """Print one error on standard error."""
    print_message(f"error: {line}")


def print_messages(lines: Iterable[str], *, quiet: bool) -> None:
    """Print each message once, in order; none with `--quiet`."""
    for line in () if quiet else dict.fromkeys(lines):
        print_message(line)


@contextmanager
def file_in_errors(score: Path | None) -> Iterator[None]:
    """Add the name of the score to errors of the block that name no file."""
    try:
        yield
    except ScoregenError as error:
        if score is None or error.place.file is not None:
            raise
        name = "standard input" if score == Path("-") else str(score)
        raise type(error)(error.message, replace(error.place, file=name)) from None


@contextmanager
def progress(*, quiet: bool) -> Iterator[Stage]:
    """Show a progress bar while the block runs, if standard error is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda label: _advance_silently
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[text]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, text="")

        def stage(label: str) -> Advance:
            bar.reset(task, description=label, total=None, text="")
            return lambda fraction, text="": bar.update(task, total=1.0, completed=fraction, text=text)

        yield stage


def _advance_silently(fraction: float, text: str = "") -> None:
    """Show nothing."""
