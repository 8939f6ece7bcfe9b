"""The positions of a measure at which a voice may begin a note or rest so that it can be notated.

Between two multiples of the tuplet span a voice has one division, in two or in three. For every tick it
is therefore enough to know in which divisions a note may begin or end there.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from scoregen.score.rhythm import FINEST, fits, tuplet_span
from scoregen.tokens.events import Header
from scoregen.tokens.vocabulary import vocabulary

NEITHER, IN_TWO, IN_THREE, EITHER = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Finest:
    """The grids, in quarters, on which new notes begin and end: in two, and in three."""

    binary: Fraction
    triplet: Fraction


DEFAULT_FINEST = Finest(Fraction(1, 4), Fraction(1, 3))
"""The default if no style is given: 16ths and triplets of eighths."""


@dataclass(frozen=True, slots=True)
class OnsetPlaces:
    """By tick of a measure: its tuplet span, and the divisions that have a position there.

    `notatable` has all that `notate` can write, `free` only those on the grids of `Finest`.
    """

    spans: tuple[int, ...]
    notatable: tuple[int, ...]
    free: tuple[int, ...]


def places(head: Header, finest: Finest) -> OnsetPlaces:
    """The positions of a measure; ValueError if not even one note of its length can be notated."""
    if not fits((), head.duration, head.time, head.start):
        raise ValueError(f"a measure of {head.duration} quarters in {head.time} cannot be notated")
    return _places(tuplet_span(head.time), head.duration, head.start, finest)


@lru_cache(maxsize=512)
def _places(span: Fraction, duration: Fraction, start: Fraction, finest: Finest) -> OnsetPlaces:
    ticks_per_quarter = vocabulary().ticks_per_quarter
    third, twelfth = _third(span, finest), span / 12
    spans, notatable, free = [], [], []
    for tick in range(int(duration * ticks_per_quarter)):
        metric = Fraction(tick, ticks_per_quarter) + start
        inside = metric % span
        low = metric - inside - start
        whole = low >= 0 and low + span <= duration
        can = _divisions(inside % FINEST == 0, whole and inside % twelfth == 0)
        may = _divisions(metric % finest.binary == 0, third is not None and inside % third == 0)
        spans.append(int(metric // span))
        notatable.append(can)
        free.append(can & may)
    return OnsetPlaces(tuple(spans), tuple(notatable), tuple(free))


def _divisions(in_two: bool, in_three: bool) -> int:
    return IN_TWO * in_two | IN_THREE * in_three


def _third(span: Fraction, finest: Finest) -> Fraction | None:
    """The shortest triplet step of a span that is not too short; None if its thirds are too short."""
    step = span / 3
    if step < finest.triplet:
        return None
    while step / 2 >= finest.triplet and step > span / 12:
        step /= 2
    return step
