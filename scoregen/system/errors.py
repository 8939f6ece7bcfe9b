"""The exceptions that scoregen raises on purpose.

    ScoregenError
    ├── InputError            a file or an option of the user is at fault  exit code 2
    │   ├── ReadError         a file that cannot be read as notation
    │   ├── RefusedError      valid notation that scoregen does not support; the message names it
    │   └── OutputError       a file that cannot be written at its path
    ├── ConstraintError       the constraints leave no choice in a voice   exit code 1
    └── ToolError             an engraver, font or program that is missing or failed   exit code 1

A message is one line: place (file, part, measure, voice), what was found, what was expected, what to do.
Any other exception that reaches the user is a bug of scoregen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, marks that end lines or reorder text, and bytes of names that are no text; not the tabulator."""


def escaped(line: str) -> str:
    """The line with control characters as escape sequences, so that no name or text can steer the terminal."""
    return CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), line)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file; unknown fields are None."""

    file: str | None = None
    part: str | None = None
    measure: str | None = None
    voice: str | None = None

    def __str__(self) -> str:
        named = [
            f"{name} {value}"
            for name, value in (("part", self.part), ("measure", self.measure), ("voice", self.voice))
            if value is not None
        ]
        return escaped(": ".join(item for item in (self.file, ", ".join(named)) if item))


class ScoregenError(Exception):
    """The base class: a message of one line, and the exit code of the command line."""

    exit_code = 1

    def __init__(self, message: str, place: Place | None = None) -> None:
        self.message = one_line(message)
        self.place = place or Place()
        super().__init__(str(self))

    def __str__(self) -> str:
        where = str(self.place)
        return f"{where}: {self.message}" if where else self.message

    def __reduce__(self) -> tuple[type[ScoregenError], tuple[str, Place]]:
        return type(self), (self.message, self.place)


class InputError(ScoregenError):
    """A file or an option of the user is at fault."""

    exit_code = 2


class ReadError(InputError):
    """A file that cannot be read as notation."""


class RefusedError(InputError):
    """Valid notation that scoregen does not support. It is refused rather than changed."""


class OutputError(InputError):
    """A file that cannot be written at its path."""


class ConstraintError(ScoregenError):
    """The constraints leave no choice in a voice."""


class ToolError(ScoregenError):
    """A library, font or program that is missing or failed."""


CONTENT_FAULTS = (EOFError, OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError)
"""What reading a file raises whose content is not what its format says; of RuntimeError, too deep a nesting."""


def one_line(message: str, limit: int = 400) -> str:
    """The message without line breaks or control characters, cut at `limit` characters."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in message).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
