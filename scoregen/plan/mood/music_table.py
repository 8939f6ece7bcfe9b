"""What a mood does to music: the table `grammars/moods/music.toml`, whose rows name the studies behind them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from scoregen.plan.mood.affect import Affect
from scoregen.system.resources import folder

TEMPO_OF_NEUTRAL = 84
"""Beats per minute at which the tempo of the table is 0."""
SLOWEST_MOOD, FASTEST_MOOD = 46, 152


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: a trait of music as a linear function of a mood, what it claims and the study behind it."""

    trait: str
    base: float
    factors: Affect
    least: float
    most: float
    scale: tuple[str, ...]
    claim: str
    study: str

    def value(self, mood: Affect) -> float:
        """The trait, cut to its range."""
        own = self.factors
        found = self.base + own.valence * mood.valence + own.arousal * mood.arousal + own.tension * mood.tension
        return min(max(found, self.least), self.most)

    def word(self, mood: Affect) -> str:
        """The place on the scale."""
        return self.scale[int(self.value(mood) + 0.5)]


@dataclass(frozen=True, slots=True)
class Traits:
    """The traits of music of a mood.

    `tempo` is in beats per minute; `register` in semitones from the usual one; `density`, `articulation` and `texture`
    are the words of plans; `mark` is a dynamic mark; `dissonance` goes from 0 to 1, `chords_a_measure` is their number.
    """

    mode: str
    tempo: Fraction
    register: int
    density: str
    mark: str
    articulation: str
    dissonance: float
    chords_a_measure: float
    texture: str


@lru_cache(maxsize=1)
def music_table() -> Mapping[str, Row]:
    """The rows by trait."""
    return {row["trait"]: _row(row) for row in _file()["row"]}


def traits_of(mood: Affect) -> Traits:
    """The traits that the table gives a mood."""
    rows = music_table()
    tempo = TEMPO_OF_NEUTRAL * 2 ** rows["tempo"].value(mood)
    return Traits(
        rows["mode"].word(mood),
        Fraction(min(max(round(tempo), SLOWEST_MOOD), FASTEST_MOOD)),
        round(rows["register"].value(mood)),
        rows["density"].word(mood),
        rows["dynamics"].word(mood),
        rows["accents"].word(mood) or rows["articulation"].word(mood),
        rows["dissonance"].value(mood),
        rows["chords a measure"].value(mood),
        rows["texture"].word(mood),
    )


def ensemble_of(mood: Affect) -> str:
    """The ensemble that is nearest to a mood."""
    rows = [(Affect(*row["affect"]), str(row["name"])) for row in _file()["ensemble"]]
    return min(rows, key=lambda row: mood.distance(row[0]))[1]


def _row(row: Mapping[str, Any]) -> Row:
    scale = tuple(row.get("scale", ()))
    factors = Affect(*(float(row.get(axis, 0.0)) for axis in ("valence", "arousal", "tension")))
    least, most = (0.0, len(scale) - 1) if scale else (row["least"], row["most"])
    return Row(row["trait"], float(row.get("base", 0.0)), factors, least, most, scale, row["claim"], row["study"])


@lru_cache(maxsize=1)
def _file() -> Mapping[str, Any]:
    with (folder("grammars") / "moods" / "music.toml").open("rb") as file:
        return tomllib.load(file)
