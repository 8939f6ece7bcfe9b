"""The chords that a score gives by chord symbols, as a timeline for new voices.

A chord lasts until the next symbol, over barlines too. Before the first symbol, and after "no chord", nothing is
fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from scoregen.score.chord_symbols import ChordSymbol
from scoregen.score.elements import Score
from scoregen.score.theory.symbol_tones import ChordTones, chord_tones


@dataclass(frozen=True, slots=True)
class GivenChord:
    """A chord from an onset of its measure to the next one; `tones` None: nothing is fixed.

    `begins` is false for the rest of a chord at the start of a later measure.
    """

    tones: ChordTones | None
    begins: bool = True


ChordTimeline = Mapping[int, Mapping[Fraction, GivenChord]]
"""By measure index and onset; a measure without an entry at its start has nothing fixed there."""


def chord_timeline(score: Score) -> ChordTimeline:
    """The chords of a score; empty if no symbol is understood."""
    timeline: dict[int, dict[Fraction, GivenChord]] = {}
    current: ChordTones | None = None
    for index, measure in enumerate(score.measures):
        entries = {Fraction(0): GivenChord(current, begins=False)} if current else {}
        for symbol in measure.chord_symbols:
            current = chord_tones(symbol)
            entries[symbol.onset] = GivenChord(current)
        if entries:
            timeline[index] = entries
    return timeline if any(chord.tones for entries in timeline.values() for chord in entries.values()) else {}


def unread_symbols(score: Score) -> tuple[tuple[str, ChordSymbol], ...]:
    """The symbols that fix nothing although they name a chord, each with the number of its measure."""
    return tuple(
        (measure.number, symbol)
        for measure in score.measures
        for symbol in measure.chord_symbols
        if symbol.kind != "none" and chord_tones(symbol) is None
    )
