"""What a score says beside its notes: dynamics, words, rehearsal marks, signs and words that lead elsewhere.

Each is a `Direction`: a value at an onset of a measure, over or under a staff of a part. The names are
those of MusicXML (`<direction>`, `<dynamics>`, `<words>`, `<rehearsal>`, the attributes of `<sound>`) and
of music21. Tempo marks are `elements.Tempo`; hairpins, slurs and pedals are in `spanners`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

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
"""The dynamics that MusicXML has an element for."""


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A dynamic mark: `p`, `mf`, `sfz`, or words with marks in them (`piu f`).

    `velocity` is MIDI's, 1 to 127, where the file gives one; None leaves it to the mark.
    """

    mark: str
    velocity: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """Free words: `dolce`, `rit.`, `pizz.`."""

    text: str
    italic: bool = False
    bold: bool = False


@dataclass(frozen=True, slots=True)
class RehearsalMark:
    """A letter or number that rehearsals start from."""

    text: str


@dataclass(frozen=True, slots=True)
class RepeatMark:
    """A sign or words that the order of performance follows.

    `segno` and `coda` are places to go to; `dacapo` and `dalsegno` go there after their measure;
    afterwards `tocoda` leads to the coda and `fine` ends the piece. `text` is what is printed, None
    for what is usual (`D.C.`, `Fine`), empty for a mark that only sounds. `label` pairs a
    `dalsegno` with its `segno` and a `tocoda` with its `coda` where there are several; None for the
    only one.
    """

    type: RepeatMarkType
    text: str | None = None
    label: str | None = None


DirectionValue = Dynamic | Words | RehearsalMark | RepeatMark


@dataclass(frozen=True, slots=True)
class Direction:
    """A value at an onset of its measure, in quarters.

    `part` is None for what holds for all parts: rehearsal and repeat marks. `placement` is None
    where it is the usual one: below the staff for dynamics, above it for everything else.
    """

    onset: Fraction
    value: DirectionValue
    part: str | None = None
    staff: int = 1
    placement: Placement | None = None


_RANKS = (RehearsalMark, RepeatMark, Words, Dynamic)


def rank(direction: Direction) -> int:
    """The order of directions of one place: rehearsal marks, repeat marks, words, dynamics."""
    return _RANKS.index(type(direction.value))
