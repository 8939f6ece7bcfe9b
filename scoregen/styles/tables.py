"""Tables of a TOML file; an error is one line that names the file and the key."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from scoregen.score.theory.chord_kinds import parse_chord
from scoregen.system.errors import InputError, Place
from scoregen.system.numbers import exact_number

Chord = tuple[int, str]
"""Fifths from a tonic to the root, and the kind."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a file; `path` is its name in the file, "" for the top level."""

    file: str
    path: str
    values: Mapping[str, Any]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.values)

    def require_exactly(self, *names: str, optional: Collection[str] = ()) -> None:
        """Raise InputError if a key is unknown or one of these keys is missing; the optional ones may be."""
        unknown = next((key for key in self.values if key not in names and key not in optional), None)
        if unknown is not None:
            raise self.error(unknown, f"is not a key of a style; expected one of: {', '.join(names)}")
        self.require(*names)

    def require(self, *names: str) -> None:
        """Raise InputError if one of these keys is missing."""
        missing = next((name for name in names if name not in self.values), None)
        if missing is not None:
            raise self.error(missing, "is missing")

    def table(self, key: str) -> Table:
        value = self._get(key)
        if not isinstance(value, dict):
            raise self.error(key, f"found {value!r}; expected a table")
        return Table(self.file, f"{self.path}.{key}" if self.path else key, value)

    def text(self, key: str) -> str:
        value = self._get(key)
        if not isinstance(value, str):
            raise self.error(key, f"found {value!r}; expected a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(key, f"found {value!r}; expected a list of texts")
        return tuple(value)

    def number(self, key: str) -> float:
        """A finite number of 0 or more."""
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
            raise self.error(key, f"found {value!r}; expected a number of 0 or more")
        return float(value)

    def count(self, key: str) -> int:
        """A whole number of 1 or more."""
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.error(key, f"found {value!r}; expected a whole number of 1 or more")
        return value

    def fraction(self, key: str) -> Fraction:
        """A length in quarters such as "1/4"."""
        value = self._get(key)
        try:
            length = exact_number(value) if isinstance(value, str) else Fraction(0)
        except ValueError:
            length = Fraction(0)
        if length <= 0:
            raise self.error(key, f'found {value!r}; expected quarters as in "1/4"')
        return length

    def chord(self, key: str) -> Chord:
        """A chord, from a chord symbol relative to a tonic of C."""
        return self._chord(key, self.text(key))

    def chord_list(self, key: str) -> tuple[Chord, ...]:
        return tuple(self._chord(key, text) for text in self.texts(key))

    def chords(self, *names: str) -> dict[str, Chord]:
        """The chords of exactly these keys."""
        self.require_exactly(*names)
        return {name: self.chord(name) for name in names}

    def chord_weights(self) -> dict[Chord, float]:
        """Numbers of 0 or more by chord symbol."""
        return {self._chord(key, key): self.number(key) for key in self.values}

    def degree(self, key: str) -> int:
        """The position of a key of the table, the name of a note, on the line of fifths above a tonic of C."""
        fifths, kind = self._chord(key, key)
        if kind != "major" or len(key) > 2:
            raise self.error(key, "is not a note; expected a name such as Eb or F#")
        return fifths

    def share(self, key: str) -> float:
        """A number from 0 to 1."""
        value = self.number(key)
        if value > 1:
            raise self.error(key, f"found {value}; expected a share from 0 to 1")
        return value

    def numbers(self, kind: type) -> dict[str, float]:
        """The numbers for the fields of a dataclass."""
        self.require_exactly(*(field.name for field in fields(kind)))
        return {key: self.number(key) for key in self.values}

    def counts(self, kind: type) -> dict[str, int]:
        """The whole numbers for the fields of a dataclass."""
        self.require_exactly(*(field.name for field in fields(kind)))
        return {key: self.count(key) for key in self.values}

    def shares(self, *names: str, whole: bool = True) -> dict[str, float]:
        """Numbers from 0 to 1 for exactly these keys, in the order of the file; with `whole` their sum must be 1."""
        self.require_exactly(*names)
        shares = {key: self.number(key) for key in self.values}
        high = next((key for key, share in shares.items() if share > 1), None)
        if high is not None:
            raise self.error(high, f"found {shares[high]}; expected a share from 0 to 1")
        if whole and not math.isclose(sum(shares.values()), 1):
            raise self.error(next(iter(shares)), f"found shares that add up to {sum(shares.values()):g}; expected 1")
        return shares

    def error(self, key: str, message: str) -> InputError:
        where = f"[{self.path}] {key}" if self.path else key
        return InputError(f"{where}{':' * message.startswith('found')} {message}", Place(self.file))

    def _get(self, key: str) -> Any:
        self.require(key)
        return self.values[key]

    def _chord(self, key: str, text: str) -> Chord:
        try:
            return parse_chord(text)
        except ValueError as error:
            raise self.error(key, f"found a chord that cannot be read: {error}") from None
