"""A style: voice-leading costs, ranking weights, cadences and the like, from a file of grammars/styles."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cache
from typing import Any

from scoregen.score.keys import Key
from scoregen.score.theory.chord_kinds import pitch_classes
from scoregen.styles.tables import Chord, Table
from scoregen.system.errors import InputError
from scoregen.system.resources import folder
from scoregen.tokens.constraints.places import Finest

DEFAULT = "chorale"
GOALS = ("fifth", "relative")
TONIC = "tonic"


@dataclass(frozen=True, slots=True)
class VoiceLeadingCosts:
    """Nats that are taken off the score of a pitch before it is drawn; the style's file says what each is for."""

    parallel: float
    crossing: float
    direct: float
    unequal: float
    overlap: float
    augmented: float
    wide: float
    seventh: float
    unclosed: float

    def with_options(self, parallel: float | None, crossing: float | None) -> VoiceLeadingCosts:
        """The costs with those that a user gives in place of the style's."""
        return replace(
            self,
            parallel=self.parallel if parallel is None else parallel,
            crossing=self.crossing if crossing is None else crossing,
        )


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """What the ranking of drafts adds to the nats a choice; the style's file says what each is for."""

    plain: float
    parallel: float
    unled: float
    astray: float
    breach: float
    discriminator: float


@dataclass(frozen=True, slots=True)
class SpellingReach:
    """How far new notes lie from the key signature on the line of fifths, on the side of flats and of sharps."""

    flats: int
    sharps: int


@dataclass(frozen=True, slots=True)
class PhraseLengths:
    """Measures a phrase: `long` in a metre of `long_metre` beats or more, else `short`."""

    long_metre: int
    long: int
    short: int

    def measures(self, beats: int) -> int:
        return self.long if beats >= self.long_metre else self.short


@dataclass(frozen=True, slots=True)
class CadencePlan:
    """Where phrases close and what leads there. A chord is fifths over what it leads to, and its kind.

    chances: by place of the phrase (opening, closing), how often it closes on which goal, the tonic or one of
    `goals`, which gives them by mode; dominants: how often `dominant` is settled before the tonic ("home") and
    before others ("away"); leading_home, leading_away: chords that lead to the tonic, and others that lead elsewhere;
    stay: quarters for which the outer voices stay on the last chord.
    """

    chances: Mapping[str, Mapping[str, float]]
    goals: Mapping[str, Mapping[str, Chord]]
    dominants: Mapping[str, float]
    dominant: Chord
    without_dominant: tuple[str, ...]
    leading_home: tuple[Chord, ...]
    leading_away: tuple[Chord, ...]
    stay: Fraction

    def goal(self, key: Key, name: str) -> tuple[int, ...]:
        """The pitch classes of a chord to close on, the root first."""
        if name == TONIC:
            return key.triad
        goals = self.goals.get(key.mode) or self.goals["major" if key.has_major_third else "minor"]
        return over(key.triad[0], goals[name])


@dataclass(frozen=True, slots=True)
class Style:
    """All that belongs to a style."""

    name: str
    title: str
    voice_leading: VoiceLeadingCosts
    ranking: RankingWeights
    finest: Finest
    spelling: SpellingReach
    phrases: PhraseLengths
    cadences: CadencePlan


def over(root: int, chord: Chord) -> tuple[int, ...]:
    """The pitch classes of a chord that is written over a pitch class, its own root first."""
    fifths, kind = chord
    return pitch_classes((root + 7 * fifths) % 12, kind)


@cache
def load_style(name: str = DEFAULT) -> Style:
    """A style of grammars/styles by its name; InputError lists those that exist, or names what a file has wrong."""
    known = {path.stem: path for path in sorted((folder("grammars") / "styles").glob("*.toml"))}
    if name not in known:
        raise InputError(f"there is no style {name!r}; expected one of: {', '.join(known)}")
    try:
        table = tomllib.loads(known[name].read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"grammars/styles/{name}.toml: {error}") from None
    return parse_style(name, table)


def parse_style(name: str, declaration: Mapping[str, Any]) -> Style:
    """A style from the tables of its file."""
    top = Table(f"grammars/styles/{name}.toml", "", declaration)
    top.only("title", "voice_leading", "ranking", "rhythm", "spelling", "phrases", "cadences")
    rhythm, spelling, phrases = top.table("rhythm"), top.table("spelling"), top.table("phrases")
    rhythm.only("binary", "triplet")
    return Style(
        name,
        top.text("title"),
        VoiceLeadingCosts(**top.table("voice_leading").numbers(VoiceLeadingCosts)),
        RankingWeights(**top.table("ranking").numbers(RankingWeights)),
        Finest(rhythm.fraction("binary"), rhythm.fraction("triplet")),
        SpellingReach(**spelling.counts(SpellingReach)),
        PhraseLengths(**phrases.counts(PhraseLengths)),
        _cadences(top.table("cadences")),
    )


def _cadences(table: Table) -> CadencePlan:
    table.only(*(field.name for field in fields(CadencePlan)))
    chances, goals = table.table("chances"), table.table("goals")
    chances.only("opening", "closing")
    goals.has("major", "minor")
    return CadencePlan(
        {place: chances.table(place).shares(TONIC, *GOALS) for place in ("opening", "closing")},
        {mode: goals.table(mode).chords(*GOALS) for mode in goals.keys},
        table.table("dominants").shares("away", "home", whole=False),
        table.chord("dominant"),
        table.texts("without_dominant"),
        table.chord_list("leading_home"),
        table.chord_list("leading_away"),
        table.fraction("stay"),
    )
