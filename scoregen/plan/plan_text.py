"""A harmonic plan in words: each chord with its place, its key, its numeral and its name, and the cadences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from scoregen.analysis.form.cadences import OPEN, cadence_kind
from scoregen.analysis.harmony.chords import ChordName, ChordSpan
from scoregen.analysis.harmony.features import Function
from scoregen.analysis.harmony.roman_numerals import numeral
from scoregen.score.keys import Key
from scoregen.score.pitch import UNISON, Interval
from scoregen.tokens.events import Harmony, Header

_LEADING, _DOMINANT = 5, 1
_MINOR = (*range(-4, 3), 3, 5)
"""The degrees of a minor key by fifths, with the raised sixth and seventh."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A chord of a plan, by numeral and by name.

    `beat` counts from 1, in the unit of the metre; `cadence` is empty except at phrase ends.
    """

    measure: str
    beat: str
    key: str
    numeral: str
    chord: str
    cadence: str = ""


def moved_plan(headers: Sequence[Header], interval: Interval) -> list[Header]:
    """The headers with the keys and chords of their plan moved by an interval."""
    if interval == UNISON:
        return list(headers)
    return [
        replace(header, harmony=tuple(_moved_chord(chord, interval) for chord in header.harmony)) for header in headers
    ]


def _moved_chord(chord: Harmony, interval: Interval) -> Harmony:
    return replace(chord, key=Key.of(chord.key.signature.transposed(interval)), root=chord.root + interval.fifths)


def plan_rows(headers: Sequence[Header]) -> tuple[PlanRow, ...]:
    """The plan of a piece in order; () without one."""
    chords = [(index, header, chord) for index, header in enumerate(headers) for chord in header.harmony]
    ends = {_in_force(headers, index, end) for index, header in enumerate(headers) for end in header.phrase_ends}
    rows = []
    for place, (index, header, chord) in enumerate(chords):
        following = chords[place + 1][2] if place + 1 < len(chords) else None
        before = next((earlier for *_, earlier in reversed(chords[:place]) if earlier.root != chord.root), None)
        kind = _cadence(before, chord) if (index, chord.onset) in ends else ""
        name = numeral(_function(chord, following), chord.inversion, chord.key.mode)
        symbol = str(ChordName(chord.root, chord.quality, chord.inversion))
        rows.append(PlanRow(header.number, _beat(header, chord.onset), str(chord.key), name, symbol, kind))
    return tuple(rows)


def plan_lines(rows: Sequence[PlanRow]) -> Iterator[str]:
    """The rows as aligned text; a key is named where it changes."""
    keys = ["", *(row.key for row in rows)]
    for row, (last, key) in zip(rows, pairwise(keys), strict=True):
        shown = key if key != last else ""
        yield f"{row.measure:>4} {row.beat:<5} {shown:10} {row.numeral:9} {row.chord:9} {row.cadence}".rstrip()


def _in_force(headers: Sequence[Header], index: int, end: Fraction) -> tuple[int, Fraction] | None:
    """The place at which the chord that sounds at a phrase end begins."""
    for number in range(index, -1, -1):
        onsets = [chord.onset for chord in headers[number].harmony if number < index or chord.onset <= end]
        if onsets:
            return number, max(onsets)
    return None


def _beat(header: Header, onset: Fraction) -> str:
    place = (header.start + onset) / header.time.groups[0]
    whole, rest = divmod(place, 1)
    return f"{whole + 1}" + (f"+{rest}" if rest else "")


def _function(chord: Harmony, following: Harmony | None) -> Function:
    """The function of a chord in its key; a chord outside the key that leads to the next one is applied to it."""
    tonic = chord.key.tonic_fifths
    offset = chord.root - tonic
    lowest = chord.key.signature.fifths - tonic - 1
    scale = _MINOR if chord.key.mode == "minor" else range(lowest, lowest + 7)
    if following is None or all(member - tonic in scale for member in chord.members):
        return Function(offset, chord.quality)
    goal = following.root - tonic
    leads = {_DOMINANT: ("major", "dominant"), _LEADING: ("diminished", "half-diminished", "diminished-seventh")}
    if goal != 0 and chord.quality in leads.get(offset - goal, ()):
        return Function(offset, chord.quality, goal)
    return Function(offset, chord.quality)


def _cadence(before: Harmony | None, last: Harmony) -> str:
    kind = cadence_kind(_span(before) if before else None, _span(last), None)
    return "" if kind == OPEN else kind.removeprefix("imperfect ")


def _span(chord: Harmony) -> ChordSpan:
    function = Function(chord.root - chord.key.tonic_fifths, chord.quality)
    name = ChordName(chord.root, chord.quality, chord.inversion)
    return ChordSpan(Fraction(0), Fraction(1), 0, chord.key, name, function)
