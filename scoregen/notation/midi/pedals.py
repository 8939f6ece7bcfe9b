"""The damper pedal between a score and MIDI's controller 64."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.notation.midi.measures.columns import Column, column_at
from scoregen.score.elements import Measure, Part, Score
from scoregen.score.spanners import End, Pedal
from scoregen.score.timeline import measure_onsets, spanner_span

DAMPER = 64
"""The number of the controller."""
DOWN = 64
"""The least value at which the pedal is down."""
_GRID = 48  # positions per quarter that notes can have
_STEP = Fraction(1, 16)


def pedal_spans(score: Score, part_id: str) -> Iterator[tuple[Fraction, Fraction]]:
    """Start and end of the pedals of a part, in quarters from the start of the score."""
    onsets = measure_onsets(score)
    for index, measure in enumerate(score.measures):
        for pedal in measure.spanners:
            if isinstance(pedal, Pedal) and pedal.part == part_id:
                yield spanner_span(score, onsets, index, pedal)


def with_pedals(
    measures: Sequence[Measure], columns: Sequence[Column], part: Part, changes: Iterable[tuple[Fraction, int]]
) -> list[Measure]:
    """The measures with the pedals of a part, at its lowest staff.

    `changes` are the controller's values by onset in quarters.
    """
    found = list(measures)
    for start, stop in _spans(changes, columns[-1].end):
        first, last = column_at(start, columns), column_at(stop, columns)
        end = End(last - first, stop - columns[last].onset)
        pedal = Pedal(part.id, start - columns[first].onset, end, part.staves)
        found[first] = replace(found[first], spanners=(*found[first].spanners, pedal))
    return found


def _spans(changes: Iterable[tuple[Fraction, int]], end: Fraction) -> Iterator[tuple[Fraction, Fraction]]:
    """From each time that the pedal goes down to the next time that it comes up, at notatable places."""
    down: Fraction | None = None
    for onset, value in (*changes, (end, 0)):
        place = min(_place(onset), end)
        if value >= DOWN and down is None:
            down = place
        elif value < DOWN and down is not None:
            if down < place:
                yield down, place
            down = None


def _place(onset: Fraction) -> Fraction:
    return onset if _GRID % onset.denominator == 0 else round(onset / _STEP) * _STEP
