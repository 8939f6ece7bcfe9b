"""Where the measures of a tracked performance begin, and the signatures that they show.

B beats, E attacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scoregen.score.metre import TimeSignature
from scoregen.transcription.beats.tracking import NO_ATTACK, Beats, measures_of
from scoregen.transcription.metrical.barring import Rated

Floats = NDArray[np.float64]

_FINEST = 4
"""The smallest share of a tracked beat on which a barline may be is a quarter."""
_IRREGULAR = 14.0
"""The cost of a measure that ends early."""


@dataclass(frozen=True, slots=True)
class Barlines:
    """The barlines in tracked beats, the signature of full measures, and the quarters of a tracked beat."""

    places: tuple[Fraction, ...]
    time: TimeSignature
    unit: Fraction


def tracked_barlines(beats: Beats, is_compound: bool) -> Barlines:
    """The barlines that the tracking of the beats found; its commonest metre is the signature."""
    places = tuple(Fraction(index) for index in range(len(beats.places)) if beats.places[index] == 0)
    count = int(np.bincount(beats.metres).argmax())
    time = TimeSignature((3 * count,), 8) if is_compound else TimeSignature((count,), 4)
    return Barlines(places, time, Fraction(3, 2) if is_compound else Fraction(1))


def rated_barlines(rated: Rated, unit: Fraction, grid: Sequence[Fraction], downbeats: Floats) -> Barlines:
    """The barlines in the metre of a barring, where attacks at `grid`, in beats of `unit` quarters, are downbeats.

    `downbeats` [E] are the odds of the attacks.
    """
    barring = rated.barring
    own = unit * barring.scale
    length = barring.metre.measure / own
    first, last = min(grid), max(grid)
    start = barring.phase / own
    if length.denominator > _FINEST:
        count = int((last - first) / length) + 2
        places = tuple(first - start + index * length for index in range(count))
        return Barlines(tuple(place for place in places if place >= first), barring.metre.time, own)
    step = Fraction(1, length.denominator)
    begin = first // step * step
    logits = np.full(int((last - begin) / step) + 2, NO_ATTACK)
    for place, odds in zip(grid, downbeats.tolist(), strict=True):
        if ((place - begin) / step).denominator == 1:
            index = int((place - begin) / step)
            logits[index] = max(logits[index], odds)
    size = int(length / step)
    where, _ = measures_of(logits, {size: 0.0}, round(start / step) % size, _IRREGULAR)
    places = tuple(begin + index * step for index in np.flatnonzero(where == 0).tolist())
    return Barlines(places, barring.metre.time, own)


def signatures(lines: Barlines, earliest: Fraction) -> tuple[Fraction, dict[Fraction, TimeSignature]]:
    """The beat that is the start of the score, and every new signature by its onset in quarters from there.

    A score that does not start with a downbeat starts with its first note, or the half or third of a beat before it.
    """
    later = [place for place in lines.places if place > earliest]
    at_start = [place for place in lines.places if place <= earliest and earliest - place < 1]
    first = at_start[-1] if at_start else _pickup_start(earliest, lines)
    barlines = [first, *later]
    times = {Fraction(0): lines.time}
    if not at_start and later:
        times[(later[0] - first) * lines.unit] = lines.time
        barlines = later
    last = lines.time
    for place, following in pairwise(barlines):
        own = _signature((following - place) * lines.unit, lines.time)
        if own != last:
            times[(place - first) * lines.unit] = last = own
    if barlines and last != lines.time:
        times[(barlines[-1] - first) * lines.unit] = lines.time
    return first, times


def _pickup_start(earliest: Fraction, lines: Barlines) -> Fraction:
    part = Fraction(1, 3 if lines.unit.numerator % 3 == 0 else 2)
    return earliest // part * part


def _signature(duration: Fraction, usual: TimeSignature) -> TimeSignature:
    """The signature of a measure of a duration in quarters: the usual one if it fits."""
    if duration == usual.duration:
        return usual
    kinds = [kind for kind in (usual.beat_type, 4, 8, 16, 32) if (duration * kind / 4).denominator == 1]
    return TimeSignature((int(duration * kinds[0] / 4),), kinds[0]) if kinds else usual
