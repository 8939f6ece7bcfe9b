"""Wedges, pedals and slurs: the ends in a part, paired to spanners.

A stop closes the open start with its number in the same voice, or for a direction on the same staff. The
remaining ends are paired in the order of time, which is not that of the text, since voices go back. An end
without a partner is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from lxml import etree

from scoregen.score.directions import Placement
from scoregen.score.elements import Slot
from scoregen.score.spanners import End, Pedal, Slur, Spanner, Wedge, WedgeType

Kind = Literal["wedge", "pedal", "slur"]
StrandKey = tuple[int, str, int]
"""Staff, voice name in the file, and a count of overlapping strands of that name."""
_PEDAL_ENDS = {"start": (True,), "resume": (True,), "stop": (False,), "discontinue": (False,), "change": (False, True)}


class SpannerEnd(NamedTuple):
    """The start or stop of a spanner; `strand` and `grace` are those of a slur's note.

    `type` is a wedge's; `flag` is niente for a wedge, and a line for a pedal.
    """

    kind: Kind
    starts: bool
    number: str
    onset: Fraction
    staff: int
    placement: Placement | None = None
    type: WedgeType = "crescendo"
    flag: bool = False
    strand: StrandKey | None = None
    grace: int = 0
    measure: int = 0

    @property
    def place(self) -> tuple[int, Fraction, int]:
        return self.measure, self.onset, -self.grace


def wedge_end(element: etree._Element, onset: Fraction, staff: int, placement: Placement | None) -> SpannerEnd:
    kind = element.get("type", "")
    return SpannerEnd(
        "wedge",
        kind in ("crescendo", "diminuendo"),
        element.get("number", "1") if kind != "continue" else "",
        onset,
        staff,
        placement if placement != "below" else None,
        "diminuendo" if kind == "diminuendo" else "crescendo",
        element.get("niente") == "yes",
    )


def pedal_ends(
    element: etree._Element, onset: Fraction, staff: int, placement: Placement | None
) -> Iterator[SpannerEnd]:
    """A change is a stop and a start."""
    for starts in _PEDAL_ENDS.get(element.get("type", ""), ()):
        line = element.get("line") == "yes"
        shown = placement if placement != "below" else None
        yield SpannerEnd("pedal", starts, element.get("number", "1"), onset, staff, shown, flag=line)


def slur_end(element: etree._Element, onset: Fraction, staff: int) -> SpannerEnd | None:
    """The start or stop on a note; its strand is set later."""
    kind = element.get("type")
    if kind not in ("start", "stop"):
        return None
    orientation = {"over": "above", "under": "below"}.get(element.get("orientation", ""))
    shown = element.get("placement", orientation)
    placement: Placement | None = "above" if shown == "above" else "below" if shown == "below" else None
    return SpannerEnd("slur", kind == "start", element.get("number", "1"), onset, staff, placement)


def paired_spanners(
    ends: Sequence[Sequence[SpannerEnd]], part: str, slots: Mapping[StrandKey, Slot]
) -> dict[int, tuple[Spanner, ...]]:
    """The spanners of a part by the index of their first measure; `ends` are those of each measure."""
    flat = [end._replace(measure=index) for index, row in enumerate(ends) for end in row if end.number]
    found: dict[int, list[Spanner]] = {}
    for start, stop in _pairs(flat):
        found.setdefault(start.measure, []).append(_spanner(start, stop, part, slots))
    return {index: tuple(sorted(spanners, key=_order)) for index, spanners in found.items()}


def _pairs(ends: Sequence[SpannerEnd]) -> Iterator[tuple[SpannerEnd, SpannerEnd]]:
    """Starts with their stops, first within one voice or staff; spanners without length are left out."""
    opened: dict[object, list[SpannerEnd]] = {}
    left: list[SpannerEnd] = []
    for end in ends:
        starts = opened.setdefault((end.kind, end.number, end.staff, end.strand), [])
        start = next((start for start in reversed(starts) if start.place < end.place), None)
        if end.starts:
            starts.append(end)
        elif start is not None:
            starts.remove(start)
            yield start, end
        elif starts and starts[-1].place == end.place:
            starts.pop()
        else:
            left.append(end)
    left += [start for starts in opened.values() for start in starts]
    yield from _pairs_across(sorted(left, key=lambda end: (end.place, end.starts)))


def _pairs_across(ends: Iterable[SpannerEnd]) -> Iterator[tuple[SpannerEnd, SpannerEnd]]:
    """Pairs that begin in one voice or staff and end in another, in the order of time."""
    opened: dict[tuple[Kind, str], list[SpannerEnd]] = {}
    for end in ends:
        starts = opened.setdefault((end.kind, end.number), [])
        if end.starts:
            starts.append(end)
        elif starts:
            yield starts.pop(), end


def _spanner(start: SpannerEnd, stop: SpannerEnd, part: str, slots: Mapping[StrandKey, Slot]) -> Spanner:
    end = End(stop.measure - start.measure, stop.onset)
    if start.kind == "wedge":
        niente = start.flag or stop.flag
        return Wedge(part, start.onset, end, start.type, start.staff, niente, start.placement)
    if start.kind == "pedal":
        return Pedal(part, start.onset, end, start.staff, start.flag, start.placement)
    assert start.strand is not None and stop.strand is not None  # a slur belongs to notes
    first, last = slots[start.strand], slots[stop.strand]
    other = last if last != first else None
    return Slur(first, start.onset, end, other, start.grace, stop.grace, start.placement)


def _order(spanner: Spanner) -> tuple[Fraction, int, tuple[object, ...]]:
    """By onset, then wedges, pedals, slurs, then by staff or voice, end and placement."""
    shown = spanner.placement or ""
    if isinstance(spanner, Slur):
        where = (spanner.slot, -spanner.grace, spanner.end, spanner.last_slot, -spanner.end_grace, shown)
        return spanner.onset, 2, where
    return spanner.onset, isinstance(spanner, Pedal), (spanner.staff, spanner.end, shown)
