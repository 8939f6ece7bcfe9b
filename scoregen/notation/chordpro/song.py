"""A song as words and chords, before it has measures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple


class Cell(NamedTuple):
    """A chord as written, empty if there is none, and the words from it to the next one."""

    chord: str
    words: str


@dataclass(frozen=True, slots=True)
class GridBar:
    """A measure of a grid: its cells in equal parts, each a chord or empty; repeat signs; a text beside it."""

    cells: tuple[str, ...]
    opens: bool = False
    closes: bool = False
    text: str = ""


@dataclass(slots=True)
class Row:
    """A line of a song: its cells, or its bars; `fields` hold from it on; `comment` stands above it."""

    cells: tuple[Cell, ...] = ()
    bars: tuple[GridBar, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    comment: str = ""

    @property
    def chords(self) -> tuple[str, ...]:
        return tuple(cell.chord for cell in self.cells if cell.chord)


@dataclass(slots=True)
class Section:
    """A verse, a chorus or another stretch; its kind and its label, both empty if not given."""

    kind: str = ""
    label: str = ""
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Song:
    """The fields at its head by name, its sections, a comment after the last row, and what is not kept, by kind."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)
    closing: str = ""
    left: Counter[str] = field(default_factory=Counter)
