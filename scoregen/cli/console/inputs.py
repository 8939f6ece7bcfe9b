"""The input files of a command: several at once, a pattern, or standard input."""

from __future__ import annotations

import glob
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from scoregen.cli.console.terminal import print_error, print_json, print_line
from scoregen.system.errors import InputError, Place, ReadError, ScoregenError

if TYPE_CHECKING:
    from scoregen.score.elements import Score

InputT = TypeVar("InputT", Path, Path | None)
STANDARD_INPUT = Path("-")
STANDARD_INPUT_NAME = "standard input"
MOST_BYTES = 64 << 20
SIGNATURES = (
    (b"PK\x03\x04", ".mxl"),
    (b"MThd", ".mid"),
    (b"RIFF", ".mid"),
    (b"fLaC", ".flac"),
    (b"OggS", ".ogg"),
    (b"ID3", ".mp3"),
    (b"X:", ".abc"),
    (b"%abc", ".abc"),
    (b"**", ".krn"),
    (b"!!", ".krn"),
)
"""How a file of each notation begins; anything else is taken for XML."""
MEI_NAMESPACE = b"http://www.music-encoding.org/ns/mei"


def input_files(scores: Sequence[Path]) -> list[Path]:
    """The files that the arguments name, with patterns expanded for shells that do not. InputError for a folder."""
    files = [file for score in scores for file in _expanded(score)]
    folder = next((file for file in files if file != STANDARD_INPUT and file.is_dir()), None)
    if folder is not None:
        advice = f"name its files, such as {folder / '*.musicxml'}"
        raise InputError(f"this is a folder; {advice}", Place(str(folder)))
    return files


def _expanded(score: Path) -> list[Path]:
    if score.exists() or not glob.has_magic(str(score)):
        return [score]
    return [Path(name) for name in sorted(glob.glob(str(score)))] or [score]  # noqa: PTH207  # absolute patterns too


def name_of(score: Path | None) -> str:
    """The name of an input in messages."""
    return STANDARD_INPUT_NAME if score == STANDARD_INPUT else str(score)


def read_input(score: Path) -> Score:
    """Read a score from a file or from standard input."""
    from scoregen.notation.files import read_score

    with readable(score) as file:
        return read_score(file)


@contextmanager
def readable(score: Path) -> Iterator[Path]:
    """The file itself; for standard input a temporary file with its content, named after it in errors."""
    if score != STANDARD_INPUT:
        yield score
        return
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    if not data.strip():
        raise ReadError("found nothing; expected a score", Place(STANDARD_INPUT_NAME))
    with tempfile.TemporaryDirectory(prefix="scoregen-") as folder:
        file = Path(folder) / f"standard-input{suffix_of(data)}"
        file.write_bytes(data)
        try:
            yield file
        except ScoregenError as error:
            if error.place.file != str(file):
                raise
            raise type(error)(error.message, replace(error.place, file=STANDARD_INPUT_NAME)) from None


def suffix_of(data: bytes) -> str:
    """The suffix of the notation that a text or binary file begins with."""
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:4096]
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return ".wav"
    known = next((suffix for signature, suffix in SIGNATURES if head.startswith(signature)), None)
    return known or (".mei" if MEI_NAMESPACE in head else ".musicxml")


def for_each(scores: Sequence[InputT], work: Callable[[InputT], dict[str, Any]], *, as_json: bool) -> int:
    """Call `work` on every score, and return the exit code.

    A ScoregenError of one of several is printed and does not stop the others. Each result is printed as JSON on
    request, those of several scores as a list. A result may hold an exit code under `exit`.
    """
    results: list[dict[str, Any]] = []
    for score in scores:
        try:
            results.append(work(score))
        except ScoregenError as error:
            if len(scores) == 1:
                raise
            print_error(str(error))
            results.append({"score": name_of(score), "error": str(error), "exit": error.exit_code})
    codes = [int(result.pop("exit", 0)) for result in results]
    if as_json:
        print_json(results[0] if len(scores) == 1 else results)
    return max(codes, default=0)


def print_heading(score: Path, scores: Sequence[Path]) -> None:
    """Print the name of a score above its result if there are several."""
    if len(scores) > 1:
        print_line(f"{'' if score == scores[0] else chr(10)}{name_of(score)}:")


def exit_with(code: int) -> None:
    """End the command with an exit code other than 0."""
    if code:
        raise typer.Exit(code)
