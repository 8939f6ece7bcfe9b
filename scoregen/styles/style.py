"""A style, from a file of grammars/styles: voice-leading costs, ranking weights, cadences, phrase lengths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from scoregen.score.keys import Key
from scoregen.score.theory.chord_kinds import pitch_classes
from scoregen.styles.melody_cadences import MelodyCadences, parse_melody_cadences
from scoregen.styles.tables import Chord, Table
from scoregen.system.errors import InputError
from scoregen.system.resources import folder
from scoregen.system.toml_files import read_toml
from scoregen.tokens.constraints.places import Finest

DEFAULT = "chorale"
GOALS = ("fifth", "relative")
TONIC = "tonic"
SHIPPED_WEIGHTS = "satb-chorales"
OPTIONAL = ("aliases", "weights", "network_style", "ensemble")
SECTIONS = ("title", "voice_leading", "ranking", "rhythm", "spelling", "phrases", "cadences", "melody_cadences")


@dataclass(frozen=True, slots=True)
class VoiceLeadingCosts:
    """Nats that are subtracted from the logit of a pitch before sampling; the style's file explains each cost."""

    parallel: float
    crossing: float
    direct_motion: float
    unequal_fifths: float
    overlap: float
    augmented_step: float
    leap_over_octave: float
    leap_of_seventh: float
    leap_of_octave: float
    open_phrase_end: float
    seventh_leaves: float
    seventh_stays: float
    leading_note_leaves: float
    doubled_leading_note: float
    unprepared_dissonance: float
    cross_relation: float
    unusual_succession: float
    usual_succession: float
    held_succession: float
    foreign_to_plan: float
    other_bass: float
    long_rest: float
    playing_on: float
    rhythm_change: float
    texture: float
    apart: float
    repeated_note: float
    double_stop: float
    second_note: float
    full_chord: float
    quick_chord: float

    def with_options(self, parallel: float | None, crossing: float | None) -> VoiceLeadingCosts:
        """The costs with the values of the user in place of those of the style."""
        return replace(
            self,
            parallel=self.parallel if parallel is None else parallel,
            crossing=self.crossing if crossing is None else crossing,
        )


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """The terms that reranking adds to the nats per choice; the style's file explains each weight."""

    measure_floor: float
    given_measure_floor: float
    entropy: float
    repeated_measure: float
    parallel: float
    unprepared_cadence: float
    off_tonic_end: float
    novelty_breach: float
    unusual_succession: float
    usual_succession: float
    unresolved_seventh: float
    unresolved_leading_note: float
    doubled_leading_note: float
    cross_relation: float
    no_dominant: float
    out_of_range: float
    bass_octave: float
    critic: float

    @property
    def has_harmony(self) -> bool:
        """Whether any term of harmony counts: successions of chords, tendency notes, dominants."""
        tendencies = self.unresolved_seventh, self.unresolved_leading_note, self.doubled_leading_note
        return any((*tendencies, self.unusual_succession, self.cross_relation, self.no_dominant))


@dataclass(frozen=True, slots=True)
class SpellingReach:
    """The reach of new notes from the key signature on the line of fifths, to the flats and to the sharps."""

    flats: int
    sharps: int


@dataclass(frozen=True, slots=True)
class PhraseLengths:
    """Measures per phrase: `long` in a metre of `long_metre` beats or more, else `short`.

    `longer` is the probability that a phrase has one measure more.
    """

    long_metre: int
    long: int
    short: int
    longer: float

    def measures(self, beats: int) -> int:
        return self.long if beats >= self.long_metre else self.short


@dataclass(frozen=True, slots=True)
class CadencePlan:
    """The goals of phrases and the chords before them. A chord is given by fifths above its goal, and its kind.

    chances: by place of the phrase (opening, closing), the probability of each goal: the tonic or one of `goals`,
    which are given by mode; dominants: the probability that `dominant` is fixed before the tonic ("home") and
    before other goals ("away"); leading_home, leading_away: chords that lead to the tonic, and further chords that
    lead to other goals; stay: the quarters for which the outer voices stay on the last chord.
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
        """The pitch classes of a goal, the root first."""
        if name == TONIC:
            return key.triad
        goals = self.goals.get(key.mode) or self.goals["major" if key.has_major_third else "minor"]
        return over(key.triad[0], goals[name])


@dataclass(frozen=True, slots=True)
class Style:
    """All settings of a style. `aliases` are further names; `weights` names those that are shipped for it.

    `network_style` is the name that a network for any ensemble has for the style: a corpus or a composer. `ensemble` is
    the one that the pieces of an own style are for, empty if they have none in common.
    """

    name: str
    title: str
    voice_leading: VoiceLeadingCosts
    ranking: RankingWeights
    finest: Finest
    spelling: SpellingReach
    phrases: PhraseLengths
    cadences: CadencePlan
    melody_cadences: MelodyCadences
    aliases: tuple[str, ...] = ()
    weights: str = SHIPPED_WEIGHTS
    network_style: str = ""
    ensemble: str = ""


def over(root: int, chord: Chord) -> tuple[int, ...]:
    """The pitch classes of a chord relative to the pitch class `root`, the root of the chord first."""
    fifths, kind = chord
    return pitch_classes((root + 7 * fifths) % 12, kind)


@cache
def load_style(name: str = DEFAULT) -> Style:
    """A style of grammars/styles by its name; InputError lists those that exist, or names the fault in a file."""
    if name not in style_files():
        raise InputError(f"there is no style {name!r}; expected one of: {', '.join(style_files())}")
    return parse_style(name, style_table(name))


def style_table(name: str) -> dict[str, Any]:
    """The tables of a style of grammars/styles; what a file with a `base` omits is that of its base."""
    label = f"grammars/styles/{name}.toml"
    own = read_style_table(style_files()[name], label)
    base = own.pop("base", None)
    if base is not None and (not isinstance(base, str) or base not in style_files()):
        raise InputError(f"{label}: base is {base!r}; expected one of: {', '.join(style_files())}")
    return own if base is None else completed(own, style_table(base))


def completed(own: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of a base in which the values of `own` stand, key by key; a base keeps its aliases to itself."""
    return _merged({name: value for name, value in base.items() if name != "aliases"}, own)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables in which the values of `above` replace those of `below`, key by key."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(below.get(key), dict)
        merged[key] = _merged(below[key], value) if both else value
    return merged


def style_files() -> dict[str, Path]:
    """The files of grammars/styles by the names of their styles."""
    return {path.stem: path for path in sorted((folder("grammars") / "styles").glob("*.toml"))}


def shipped_name(name: str) -> str | None:
    """The name of the file of grammars/styles that has a style of this name or alias; None if there is none."""
    files = style_files()
    if name in files:
        return name
    tables = ((each, read_style_table(path, path.name)) for each, path in files.items())
    return next((each for each, table in tables if name in table.get("aliases", ())), None)


def read_style_table(path: Path, label: str) -> dict[str, Any]:
    """The tables of a style file; InputError, with the label, if it cannot be read."""
    return read_toml(path, label)


def parse_style(name: str, declaration: Mapping[str, Any], label: str | None = None) -> Style:
    """A style from the tables of its file, which is called `label` in errors."""
    top = Table(label or f"grammars/styles/{name}.toml", "", declaration)
    top.require_exactly(*SECTIONS, optional=OPTIONAL)
    rhythm, spelling = top.table("rhythm"), top.table("spelling")
    rhythm.require_exactly("binary", "triplet")
    return Style(
        name,
        top.text("title"),
        VoiceLeadingCosts(**top.table("voice_leading").numbers(VoiceLeadingCosts)),
        RankingWeights(**top.table("ranking").numbers(RankingWeights)),
        Finest(rhythm.fraction("binary"), rhythm.fraction("triplet")),
        SpellingReach(**spelling.counts(SpellingReach)),
        _phrase_lengths(top.table("phrases")),
        _cadences(top.table("cadences")),
        parse_melody_cadences(top.table("melody_cadences")),
        top.texts("aliases") if "aliases" in top.keys else (),
        top.text("weights") if "weights" in top.keys else SHIPPED_WEIGHTS,
        top.text("network_style") if "network_style" in top.keys else "",
        top.text("ensemble") if "ensemble" in top.keys else "",
    )


def _phrase_lengths(table: Table) -> PhraseLengths:
    table.require_exactly(*(field.name for field in fields(PhraseLengths)))
    return PhraseLengths(table.count("long_metre"), table.count("long"), table.count("short"), table.share("longer"))


def _cadences(table: Table) -> CadencePlan:
    table.require_exactly(*(field.name for field in fields(CadencePlan)))
    chances, goals = table.table("chances"), table.table("goals")
    chances.require_exactly("opening", "closing")
    goals.require("major", "minor")
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
