"""The styles of solo lines: `grammars/solos` as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Literal

from scoregen.score.metre import TimeSignature
from scoregen.system.errors import InputError
from scoregen.system.resources import folder
from scoregen.system.toml_files import read_toml

DEFAULT = "swing"
Sounding = Literal["note", "rest", "tied"]


@dataclass(frozen=True, slots=True)
class BeatRhythm:
    """The rhythm of one beat: lengths as shares of it, each a note, a rest, or tied from before."""

    parts: tuple[tuple[Fraction, Sounding], ...]
    weight: float

    @property
    def attacks(self) -> int:
        return sum(kind == "note" for _, kind in self.parts)


@dataclass(frozen=True, slots=True)
class PitchCosts:
    """The costs of the notes of a line; `grammars/solos/swing.toml` describes them."""

    approach: float
    scale: float
    guide: float
    repeat: float
    leap: float
    freedom: float
    motif: float
    faith: float


@dataclass(frozen=True, slots=True)
class PhraseLengths:
    """Lengths of phrases and of the rests between them, in beats."""

    shortest: int
    longest: int
    rest_shortest: int
    rest_longest: int


@dataclass(frozen=True, slots=True)
class SoloStyle:
    title: str
    words: str
    instrument: str
    costs: PitchCosts
    phrase: PhraseLengths
    simple: tuple[BeatRhythm, ...]
    compound: tuple[BeatRhythm, ...]

    def beats(self, time: TimeSignature) -> tuple[BeatRhythm, ...]:
        """The rhythms for the beats of a metre."""
        return self.compound if time.has_compound_beats else self.simple


def style_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (folder("grammars") / "solos").glob("*.toml")))


@cache
def load_solo_style(name: str) -> SoloStyle:
    """The style of this name; InputError if there is none."""
    if name not in style_names():
        raise InputError(f"--style: found {name!r}; expected one of: {', '.join(style_names())}")
    table = read_toml(folder("grammars") / "solos" / f"{name}.toml")
    return SoloStyle(
        table["title"],
        table["words"],
        table["instrument"],
        PitchCosts(**table["costs"]),
        PhraseLengths(**table["phrase"]),
        tuple(map(_rhythm, table["beat"])),
        tuple(map(_rhythm, table["compound"])),
    )


def _rhythm(row: Mapping[str, Any]) -> BeatRhythm:
    return BeatRhythm(tuple(map(_part, row["notes"].split())), float(row["weight"]))


def _part(text: str) -> tuple[Fraction, Sounding]:
    kind: Sounding = "rest" if text.startswith("-") else "tied" if text.startswith("~") else "note"
    return Fraction(text.lstrip("-~")), kind
