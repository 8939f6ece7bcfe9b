"""The prices of an arrangement: what a player gets, how two players sound together, and how lines go on.

All prices are in one unit; a change of strand within a phrase costs about two of it. A cell counts by its length in
quarters where a price is one of time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scoregen.generation.arranging.lines.cells import Sound

MELODY_ELSEWHERE, BASS_ELSEWHERE = 8.0, 7.0
"""The melody in another role than the leading one, the bass in another than the lowest."""
MELODY_LOST, BASS_LOST, CLASS_LOST, LINE_LOST = 40.0, 30.0, 6.0, 2.5
"""A cell without the melody, without the bass, without a pitch class, without a line that is no double."""
DOUBLE_LOST = 0.1
OCTAVE_MOVED, MELODY_MOVED, FOLDED_NOTES = 0.4, 3.0, 4.0
"""An octave up or down of a line, that of the melody, and notes that are moved one by one."""
UNCOMFORTABLE, HIGH_MELODY = 4.8, 2.4
"""A cell of notes that are just outside the comfortable range, and one of the melody."""
UNISON_DOUBLE, BASS_UNISON, OCTAVE_DOUBLE, BASS_DOUBLE, RESTING = 2.0, 1.2, 0.8, 0.2, 1.5
"""A strand in two roles in unison, the bass in two, a strand an octave away, the bass an octave below, and a role
without notes while others play."""
CROSSING, OVER_MELODY, UNDER_BASS, PARALLEL = 1.2, 5.0, 4.0, 2.5
FULL, ALONE = 3, 2.0
"""The lines from which doubling is welcome, and the price of doubling fewer."""
OTHER_STRAND, OTHER_OCTAVE, AT_PHRASE, CUT_TIE, LEAP = 2.0, 4.0, 0.5, 1.5, 0.12
MELODY_BROKEN = 12.0
"""Another octave of the melody inside a phrase."""
INVERTED, FIFTH = 0.8, 7
"""Another octave of a line that leaps there, by an interval that is no wider than its own or than a fifth."""
SEVENTH_OR_NINTH = 3.0
"""An octave change that makes a seventh or a ninth of a step or a unison."""
DOUBLE_STOP, TRIPLE_STOP = 0.4, 1.5
"""Each further note of a chord under one bow, and each from the third on in addition."""
UNSUNG = 6.0
"""A sung role with a strand that does not sing, while others do."""
FREE_LEAP = 5
"""The semitones that a change of strand may leap without cost."""


class Together(NamedTuple):
    """How two strands sound together: shares of the common time, and new parallels."""

    crossed: float
    unison: float
    parallels: int


def together(upper: Sequence[Sound], lower: Sequence[Sound], ups: Sequence[int], lows: Sequence[int]) -> Together:
    """Two strands in a cell; `ups` and `lows` are their pitches in the arrangement, note by note."""
    common = unison = parallels = 0
    crossed = 0.0
    before: tuple[int, int, int, int] | None = None
    for i, j, time in _overlaps(upper, lower):
        high, low, old_high, old_low = ups[i], lows[j], upper[i].pitch, lower[j].pitch
        common += time
        was_crossed = (old_high < old_low) and high < low
        crossed += time * (0.3 if was_crossed else 1.0) if high < low else 0.0
        unison += time if high == low and old_high != old_low else 0
        if before is not None and new_parallel(before, (high, low, old_high, old_low)):
            parallels += 1
        before = (high, low, old_high, old_low)
    return Together(crossed / common, unison / common, parallels) if common else Together(0.0, 0.0, 0)


def new_parallel(before: tuple[int, int, int, int], after: tuple[int, int, int, int]) -> bool:
    """Whether two players move in parallel fifths or octaves that the source has not.

    Each side holds the two pitches of the arrangement and the two of the source.
    """
    return is_parallel(before[0], before[1], after[0], after[1]) and not is_parallel(
        before[2], before[3], after[2], after[3]
    )


def is_parallel(high: int, low: int, higher: int, lower: int) -> bool:
    """Whether two voices keep a perfect fifth or octave in similar motion; as `theory.parallel_motion`, in MIDI."""
    if high == higher or low == lower or (higher > high) != (lower > low):
        return False
    old, new = abs(high - low) % 12, abs(higher - lower) % 12
    return old == new and old in (0, 7) and (high - higher) % 12 != 0


def _overlaps(upper: Sequence[Sound], lower: Sequence[Sound]) -> Iterator[tuple[int, int, int]]:
    """Pairs of notes that sound together, by index, with their common time."""
    i = j = 0
    while i < len(upper) and j < len(lower):
        start, end = max(upper[i].start, lower[j].start), min(upper[i].end, lower[j].end)
        if start < end:
            yield i, j, end - start
        if upper[i].end <= lower[j].end:
            i += 1
        else:
            j += 1
