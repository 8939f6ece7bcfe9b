"""The division of each beat that its onsets show: none, halves, quarters, thirds and finer ones.

Of the divisions of a beat the one is taken whose cost is least: how far the onsets are from its grid, in standard
deviations of human timing, and how uncommon the division is; two attacks on one point of a grid cost more than either
(after Cemgil, Desain and Kappen, Rhythm quantization for transcription, 2000).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

Costs = Mapping[Fraction, float]

SIMPLE: Costs = {
    Fraction(1): 0.0,
    Fraction(1, 2): 0.6,
    Fraction(1, 4): 2.0,
    Fraction(1, 3): 2.6,
    Fraction(1, 8): 6.0,
    Fraction(1, 6): 5.5,
}
"""Divisions of a beat in two, by their step as a share of the beat, with the negative logarithm of their odds."""
COMPOUND: Costs = {Fraction(1): 0.0, Fraction(1, 3): 0.8, Fraction(1, 6): 2.2, Fraction(1, 12): 6.0}
"""Divisions of a beat in three."""
_SAME_ATTACK = 0.06
"""Two onsets farther apart than this, in beats, should not meet on one point."""
_COLLISION = 5.0
_FARTHEST = 9.0
_MOST = 9.0
"""What one beat counts at most when two kinds of divisions are compared."""


def place_onsets(onsets: Sequence[float], spread: float, costs: Costs) -> list[Fraction]:
    """The onsets, in beats, on the grids of their beats. `spread` is the standard deviation of timing, in beats."""
    by_beat: dict[int, list[float]] = defaultdict(list)
    for onset in onsets:
        by_beat[_beat_of(onset, spread)].append(onset)
    steps = {beat: _best(beat, own, spread, costs)[0] for beat, own in by_beat.items()}
    return [_nearest(onset, _beat_of(onset, spread), steps) for onset in onsets]


def total_cost(onsets: Iterable[float], spread: float, costs: Costs) -> float:
    """The least cost of all beats with these divisions; a single beat, such as one with a trill, cannot decide."""
    by_beat: dict[int, list[float]] = defaultdict(list)
    for onset in onsets:
        by_beat[_beat_of(onset, spread)].append(onset)
    return sum(min(_best(beat, own, spread, costs)[1], _MOST) for beat, own in by_beat.items())


def _beat_of(onset: float, spread: float) -> int:
    """The beat that an onset belongs to; one that is a little early belongs to the next."""
    return int((onset + min(1.5 * spread, 0.12)) // 1)


def _nearest(onset: float, beat: int, steps: Mapping[int, Fraction]) -> Fraction:
    step = steps[beat]
    return beat + min(max(round((onset - beat) / step), 0), int(1 / step)) * step


def _best(beat: int, onsets: Sequence[float], spread: float, costs: Costs) -> tuple[Fraction, float]:
    """The step with the least cost for the onsets of a beat, and that cost."""
    rated = {step: _cost([onset - beat for onset in onsets], spread, step) + cost for step, cost in costs.items()}
    best = min(rated, key=lambda step: rated[step])
    return best, rated[best]


def _cost(offsets: Sequence[float], spread: float, step: Fraction) -> float:
    width = float(step)
    points = [min(max(round(offset / width), 0), int(1 / step)) for offset in offsets]
    far = sum(
        min(0.5 * ((offset - point * width) / spread) ** 2, _FARTHEST)
        for offset, point in zip(offsets, points, strict=True)
    )
    ordered = sorted(zip(offsets, points, strict=True))
    meets = sum(q == p and b - a > max(_SAME_ATTACK, 1.5 * spread) for (a, p), (b, q) in pairwise(ordered))
    return far + _COLLISION * meets
