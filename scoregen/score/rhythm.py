"""Note values (note type, dots, tuplet ratio) and the notation of durations.

A duration is an exact `Fraction` of a quarter, derived from the note value. `notate` is the inverse:
it turns the onsets and ends of a voice into note values and ties that keep the metre readable.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, pairwise

from scoregen.score.metre import TimeSignature

NOTE_TYPES: dict[str, Fraction] = {
    "maxima": Fraction(32),
    "long": Fraction(16),
    "breve": Fraction(8),
    "whole": Fraction(4),
    "half": Fraction(2),
    "quarter": Fraction(1),
    "eighth": Fraction(1, 2),
    "16th": Fraction(1, 4),
    "32nd": Fraction(1, 8),
    "64th": Fraction(1, 16),
    "128th": Fraction(1, 32),
    "256th": Fraction(1, 64),
    "512th": Fraction(1, 128),
    "1024th": Fraction(1, 256),
}
_TYPE_BY_DURATION = {duration: name for name, duration in NOTE_TYPES.items()}
_DOTS = (Fraction(1), Fraction(3, 2), Fraction(7, 4), Fraction(15, 8))
FINEST = Fraction(1, 16)
"""The shortest binary length that `notate` writes: a 64th note."""
_SHORTEST_SPAN = Fraction(1, 4)


@dataclass(frozen=True, slots=True)
class NoteValue:
    """A notated length; `actual` notes take the time of `normal` (3 and 2 in a triplet)."""

    type: str
    dots: int = 0
    actual: int = 1
    normal: int = 1

    @property
    def duration(self) -> Fraction:
        return _duration(self.type, self.dots, self.actual, self.normal)

    @property
    def is_tuplet(self) -> bool:
        return self.actual != self.normal

    @classmethod
    def plain(cls, duration: Fraction, max_dots: int = 1) -> NoteValue | None:
        """The value of this duration with at most `max_dots` dots and no tuplet, or None."""
        for dots in range(max_dots + 1):
            name = _TYPE_BY_DURATION.get(duration / _DOTS[dots])
            if name is not None:
                return cls(name, dots)
        return None

    @classmethod
    def of(cls, duration: Fraction) -> NoteValue:
        """A value for any positive duration: plain, else a triplet, else a ratio to a quarter."""
        plain = cls.plain(duration, 2)
        if plain is not None:
            return plain
        triplet = cls.plain(duration * Fraction(3, 2))
        if triplet is not None:
            return cls(triplet.type, triplet.dots, 3, 2)
        return cls("quarter", 0, duration.denominator, duration.numerator)


def beat_value(time: TimeSignature) -> NoteValue:
    """The note value in which tempos of a metre are written: that of its first beat, else a quarter."""
    return NoteValue.plain(time.groups[0]) or NoteValue("quarter")


@lru_cache(maxsize=1024)  # called for every element of every voice
def _duration(name: str, dots: int, actual: int, normal: int) -> Fraction:
    return NOTE_TYPES[name] * (2 - Fraction(1, 2**dots)) * Fraction(normal, actual)


Stretch = tuple[Fraction, Fraction]
"""Onset in the measure and end, in quarters."""


def notate(
    ends: Sequence[Fraction],
    duration: Fraction,
    time: TimeSignature,
    start: Fraction = Fraction(0),
    rests: Iterable[int] = (),
) -> tuple[tuple[NoteValue, ...], ...]:
    """Note values for a voice of one measure whose notes end at `ends`, the last at `duration`.

    `start` is the position in the metre at which the measure begins (3 for an anacrusis of one quarter
    in 4/4). `rests` are the indices of the notes that are rests; rests follow the metre more strictly.
    Returns one tuple for each note: its values in order, to be tied unless it is a rest. In each beat,
    notes must begin and end on 64ths or on the 32nds of a triplet (see `fits`); the halves and quarters
    of a beat may each have their own division.

    Raises ValueError if a note does not fit.
    """
    return _notated((Fraction(0), *ends), duration, time, start, frozenset(rests))


@lru_cache(maxsize=8192)
def _notated(
    cuts: tuple[Fraction, ...], duration: Fraction, time: TimeSignature, start: Fraction, rests: frozenset[int]
) -> tuple[tuple[NoteValue, ...], ...]:
    if cuts[-1] != duration or any(a >= b for a, b in pairwise(cuts)):
        raise ValueError(f"note ends {[str(end) for end in cuts[1:]]} do not fill a measure of {duration}")
    regions = _tuplet_regions(cuts, duration, time, start)
    return tuple(
        tuple(_note_values(onset, end, regions, _Metre(time, start, _rest_readable if index in rests else _readable)))
        for index, (onset, end) in enumerate(pairwise(cuts))
    )


def fits(
    boundaries: Iterable[Fraction], duration: Fraction, time: TimeSignature, start: Fraction = Fraction(0)
) -> bool:
    """Whether one voice of a measure can be notated with notes that begin or end at these positions."""
    try:
        _tuplet_regions(tuple(sorted({Fraction(0), *boundaries, duration})), duration, time, start)
    except ValueError:
        return False
    return True


def tuplet_span(time: TimeSignature) -> Fraction:
    """The length within which a voice has one division, in two or in three: at most a quarter."""
    return min(Fraction(1), time.unit)


@lru_cache(maxsize=8192)  # a corpus repeats a few thousand rhythms
def _tuplet_regions(
    cuts: tuple[Fraction, ...], duration: Fraction, time: TimeSignature, start: Fraction
) -> tuple[Stretch, ...]:
    """The stretches of the measure that are written as triplets, in order."""
    unit = tuplet_span(time)
    regions: list[Stretch] = []
    position = start - start % unit
    while position < start + duration:
        low = position - start
        wide = _wide_triplet(cuts, low, duration, position, unit, time)
        regions.extend([(low, low + wide)] if wide else _triplets_between(low, low + unit, cuts, duration))
        position += wide or unit
    return tuple(regions)


def _wide_triplet(
    cuts: Sequence[Fraction], low: Fraction, duration: Fraction, position: Fraction, unit: Fraction, time: TimeSignature
) -> Fraction | None:
    """The length of a triplet of quarters, halves or wholes that begins at `low`; None if the cuts show none."""
    if time.is_compound or low not in cuts:
        return None
    for wide in (8 * unit, 4 * unit, 2 * unit):
        fits_measure = position % wide == 0 and low + wide <= duration and low + wide in cuts
        if fits_measure and _shows_triplet([cut - low for cut in cuts if low < cut < low + wide], wide):
            return wide
    return None


def _shows_triplet(inside: Sequence[Fraction], wide: Fraction) -> bool:
    """Whether the cuts inside a stretch are at its thirds, or at both thirds and some of its sixths."""
    thirds = [cut for cut in inside if cut in (wide / 3, 2 * wide / 3)]
    return bool(thirds) and (len(thirds) == len(inside) or (len(thirds) == 2 and _all_on(wide / 6, inside)))


def _triplets_between(low: Fraction, high: Fraction, cuts: Sequence[Fraction], duration: Fraction) -> list[Stretch]:
    """The triplets of one span: none, one for the whole span, or those of its halves."""
    inside = [cut - low for cut in cuts if low <= cut < high]
    if _all_on(FINEST, inside):
        return []
    unit = high - low
    middle = low + unit / 2
    shortest = unit <= _SHORTEST_SPAN
    shows_triplet = shortest or unit / 2 not in inside or {unit / 3, 2 * unit / 3} <= set(inside)
    if low >= 0 and high <= duration and shows_triplet and _all_on(unit / 12, inside):
        return [(low, high)]
    if shortest:
        raise ValueError(f"notes that begin or end at {', '.join(str(low + cut) for cut in inside)} cannot be notated")
    return _triplets_between(low, middle, cuts, duration) + _triplets_between(middle, high, cuts, duration)


def _all_on(grid: Fraction, places: Sequence[Fraction]) -> bool:
    return all((place / grid).denominator == 1 for place in places)


@dataclass(frozen=True, slots=True)
class _Metre:
    """The metre in which a note is notated, and the rule for lengths that cross strong positions."""

    time: TimeSignature
    start: Fraction
    readable: Callable[[NoteValue, Fraction, Fraction, Fraction, TimeSignature], bool]


def _note_values(onset: Fraction, end: Fraction, regions: Sequence[Stretch], metre: _Metre) -> list[NoteValue]:
    """The values of one note: binary outside triplets, three in the time of two inside."""
    values: list[NoteValue] = []
    for low, high in regions:
        if high <= onset or low >= end:
            continue
        if low > onset:
            values.extend(_binary(onset, low, metre))
        values.extend(_triplet(max(onset, low), min(end, high)))
        onset = min(end, high)
    return values + (_binary(onset, end, metre) if onset < end else [])


def _triplet(onset: Fraction, end: Fraction) -> list[NoteValue]:
    """Values inside a triplet (three in the time of two), the longest first."""
    written = (end - onset) * Fraction(3, 2)
    values: list[NoteValue] = []
    while written > 0:
        value = next(
            NoteValue(name, dots, 3, 2)
            for name, length in NOTE_TYPES.items()
            for dots in (1, 0)
            if length * _DOTS[dots] <= written
        )
        values.append(value)
        written -= value.duration * Fraction(3, 2)
    return values


def _binary(onset: Fraction, end: Fraction, metre: _Metre) -> list[NoteValue]:
    """Values outside tuplets: one if the metre stays readable, else split at the strongest position."""
    value = NoteValue.plain(end - onset)
    low, high = onset + metre.start, end + metre.start
    crossed = _strongest_inside(low, high, metre.time)
    if value is not None and (crossed is None or metre.readable(value, low, high, crossed, metre.time)):
        return [value]
    if crossed is None:
        raise ValueError(f"a length of {end - onset} quarters at {onset} has no binary notation")
    cut = crossed - metre.start
    return _binary(onset, cut, metre) + _binary(cut, end, metre)


def _strongest_inside(low: Fraction, high: Fraction, time: TimeSignature) -> Fraction | None:
    """The strongest metrical position strictly between two others.

    Among equals it is the one that leaves the longer part at the stronger end: the last if the start
    is at least as strong as the end, else the first.
    """
    towards = -1 if time.strength(low) <= time.strength(high) else 1
    step = time.unit
    while step >= FINEST:
        places = _multiples_inside(low, high, step)
        if places:
            return min(places, key=lambda place: (time.strength(place), towards * place))
        step /= 2
    return None


def _multiples_inside(low: Fraction, high: Fraction, step: Fraction) -> list[Fraction]:
    first = (low // step + 1) * step
    return [first + index * step for index in range(math.ceil((high - first) / step))]


def _readable(value: NoteValue, low: Fraction, high: Fraction, crossed: Fraction, time: TimeSignature) -> bool:
    """Whether one note may cross the strongest position inside it.

    It may if it starts or ends on a position that is as strong, or if it starts just one level weaker (a
    syncopation of one level). A note of one beat may extend over any beat evenly, as in editions of
    chorales. In compound metres a note that crosses a beat must be dotted.
    """
    strength = time.strength(crossed)
    begins, ends = time.strength(low), time.strength(high)
    if time.is_compound and crossed % (3 * time.unit) == 0:
        return min(begins, ends) <= strength and value.dots > 0
    if begins <= strength or ends <= strength:
        return True
    if value.dots == 0 and value.duration == time.unit and crossed - low == high - crossed:
        return True
    return begins <= strength + 1 and (ends <= strength + 1 or value.dots > 0)


def _rest_readable(value: NoteValue, low: Fraction, high: Fraction, crossed: Fraction, time: TimeSignature) -> bool:
    """Whether one rest may cross the strongest position inside it.

    A rest must start on a stronger position than any inside it. It has a dot only if it fills beats of
    a compound metre, and in a measure of three beats it does not join two of them.
    """
    if time.strength(low) >= time.strength(crossed):
        return False
    if time.is_compound and crossed % (3 * time.unit) == 0:
        return value.dots > 0 and len(time.groups) % 3 > 0
    fills_beat = time.is_compound and value.duration == 3 * time.unit
    joins_two_of_three = len(time.groups) == 3 and crossed in accumulate(time.groups)
    return fills_beat if value.dots else not joins_two_of_three
