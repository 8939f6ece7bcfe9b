"""The chords that a score gives by chord symbols, as a timeline for new voices.

A chord lasts until the next symbol, over barlines too. Before the first symbol, and after "no chord", nothing is
fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.score.chord_symbols import ChordSymbol
from scoregen.score.elements import Score
from scoregen.score.theory.symbol_tones import ChordTones, chord_tones, symbol_text


@dataclass(frozen=True, slots=True)
class GivenChord:
    """A chord from an onset of its measure to the next one; `tones` None: nothing is fixed.

    `begins` is false for the rest of a chord at the start of a later measure. `name` is its text. A chord that is not
    `fixed` is a suggestion; an `ornamented` one binds on beats. `bass_stays`: its bass is part of what is given, and
    stays as long as it.
    """

    tones: ChordTones | None
    begins: bool = True
    name: str = ""
    fixed: bool = True
    bass_stays: bool = False
    ornamented: bool = False


ChordTimeline = Mapping[int, Mapping[Fraction, GivenChord]]
"""By measure index and onset; a measure without an entry at its start has nothing fixed there."""


def chord_timeline(score: Score) -> ChordTimeline:
    """The chords of a score; empty if no symbol is understood."""
    timeline: dict[int, dict[Fraction, GivenChord]] = {}
    current: GivenChord | None = None
    for index, measure in enumerate(score.measures):
        entries = {Fraction(0): replace(current, begins=False)} if current and current.tones else {}
        for symbol in measure.chord_symbols:
            stays = symbol.bass is not None or bool(symbol.inversion)
            current = GivenChord(chord_tones(symbol), name=symbol_text(symbol), bass_stays=stays)
            if symbol.onset < measure.duration:
                entries[symbol.onset] = current
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
