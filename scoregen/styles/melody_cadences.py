"""The cadences of a style under a given melody: goals by its degree, the chords before them, Picardy thirds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from scoregen.score.keys import Key
from scoregen.styles.tables import Chord, Table

Weights = Mapping[Chord, float]


@dataclass(frozen=True, slots=True)
class MelodyCadences:
    """The chords at and before the phrase ends of a melody, in fifths above the tonic; by mode.

    goals: by the degree of the melody, the weights of the chords at a phrase end; before_tonic: the weights of the
    chords before a tonic, and last: before the last one, where what is given allows them; picardy: the probability that
    a last minor tonic becomes major; before_fifth, before_other:
    the probabilities that a chord on the fifth degree, and one on another degree, gets its own dominant. A mode without
    an own table uses that of major or minor, by its third.
    """

    goals: Mapping[str, Mapping[int, Weights]]
    before_tonic: Mapping[str, Weights]
    last: Mapping[str, Weights]
    picardy: Mapping[str, float]
    before_fifth: float
    before_other: float

    def goals_of(self, key: Key, degree: int) -> Weights:
        """The chords at a phrase end on a degree, in fifths above the tonic; none if the style has none."""
        return self.goals[_table_of(key, self.goals)].get(degree, {})

    def before_tonic_of(self, key: Key) -> Weights:
        return self.before_tonic[_table_of(key, self.before_tonic)]

    def last_of(self, key: Key) -> Weights:
        return self.last[_table_of(key, self.last)]


def _table_of(key: Key, tables: Mapping[str, object]) -> str:
    return key.mode if key.mode in tables else "major" if key.has_major_third else "minor"


def parse_melody_cadences(table: Table) -> MelodyCadences:
    """The section of a style file."""
    table.require_exactly(*(field.name for field in fields(MelodyCadences)))
    goals, before, last = (table.table(name) for name in ("goals", "before_tonic", "last"))
    for each in (goals, before, last):
        each.require("major", "minor")
    picardy = table.table("picardy")
    return MelodyCadences(
        {mode: _goals(goals.table(mode)) for mode in goals.keys},
        {mode: before.table(mode).chord_weights() for mode in before.keys},
        {mode: last.table(mode).chord_weights() for mode in last.keys},
        picardy.shares(*picardy.keys, whole=False),
        table.share("before_fifth"),
        table.share("before_other"),
    )


def _goals(table: Table) -> dict[int, Weights]:
    return {table.degree(name): table.table(name).chord_weights() for name in table.keys}
