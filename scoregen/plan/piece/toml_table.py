"""Tables of TOML files whose faults are named with file, line and key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NoReturn

from scoregen.system.errors import InputError, Place
from scoregen.system.toml_files import parse_toml

_HEAD = re.compile(r"\s*\[\[\s*[\w-]+\s*\]\]")
_KEY = re.compile(r"\s*([\w-]+)\s*=")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the file: its values, and for errors the file, the lines of its keys, and its own line and name."""

    values: Mapping[str, Any]
    file: str
    lines: Mapping[str, int]
    line: int
    name: str

    def fail(self, key: str, found: str) -> NoReturn:
        """Raise the InputError of a key with its line."""
        raise InputError(f"{self.name}{key}: {found}", Place(f"{self.file}:{self.lines.get(key, self.line)}"))

    @property
    def places(self) -> Mapping[str, str]:
        """The file and the line of each key."""
        return {key: f"{self.file}:{line}" for key, line in self.lines.items()}

    def number(self, key: str, low: float, high: float) -> Fraction | None:
        """A number in a range; None if the key is absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            self.fail(key, f"found {value!r}; expected a number from {low:g} to {high:g}")
        return Fraction(str(value))

    def count(self, key: str, high: int) -> int | None:
        """A whole number from 1; None if the key is absent."""
        value = self.values.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= high):
            self.fail(key, f"found {value!r}; expected a whole number from 1 to {high}")
        return value

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        value = self.values.get(key, default)
        if not isinstance(value, str):
            self.fail(key, f"found {value!r}; expected a text in quotation marks")
        return value

    def flag(self, key: str) -> bool:
        """A truth value; false if the key is absent."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.fail(key, f"found {value!r}; expected true or false")
        return value

    def rows(self, key: str, kind: type) -> tuple[Any, ...]:
        """A list of numbers or texts."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or any(isinstance(each, bool) or not isinstance(each, kind) for each in value):
            example = "[4, 4]" if kind is int else '["half", "authentic"]'
            self.fail(key, f"found {value!r}; expected a list such as {example}")
        return tuple(value)


def parsed_tables(text: str, file: str, name: str) -> tuple[Table, list[Table]]:
    """The table of the file and its tables `[[name]]`, of which there is one at least."""
    values = parse_toml(text, file)
    lines = _lines(text)
    whole = Table(values, file, lines[0][1], 1, "")
    rows = values.get(name, [])
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        whole.fail(name, f"found none; expected a table [[{name}]] for each {name}")
    places = [*lines[1:], *[(1, {})] * len(rows)]
    return whole, [
        Table(row, file, own, line, f"{name} {row.get('name', number)!r}: ")
        for number, (row, (line, own)) in enumerate(zip(rows, places, strict=False), 1)
    ]


def _lines(text: str) -> list[tuple[int, dict[str, int]]]:
    """The line of each table, the first for the piece, with the lines of its keys."""
    tables: list[tuple[int, dict[str, int]]] = [(1, {})]
    for number, line in enumerate(text.splitlines(), 1):
        if _HEAD.match(line):
            tables.append((number, {}))
        elif found := _KEY.match(line):
            tables[-1][1].setdefault(found[1], number)
    return tables


def check_keys(table: Table, known: Sequence[str], ignored: Sequence[str] = ()) -> None:
    """InputError for a key that is not known."""
    for key in table.values:
        if key not in (*known, *ignored):
            near = difflib.get_close_matches(key, (*known, *ignored), 1)
            table.fail(
                key, f"this key is unknown; {f'did you mean {near[0]}?' if near else 'expected ' + ', '.join(known)}"
            )
