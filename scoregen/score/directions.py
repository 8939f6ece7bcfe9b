"""Directions: dynamics, words, rehearsal marks, repeat marks and figured basses.

Each is a `Direction`: a value at an onset of a measure, above or below a staff of a part. The names are
those of MusicXML (`<direction>`, `<dynamics>`, `<words>`, `<rehearsal>`, the attributes of `<sound>`) and
of music21. Tempo marks are `elements.Tempo`; hairpins, slurs and pedals are in `spanners`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

Placement = Literal["above", "below"]
RepeatMarkType = Literal["segno", "coda", "tocoda", "fine", "dacapo", "dalsegno"]

REPEAT_MARK_TYPES: tuple[RepeatMarkType, ...] = ("segno", "coda", "tocoda", "fine", "dacapo", "dalsegno")
JUMPS = ("dacapo", "dalsegno")
DYNAMIC_MARKS = frozenset(
    (
        *("p", "pp", "ppp", "pppp", "ppppp", "pppppp", "f", "ff", "fff", "ffff", "fffff", "ffffff", "mp", "mf"),
        *("sf", "sfp", "sfpp", "fp", "rf", "rfz", "sfz", "sffz", "fz", "n", "pf", "sfzp"),
    )
)
"""The dynamics that are elements in MusicXML."""


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A dynamic mark: `p`, `mf`, `sfz`, or words with marks in them (`piu f`).

    `velocity` is the MIDI velocity, 1 to 127, if the file gives one; None derives it from the mark.
    """

    mark: str
    velocity: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """Free text: `dolce`, `rit.`, `pizz.`; `sung`: words of a song whose notes are still to be written."""

    text: str
    italic: bool = False
    bold: bool = False
    sung: bool = False


@dataclass(frozen=True, slots=True)
class RehearsalMark:
    """A letter or number that rehearsals start from."""

    text: str


@dataclass(frozen=True, slots=True)
class RepeatMark:
    """A sign or words that control the order of performance.

    `segno` and `coda` are targets. `dacapo` and `dalsegno` jump after their measure; afterwards
    `tocoda` leads to the coda and `fine` ends the piece. `text` is the printed text: None for the
    usual one (`D.C.`, `Fine`), empty for a mark that is played but not printed. `label` pairs a
    `dalsegno` with its `segno` and a `tocoda` with its `coda` if there are several, else it is None.
    """

    type: RepeatMarkType
    text: str | None = None
    label: str | None = None


class Figure(NamedTuple):
    """A figure: the interval over the bass, None for a sign alone, with MusicXML's names of the signs beside it."""

    number: int | None
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class FiguredBass:
    """The figures over a bass note, the highest first; `duration` in quarters, None until the next ones or its end."""

    figures: tuple[Figure, ...]
    duration: Fraction | None = None


DirectionValue = Dynamic | Words | RehearsalMark | RepeatMark | FiguredBass


@dataclass(frozen=True, slots=True)
class Direction:
    """A value at an onset of its measure, in quarters.

    `part` is None if the direction applies to all parts, as rehearsal and repeat marks do.
    `placement` is None for the usual one: below the staff for dynamics, above it for all others.
    """

    onset: Fraction
    value: DirectionValue
    part: str | None = None
    staff: int = 1
    placement: Placement | None = None


_RANKS = (RehearsalMark, RepeatMark, Words, Dynamic, FiguredBass)


def rank(direction: Direction) -> int:
    """The rank of a direction among those at one onset: rehearsal marks, repeat marks, words, dynamics, figures."""
    return _RANKS.index(type(direction.value))
