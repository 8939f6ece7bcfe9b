"""Changes of clef inside a part: where many ledger lines would stand, for instruments that read several clefs.

A staff keeps its clef unless it needs more than three ledger lines for more than a measure. Clefs change at the start
of measures only. They are found by dynamic programming over the measures: few changes, few ledger lines.
"""

from __future__ import annotations

from collections.abc import Sequence

from scoregen.score.elements import Clef, Measure, Part, Score
from scoregen.score.instruments import instrument_of
from scoregen.score.pitch import Interval, Pitch

READABLE = 3
"""The most ledger lines that cost nothing."""
CHANGE = 1.0
"""The cost of a change; that of a measure full of notes with one ledger line too many is 1."""
AWAY = 0.25
"""The cost of a measure in the second clef of an instrument; in its third one it is twice this."""

Clefs = tuple[Clef, ...]


def clefs_by_measure(score: Score, part: Part) -> tuple[Clefs, ...]:
    """For each measure the clefs of the staves of a part. Those of the first measure are its own."""
    kind = instrument_of(part)
    if kind is None or not kind.other_clefs:
        return (part.clefs,) * len(score.measures)
    columns = [
        _clefs_of(_places(score, part, staff), (clef, *(each for each in kind.other_clefs if each != clef)))
        for staff, clef in enumerate(part.clefs, 1)
    ]
    return tuple(zip(*columns, strict=True))


def _places(score: Score, part: Part, staff: int) -> list[list[tuple[int, float]]]:
    """For each measure the written staff positions of the notes on a staff, with their shares of the measure."""
    return [_places_in(measure, part.id, staff, part.transposition) for measure in score.measures]


def _places_in(measure: Measure, part: str, staff: int, transposition: Interval) -> list[tuple[int, float]]:
    return [
        (note.pitch.diatonic - transposition.steps, float(element.duration / measure.duration))
        for voice in measure.voices
        if voice.slot.part == part
        for element in voice.elements
        for note in element.notes
        if isinstance(note.pitch, Pitch) and (note.staff or voice.slot.staff) == staff
    ]


def _clefs_of(measures: Sequence[Sequence[tuple[int, float]]], clefs: Clefs) -> list[Clef]:
    """The cheapest path through the clefs, of which the first opens; it ends in the clef of its last note."""
    costs, ways = [0.0] + [float("inf")] * (len(clefs) - 1), list[list[int]]()
    for places in measures:
        own = [_cost(places, clef, rank) for rank, clef in enumerate(clefs)]
        way = [_cheapest_before(costs, new) for new in range(len(clefs))]
        if not ways:
            way = list(range(len(clefs)))
        costs = [costs[old] + CHANGE * (old != new) + own[new] for new, old in enumerate(way)]
        ways.append(way)
    return _traced(ways, costs, clefs)


def _cheapest_before(costs: Sequence[float], new: int) -> int:
    """The clef before a clef on the cheapest path; rather the same than another."""
    return min(range(len(costs)), key=lambda old: (costs[old] + CHANGE * (old != new), old != new))


def _traced(ways: Sequence[Sequence[int]], costs: Sequence[float], clefs: Clefs) -> list[Clef]:
    at, path = costs.index(min(costs)), list[Clef]()
    for way in reversed(ways):
        path.append(clefs[at])
        at = way[at]
    return path[::-1]


def _cost(places: Sequence[tuple[int, float]], clef: Clef, rank: int) -> float:
    """The cost of a measure in a clef: its ledger lines beyond the readable ones, and half a line each of these."""
    if not places:
        return 0.0
    lines = [(clef.ledger_lines(place), share) for place, share in places]
    excess = sum(share * max(0, count - READABLE) for count, share in lines)
    total = sum(share * count for count, share in lines)
    return excess + 0.1 * total + AWAY * rank
