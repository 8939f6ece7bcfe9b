"""The chord symbols of a lead sheet as the chords of the analysis.

A symbol holds until the next one. The kinds of MusicXML that the analysis does not distinguish become their triad or
seventh chord: a dominant ninth is a dominant seventh, a suspended fourth a major triad without third.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction

from scoregen.analysis.harmony.chord_names import ChordName
from scoregen.score.chord_symbols import ChordSymbol
from scoregen.score.elements import Score
from scoregen.score.theory.chord_kinds import MEMBERS
from scoregen.score.theory.symbol_tones import position, read_symbol, symbol_text
from scoregen.score.timeline import measure_onsets

MEASURES_A_SYMBOL = 4
"""The most measures a symbol, on average, for the symbols to be the harmony of the score."""
NO_CHORD = "none"
_PLAIN = {
    "major-sixth": "major",
    "minor-sixth": "minor",
    "dominant-ninth": "dominant",
    "dominant-11th": "dominant",
    "dominant-13th": "dominant",
    "major-ninth": "major-seventh",
    "major-11th": "major-seventh",
    "major-13th": "major-seventh",
    "minor-ninth": "minor-seventh",
    "minor-11th": "minor-seventh",
    "minor-13th": "minor-seventh",
    "suspended-fourth": "major",
    "suspended-second": "major",
    "power": "major",
    "Neapolitan": "major",
}
OPEN_KINDS = frozenset({"suspended-fourth", "suspended-second", "power"})


@dataclass(frozen=True, slots=True)
class GivenChord:
    """A chord of a lead sheet. `symbol` is its text; `lacks_third` if the symbol has no third."""

    onset: Fraction
    end: Fraction
    measure_index: int
    name: ChordName
    symbol: str
    lacks_third: bool


def given_chords(score: Score) -> tuple[GivenChord, ...]:
    """The chords that the symbols of a score give; () if it has none, or too few to be its harmony."""
    timed = [
        (start + symbol.onset, index, symbol)
        for index, (start, measure) in enumerate(zip(measure_onsets(score), score.measures, strict=True))
        for symbol in measure.chord_symbols
    ]
    timed.sort(key=lambda item: item[0])
    if not timed or len(timed) * MEASURES_A_SYMBOL < len(score.measures):
        return ()
    first = [next(group) for _, group in itertools.groupby(timed, key=lambda item: item[0])]
    ends = [*(onset for onset, _, _ in first[1:]), score.duration]
    rows = [_given(*item, end) for item, end in zip(first, ends, strict=True)]
    return tuple(row for row in rows if row is not None and row.end > row.onset)


def _given(onset: Fraction, index: int, symbol: ChordSymbol, end: Fraction) -> GivenChord | None:
    symbol = read_symbol(symbol)
    quality = _PLAIN.get(symbol.kind, symbol.kind)
    if symbol.kind == NO_CHORD or quality not in MEMBERS:
        return None
    root = position(symbol.root)
    name = ChordName(root, quality, _inversion(symbol, root, quality))
    return GivenChord(onset, end, index, name, symbol_text(symbol), symbol.kind in OPEN_KINDS)


def _inversion(symbol: ChordSymbol, root: int, quality: str) -> int:
    """The inversion by the bass of the symbol; a bass that is no member leaves root position."""
    members = MEMBERS[quality]
    if symbol.bass is not None:
        bass = position(symbol.bass) - root
        return members.index(bass) if bass in members else 0
    return symbol.inversion if symbol.inversion is not None and symbol.inversion < len(members) else 0
