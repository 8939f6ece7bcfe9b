"""Spanners, which extend from one onset to another: hairpins, slurs and pedals.

A spanner belongs to the measure in which it begins, and its end is counted in measures from there. Measures
can therefore be cut out or repeated without changes to their spanners. An end after the last measure means
the end of the score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, NamedTuple

from scoregen.score.directions import Placement

if TYPE_CHECKING:
    from scoregen.score.elements import Measure, Slot

WedgeType = Literal["crescendo", "diminuendo"]


class End(NamedTuple):
    """The end of a spanner: `measures` after the measure of the spanner, at `onset` in quarters there."""

    measures: int
    onset: Fraction


@dataclass(frozen=True, slots=True)
class Wedge:
    """A hairpin. `placement` is None for the usual one, below the staff."""

    part: str
    onset: Fraction
    end: End
    type: WedgeType
    staff: int = 1
    niente: bool = False
    placement: Placement | None = None


@dataclass(frozen=True, slots=True)
class Pedal:
    """The damper pedal, down from its onset to its end; drawn as a `line`, or as signs."""

    part: str
    onset: Fraction
    end: End
    staff: int = 1
    line: bool = False
    placement: Placement | None = None


@dataclass(frozen=True, slots=True)
class Slur:
    """A slur from one note or chord to another.

    It begins in the voice `slot` and ends there or in `end_slot`. An onset identifies an element; for
    a grace note, `grace` counts back from the element at that onset: 1 is the last grace note before it.
    """

    slot: Slot
    onset: Fraction
    end: End
    end_slot: Slot | None = None
    grace: int = 0
    end_grace: int = 0
    placement: Placement | None = None

    @property
    def part(self) -> str:
        return self.slot.part

    @property
    def last_slot(self) -> Slot:
        """The voice in which it ends."""
        return self.end_slot or self.slot


Spanner = Wedge | Pedal | Slur


def slice_measures(measures: Sequence[Measure], start: int, stop: int) -> tuple[Measure, ...]:
    """Measures by index, as in a slice, with the spanners cut to them.

    A hairpin or pedal keeps its part inside the measures; a slur that loses an end is removed.
    """
    begin, end, _ = slice(start, stop).indices(len(measures))
    rows = [_cut_ends(measure, end - index) for index, measure in enumerate(measures[begin:end], start=begin)]
    if rows:
        entering = tuple(_entering(measures, begin, end))
        rows[0] = replace(rows[0], spanners=(*entering, *rows[0].spanners)) if entering else rows[0]
    return tuple(rows)


def _cut_ends(measure: Measure, left: int) -> Measure:
    """The measure with spanners that end within `left` measures, including itself."""
    if all(spanner.end.measures < left for spanner in measure.spanners):
        return measure
    kept = (spanner for spanner in measure.spanners if spanner.end.measures < left or not isinstance(spanner, Slur))
    return replace(measure, spanners=tuple(_ended(spanner, left) for spanner in kept))


def _ended(spanner: Spanner, left: int) -> Spanner:
    return spanner if spanner.end.measures < left else replace(spanner, end=End(left, Fraction(0)))


def _entering(measures: Sequence[Measure], begin: int, end: int) -> Iterator[Spanner]:
    """The hairpins and pedals that have begun before an excerpt and continue into it."""
    for index, measure in enumerate(measures[:begin]):
        for spanner in measure.spanners:
            last = index + spanner.end.measures
            goes_on = last > begin or (last == begin and spanner.end.onset > 0)
            if goes_on and not isinstance(spanner, Slur):
                moved = replace(spanner, onset=Fraction(0), end=End(last - begin, spanner.end.onset))
                yield _ended(moved, end - begin)


def without_slurs(measures: Sequence[Measure], cuts: Callable[[Slot, int], bool]) -> tuple[Measure, ...]:
    """The measures without the slurs that begin or end in a voice and measure index for which `cuts` is true."""
    return tuple(_kept_slurs(measure, index, cuts) for index, measure in enumerate(measures))


def _kept_slurs(measure: Measure, index: int, cuts: Callable[[Slot, int], bool]) -> Measure:
    kept = tuple(spanner for spanner in measure.spanners if not _is_cut(spanner, index, cuts))
    return measure if len(kept) == len(measure.spanners) else replace(measure, spanners=kept)


def _is_cut(spanner: Spanner, index: int, cuts: Callable[[Slot, int], bool]) -> bool:
    if not isinstance(spanner, Slur):
        return False
    return cuts(spanner.slot, index) or cuts(spanner.last_slot, index + spanner.end.measures)
