"""Tempos and measures between hit points: every hit falls on a downbeat, and the tempo deviates least.

The time between two hits is a segment of constant tempo with a whole number of beats. Segments are chosen by dynamic
programming over the numbers of beats that the tempo range allows. The cost is the sum of the squared logarithms of the
ratios of each tempo to the wanted one and to the tempo before, of a price for a measure of another length, and of the
weights of the hits that are left out. A step of tempo over the given share is excluded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

IRREGULAR_PRICE = 0.02
"""The price of a measure of another length, that of a tempo 15 percent off."""
CHANGE_PRICE = 0.5
"""The weight of a step of tempo beside a deviation from the wanted tempo."""
LEFT_OUT_PRICE = 0.5
"""The price of a hit that is left out is its weight times this, that of a tempo twice as fast as wanted."""
REQUIRED = 1.0
"""The weight from which a hit may not be left out."""
MOST_HITS = 200


@dataclass(frozen=True, slots=True)
class Tempos:
    """The wanted tempo and its range in beats per minute, the largest step as a share, and the beats of a measure."""

    wanted: Fraction
    slowest: Fraction
    fastest: Fraction
    jump: Fraction = Fraction(1, 4)
    beats: int = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """A time in seconds from the start of the music, with its weight: a hit of weight 1 is required."""

    time: Fraction
    weight: float = REQUIRED


@dataclass(frozen=True, slots=True)
class Segment:
    """Music of constant tempo from one hit to another; `stop` is the index of the hit that it ends with."""

    start: Fraction
    seconds: Fraction
    beats: int
    stop: int

    @property
    def tempo(self) -> Fraction:
        """Beats per minute."""
        return 60 * self.beats / self.seconds

    def measures(self, beats: int) -> tuple[int, int]:
        """The number of regular measures, and the beats of another one at the end, 0 if there is none."""
        whole, rest = divmod(self.beats, beats)
        return (whole - 1, beats + 1) if rest == 1 and whole else (whole, rest)


class NoTempoError(Exception):
    """No tempos fit; `first` and `last` are the indices of the hits between which none does (-1 for the start)."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__(f"no tempo fits between the hits {first} and {last}")
        self.first, self.last = first, last


@dataclass(frozen=True, slots=True)
class _State:
    """The best way to a hit with a last segment; `cost` is that of the whole way."""

    cost: float
    segment: Segment
    before: _State | None


def solved(hits: Sequence[Hit], tempos: Tempos) -> tuple[Segment, ...]:
    """The segments up to the last hit, which is the end of the music. NoTempoError if there are none.

    `hits` are in order, at different times after 0.
    """
    states: list[list[_State]] = []
    for stop in range(len(hits)):
        states.append(list(_ways(hits, stop, states, tempos)))
        if not states[stop] and hits[stop].weight >= REQUIRED:
            raise NoTempoError(_last_reached(states), stop)
    if not states[-1]:
        raise NoTempoError(_last_reached(states), len(hits) - 1)
    return _path(min(states[-1], key=lambda state: state.cost))


def _ways(hits: Sequence[Hit], stop: int, states: Sequence[Sequence[_State]], tempos: Tempos) -> Iterator[_State]:
    """The best way with each last segment, from the start or an earlier hit; hits are left out only if they may be."""
    price, widest = 0.0, math.log(1 + tempos.jump) + 1e-12
    for start in range(stop - 1, -2, -1):
        before = sorted(enumerate(states[start]), key=lambda row: row[1].cost) if start >= 0 else []
        for segment in _segments(hits, start, stop, tempos):
            own = _cost(segment, tempos) + price
            if start < 0:
                yield _State(own, segment, None)
            elif way := _continued(before, segment, own, widest):
                yield way
        if start >= 0 and hits[start].weight >= REQUIRED:
            return
        price += LEFT_OUT_PRICE * hits[start].weight if start >= 0 else 0.0


def _continued(before: Sequence[tuple[int, _State]], segment: Segment, own: float, widest: float) -> _State | None:
    """The cheapest of the ways before, which come in the order of their costs, that a segment of cost `own` follows."""
    best: tuple[float, int, _State] | None = None
    for place, state in before:
        if best is not None and state.cost + own > best[0]:
            break
        step = abs(math.log(_ratio(segment, state.segment)))
        if step <= widest:
            found = (state.cost + own + CHANGE_PRICE * step**2, place, state)
            best = found if best is None or found[:2] < best[:2] else best
    return None if best is None else _State(best[0], segment, best[2])


def _ratio(after: Segment, before: Segment) -> float:
    """The ratio of two tempos, of whole numbers: a fraction would be reduced each time."""
    a, b = after.seconds, before.seconds
    return (after.beats * b.numerator * a.denominator) / (before.beats * a.numerator * b.denominator)


def _segments(hits: Sequence[Hit], start: int, stop: int, tempos: Tempos) -> Iterator[Segment]:
    begin = hits[start].time if start >= 0 else Fraction(0)
    seconds = hits[stop].time - begin
    low, high = math.ceil(seconds * tempos.slowest / 60), math.floor(seconds * tempos.fastest / 60)
    for beats in range(max(low, 1), high + 1):
        yield Segment(begin, seconds, beats, stop)


def _cost(segment: Segment, tempos: Tempos) -> float:
    deviation = math.log(segment.tempo / tempos.wanted)
    return deviation**2 + (IRREGULAR_PRICE if segment.beats % tempos.beats else 0.0)


def _last_reached(states: Sequence[Sequence[_State]]) -> int:
    return max((index for index, own in enumerate(states) if own), default=-1)


def _path(state: _State | None) -> tuple[Segment, ...]:
    found: list[Segment] = []
    while state is not None:
        found.append(state.segment)
        state = state.before
    return tuple(reversed(found))
