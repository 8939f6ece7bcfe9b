"""Everything that scoregen raises on purpose.

    ScoregenError
    ├── InputError            the user's file or option is at fault        exit code 2
    │   ├── ReadError         a file that cannot be read as notation
    │   ├── RefusedError      sound notation that scoregen does not handle, refused by name
    │   └── OutputError       a file that cannot be written where it was asked for
    ├── ConstraintError       nothing legal is left to write in a voice    exit code 1
    └── ToolError             an engraver, font or program that is missing or failed   exit code 1

A message is one line: where (file, part, measure, voice), what was found, what was expected,
what to do. Any other exception that reaches the user is a bug of ours.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which file: every field that is known."""

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
        return ": ".join(item for item in (self.file, ", ".join(named)) if item)


class ScoregenError(Exception):
    """The root: one line, and the exit code that the command line ends with."""

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
    """The user's file or option is at fault."""

    exit_code = 2


class ReadError(InputError):
    """A file that cannot be read as notation."""


class RefusedError(InputError):
    """Sound notation that scoregen does not handle, refused by name and never mangled."""


class OutputError(InputError):
    """A file that cannot be written where it was asked for."""


class ConstraintError(ScoregenError):
    """The constraints on a voice leave nothing to write."""


class ToolError(ScoregenError):
    """A library, font or program that is missing or failed."""


def one_line(message: str, limit: int = 400) -> str:
    """The message without line breaks or control characters, cut at `limit` characters."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in message).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
