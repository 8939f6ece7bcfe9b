"""The rhythm of words: at which places of a measure its syllables are sung.

One note a syllable. Among all rhythms on a grid the cheapest is found: stressed syllables stand on strong beats, others
on weak ones, and the syllables are even. A line of verse ends with a long one, and with a breath.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from scoregen.plan.words.syllables import Syllable
from scoregen.score.metre import TimeSignature

_UNSTRESSED = 2
"""The metrical strength at which an unstressed syllable is no burden: a beat in 4/4, a half of one in 3/4."""
_WEAK, _STRONG, _UNEVEN, _SHORT_END = 1.0, 0.6, 0.7, 1.0
_FINEST = Fraction(1, 4)
_BREATH_AFTER = 2
"""The beats that a last syllable is held at least before a breath of one beat."""


@dataclass(frozen=True, slots=True)
class SungMeasure:
    """The onsets of the syllables of a measure, in quarters, and where the singer rests after them, if anywhere."""

    syllables: tuple[Syllable, ...] = ()
    onsets: tuple[Fraction, ...] = ()
    rest: Fraction | None = None


def sung_measure(syllables: Sequence[Syllable], time: TimeSignature, *, ends_line: bool) -> SungMeasure | None:
    """The rhythm of the words of a full measure; None if it has no room for them. A rest if there are none."""
    if not syllables:
        return SungMeasure(rest=Fraction(0))
    onsets = _onsets(tuple(each.stressed for each in syllables), time, ends_line=ends_line)
    if onsets is None:
        return None
    beat = time.groups[-1]
    has_room = time.duration - onsets[-1] >= (_BREATH_AFTER + 1) * beat
    return SungMeasure(tuple(syllables), onsets, time.duration - beat if ends_line and has_room else None)


@lru_cache(maxsize=1024)
def _onsets(stresses: tuple[bool, ...], time: TimeSignature, *, ends_line: bool) -> tuple[Fraction, ...] | None:
    """The cheapest onsets; the first syllable is sung on the downbeat, on which its chord begins."""
    grid = next((grid for grid in _grids(time) if len(grid) >= len(stresses)), None)
    if grid is None:
        return None
    strengths = [time.strength(place) for place in grid]
    ideal = time.duration / (len(stresses) + 1)
    best: list[dict[int, tuple[float, tuple[int, ...]]]] = [{0: (_stress_cost(0, is_stressed=stresses[0]), (0,))}]
    for stressed in stresses[1:]:
        row: dict[int, tuple[float, tuple[int, ...]]] = {}
        for index in range(1, len(grid)):
            own = _stress_cost(strengths[index], is_stressed=stressed)
            ways = (
                (cost + own + _length_cost(grid[index] - grid[before], ideal), path)
                for before, (cost, path) in best[-1].items()
                if before < index
            )
            cheapest = min(ways, default=None)
            if cheapest is not None:
                row[index] = (cheapest[0], (*cheapest[1], index))
        best.append(row)
    last = _end_cost if ends_line else _length_cost
    _, path = min((cost + last(time.duration - grid[index], ideal), path) for index, (cost, path) in best[-1].items())
    return tuple(grid[index] for index in path)


def _grids(time: TimeSignature) -> list[list[Fraction]]:
    """The places of a measure, coarse and fine: the halves and quarters of beats, or their thirds and sixths."""
    parts = [3, 6] if time.has_compound_beats else [2, 4]
    found = []
    for part in parts:
        beats = zip(time.beat_onsets, time.groups, strict=True)
        grid = [start + length * number / part for start, length in beats for number in range(part)]
        if min(length / part for length in time.groups) >= _FINEST:
            found.append(grid)
    return found


def _stress_cost(strength: int, *, is_stressed: bool) -> float:
    return _WEAK * strength if is_stressed else _STRONG * max(_UNSTRESSED - strength, 0)


def _length_cost(length: Fraction, ideal: Fraction) -> float:
    return _UNEVEN * abs(math.log2(length / ideal))


def _end_cost(length: Fraction, ideal: Fraction) -> float:
    """The last syllable of a line is longer than the others."""
    return _SHORT_END * max(math.log2(2 * ideal / length), 0.0)
