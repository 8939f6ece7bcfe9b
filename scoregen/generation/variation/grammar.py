"""The grammar of variations: `grammars/variations` as values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Literal, NamedTuple

from scoregen.score.metre import TimeSignature
from scoregen.system.resources import folder
from scoregen.system.toml_files import read_toml

ANY, REST = "any", "rest"
_NOTE = re.compile(r"(?P<from>[tc]?)(?P<steps>-?\d+)")


class FigureNote(NamedTuple):
    """A note of a figure: steps from the `first` note or the `next` one of the tune, or a number of chord tones."""

    origin: Literal["first", "next", "chord"]
    steps: int

    @property
    def mirrored(self) -> FigureNote:
        return FigureNote(self.origin, -self.steps)


@dataclass(frozen=True, slots=True)
class Figure:
    """Equal notes in place of one; `goals` are the motions to the next note, in steps, for which it is meant."""

    name: str
    notes: tuple[FigureNote, ...]
    goals: frozenset[int | str]
    weight: float

    def is_for(self, motion: int | None) -> bool:
        """Whether it leads on by a motion in steps; None if no note follows."""
        return REST in self.goals if motion is None else motion in self.goals or ANY in self.goals


@dataclass(frozen=True, slots=True)
class FigureRules:
    """Which realisations of figures pass; `figures.toml` describes the values."""

    leap_to_foreign: bool
    leap_from_foreign: bool
    accented_foreign: float
    widest_leap: int
    above_range: int
    below_range: int
    memory: float


@dataclass(frozen=True, slots=True)
class Manner:
    """How a technique divides a beat; `only` names the figures that it has, () for all."""

    technique: str
    simple: int
    compound: int
    words: str
    only: tuple[str, ...] = ()

    def unit(self, time: TimeSignature) -> Fraction:
        """The length of its notes in quarters."""
        return time.groups[0] / (self.compound if time.has_compound_beats else self.simple)


@cache
def _table(name: str) -> Mapping[str, Any]:
    return read_toml(folder("grammars") / "variations" / f"{name}.toml")


@cache
def figures() -> tuple[Figure, ...]:
    """All figures with their mirror images."""
    return tuple(figure for row in _table("figures")["figure"] for figure in _with_mirror(row))


@cache
def figure_rules() -> FigureRules:
    return FigureRules(**_table("figures")["rules"])


@cache
def manners() -> Mapping[str, Manner]:
    """The manners by technique."""
    return {
        row["technique"]: Manner(**{**row, "only": tuple(row.get("only", ()))}) for row in _table("figures")["manner"]
    }


def _with_mirror(row: Mapping[str, Any]) -> list[Figure]:
    notes = tuple(_note(text) for text in row["notes"].split())
    goals = frozenset(row["to"])
    figure = Figure(row["name"], notes, goals, float(row["weight"]))
    other = Figure(
        figure.name,
        tuple(note.mirrored for note in notes),
        frozenset(-goal if isinstance(goal, int) else goal for goal in goals),
        figure.weight,
    )
    return [figure] if not row.get("mirror", True) or other == figure else [figure, other]


def _note(text: str) -> FigureNote:
    found = _NOTE.fullmatch(text)
    if found is None:
        raise ValueError(f"grammars/variations/figures.toml: {text!r} is no note of a figure; expected 1, t-1 or c2")
    origins: Mapping[str, Literal["first", "next", "chord"]] = {"": "first", "t": "next", "c": "chord"}
    return FigureNote(origins[found["from"]], int(found["steps"]))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A change of places inside a span of one beat or of a pair of beats, as shares of it."""

    name: str
    is_compound: bool
    spans: tuple[str, ...]
    cuts: tuple[Fraction, ...]
    becomes: tuple[Fraction, ...]
    weight: float


@cache
def rhythms() -> tuple[Rhythm, ...]:
    return tuple(
        Rhythm(
            row["name"],
            row["metre"] == "compound",
            tuple(row["spans"]),
            tuple(map(Fraction, row["cuts"])),
            tuple(map(Fraction, row["becomes"])),
            float(row["weight"]),
        )
        for row in _table("rhythms")["rhythm"]
    )


def usual_techniques(kind: str) -> tuple[str, ...]:
    """The techniques of a set for a kind of theme."""
    return tuple(_table("sets")[kind])
