"""MIDI velocities at each place of a part, from dynamic marks, hairpins and sforzati.

A mark holds from its onset to the next one. It holds for all staves of its part, unless another staff has its
own mark at the same place. A hairpin changes the velocity linearly, up or down to the mark that follows it
within a quarter, else by one step of the scale of marks. A hairpin from or to niente leaves the level unchanged
after it, unless a mark stands inside. A sforzato is louder at its onset only; after `fp` and similar marks the
level is softer.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, TypeVar

from scoregen.score.directions import Dynamic
from scoregen.score.elements import Score
from scoregen.score.spanners import Wedge
from scoregen.score.timeline import measure_onsets, spanner_span

VELOCITY = 72
"""The velocity of a note before the first mark."""
_STEP = 16
_NEAR = Fraction(1)
_LEVELS = {
    **{"n": 1, "pppppp": 2, "ppppp": 5, "pppp": 10, "ppp": 16, "pp": 33, "p": 49, "mp": 64},
    **{"mf": 80, "f": 96, "ff": 112, "fff": 126, "ffff": 127, "fffff": 127, "ffffff": 127},
}
_ACCENTS = {
    **{"sf": 112, "sfz": 112, "fz": 112, "rf": 104, "rfz": 104, "sffz": 126},
    **{"fp": 96, "sfp": 112, "sfpp": 112, "sfzp": 112, "pf": 49},
}
"""The velocity at the onset of a mark whose level changes at once."""
_AFTERWARDS = {"fp": 49, "sfp": 49, "sfpp": 33, "sfzp": 49, "pf": 96}


class _Segment(NamedTuple):
    """From `start` on, a velocity that moves from `first` to `last` until `stop` and stays there."""

    start: Fraction
    stop: Fraction
    first: Fraction
    last: Fraction

    def at(self, place: Fraction) -> Fraction:
        if place >= self.stop:
            return self.last
        return self.first + (self.last - self.first) * (place - self.start) / (self.stop - self.start)


@dataclass(frozen=True, slots=True)
class DynamicCurve:
    """The velocities of one staff, by quarters from the start of the notated score."""

    segments: tuple[_Segment, ...]
    accents: Mapping[Fraction, int]

    def velocity(self, place: Fraction) -> int:
        """The velocity, 1 to 127, of a note at a place."""
        if place in self.accents:
            return self.accents[place]
        return min(max(round(_level_at(self.segments, place)), 1), 127)


def _level_at(segments: Sequence[_Segment], place: Fraction) -> Fraction:
    """The level of the last of some segments, sorted by start, that has begun."""
    index = bisect_right(segments, place, key=lambda segment: segment.start) - 1
    return segments[index].at(place) if index >= 0 else Fraction(VELOCITY)


class _Mark(NamedTuple):
    place: Fraction
    staff: int
    value: Dynamic


class _Hairpin(NamedTuple):
    place: Fraction
    staff: int
    stop: Fraction
    wedge: Wedge


_Item = TypeVar("_Item", _Mark, _Hairpin)


def dynamic_curves(score: Score) -> Mapping[tuple[str, int], DynamicCurve]:
    """The curve of every staff of every part, by part id and staff."""
    onsets = measure_onsets(score)
    curves = {}
    for part in score.parts:
        marks, hairpins = _marks(score, part.id, onsets), _hairpins(score, part.id, onsets)
        for staff in range(1, part.staves + 1):
            curves[part.id, staff] = _curve(_of_staff(marks, staff), _of_staff(hairpins, staff))
    return curves


def _marks(score: Score, part: str, onsets: Sequence[Fraction]) -> list[_Mark]:
    return [
        _Mark(start + direction.onset, direction.staff, direction.value)
        for measure, start in zip(score.measures, onsets, strict=True)
        for direction in measure.directions
        if direction.part == part and isinstance(direction.value, Dynamic)
    ]


def _hairpins(score: Score, part: str, onsets: Sequence[Fraction]) -> list[_Hairpin]:
    found = []
    for index, measure in enumerate(score.measures):
        for wedge in measure.spanners:
            if isinstance(wedge, Wedge) and wedge.part == part:
                place, stop = spanner_span(score, onsets, index, wedge)
                found.append(_Hairpin(place, wedge.staff, stop, wedge))
    return [hairpin for hairpin in found if hairpin.place < hairpin.stop]


def _of_staff(items: Sequence[_Item], staff: int) -> list[_Item]:
    """The items that apply to a staff: at one place its own, if it has any there."""
    own = {item.place for item in items if item.staff == staff}
    return [item for item in items if item.staff == staff or item.place not in own]


def _curve(marks: Sequence[_Mark], hairpins: Sequence[_Hairpin]) -> DynamicCurve:
    segments: list[_Segment] = []
    accents = {mark.place: accent for mark in marks if (accent := _accent(mark.value)) is not None}
    items: list[_Mark | _Hairpin] = [*marks, *hairpins]
    for item in sorted(items, key=lambda item: (item.place, isinstance(item, _Hairpin))):
        for segment in _segments(item, _level_at(segments, item.place), marks):
            insort(segments, segment, key=lambda segment: segment.start)
    return DynamicCurve(tuple(segments), accents)


def _segments(item: _Mark | _Hairpin, level: Fraction, marks: Sequence[_Mark]) -> Iterator[_Segment]:
    """The segments of a mark or hairpin that begins at a level."""
    if isinstance(item, _Mark):
        if (new := _level(item.value)) is not None:
            yield _Segment(item.place, item.place, Fraction(new), Fraction(new))
        return
    yield _ramp(item, level, marks)
    if item.wedge.niente:
        inside = [_level(mark.value) for mark in marks if item.place < mark.place < item.stop]
        after = next((Fraction(found) for found in reversed(inside) if found is not None), level)
        yield _Segment(item.stop, item.stop, after, after)


def _ramp(hairpin: _Hairpin, level: Fraction, marks: Sequence[_Mark]) -> _Segment:
    """To the mark at the hairpin's end if its level is in the hairpin's direction, else by one step."""
    sign = 1 if hairpin.wedge.type == "crescendo" else -1
    if hairpin.wedge.niente:
        first, last = (Fraction(1), level) if sign > 0 else (level, Fraction(1))
        return _Segment(hairpin.place, hairpin.stop, first, last)
    near = [mark for mark in marks if hairpin.stop <= mark.place <= hairpin.stop + _NEAR]
    goal = next((found for mark in near if (found := _level(mark.value)) is not None), None)
    fits = goal is not None and (goal - level) * sign > 0
    last = Fraction(goal) if goal is not None and fits else level + sign * _STEP
    return _Segment(hairpin.place, hairpin.stop, level, min(max(last, Fraction(1)), Fraction(127)))


def _symbol(dynamic: Dynamic) -> str:
    """The last word of the mark that is a dynamic: `f` of `piu f`."""
    known = [word for word in dynamic.mark.split() if word in _LEVELS or word in _ACCENTS]
    return known[-1] if known else ""


def _level(dynamic: Dynamic) -> int | None:
    """The velocity after a mark; None if it does not change."""
    symbol = _symbol(dynamic)
    if symbol in _ACCENTS:
        return _AFTERWARDS.get(symbol)
    return dynamic.velocity if dynamic.velocity is not None else _LEVELS.get(symbol)


def _accent(dynamic: Dynamic) -> int | None:
    """The velocity at the onset alone, of a sforzato or similar mark."""
    symbol = _symbol(dynamic)
    return (dynamic.velocity or _ACCENTS[symbol]) if symbol in _ACCENTS else None
