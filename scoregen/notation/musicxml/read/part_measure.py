"""What one part has in one measure, before the parts are put together."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scoregen.notation.musicxml.read.spanners import SpannerEnd
from scoregen.notation.musicxml.read.voices import Strand
from scoregen.score.chord_symbols import ChordSymbol
from scoregen.score.directions import Direction
from scoregen.score.elements import Barline, Break, Tempo
from scoregen.score.keys import KeySignature
from scoregen.score.metre import SignatureChange, TimeSignature
from scoregen.score.spanners import Spanner


@dataclass(frozen=True, slots=True)
class PartMeasure:
    """A part's share of a measure column; `key` is at sounding pitch, `length` includes trailing <forward>.

    `ends` are spanner ends, which are paired when the whole part has been read.
    """

    number: str
    implicit: bool
    length: Fraction
    strands: tuple[Strand, ...]
    time: TimeSignature | None
    key: KeySignature | None
    barline: Barline
    repeat_start: bool
    endings: tuple[int, ...]
    tempos: tuple[Tempo, ...]
    phrase_ends: frozenset[Fraction]
    directions: tuple[Direction, ...] = ()
    chord_symbols: tuple[ChordSymbol, ...] = ()
    ends: tuple[SpannerEnd, ...] = ()
    spanners: tuple[Spanner, ...] = ()
    break_before: Break | None = None
    changes: tuple[SignatureChange, ...] = ()
