"""Chord symbols as a lead sheet prints them: root, kind, inversion, bass and degrees (MusicXML's `<harmony>`)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

DegreeType = Literal["add", "alter", "subtract"]


class SpelledPitchClass(NamedTuple):
    """A pitch without its octave: `SpelledPitchClass("B", -1)` is B flat; `alter` is in semitones."""

    step: str
    alter: int | Fraction = 0


class Degree(NamedTuple):
    """A degree of the chord, from 1 for its root, that is added, altered or left out."""

    value: int
    alter: int | Fraction
    type: DegreeType


@dataclass(frozen=True, slots=True)
class ChordSymbol:
    """A chord symbol at an onset of its measure, in quarters, over a staff of a part.

    Root and bass are at sounding pitch, even if the part transposes. `kind` is MusicXML's name
    (`major`, `minor-seventh`, `none` for no chord). `text` is the printed text; None leaves it to the
    program that displays the kind. `inversion` counts from 0; None if the file does not give it.
    """

    onset: Fraction
    part: str
    root: SpelledPitchClass
    kind: str
    text: str | None = None
    inversion: int | None = None
    bass: SpelledPitchClass | None = None
    degrees: tuple[Degree, ...] = ()
    staff: int = 1
