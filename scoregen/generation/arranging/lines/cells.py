"""Cells: the score cut at the beats where lines can change hands, and what every strand sounds in each cell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple

from scoregen.generation.arranging.lines.strands import Strand, strand_elements
from scoregen.score.elements import Element, Measure, Note, Score
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import measure_onsets, metrical_starts

LEAST_CUTS = 2
"""The strands that must end an element at a beat for it to begin a cell, if there are as many."""


class Sound(NamedTuple):
    """A note or a part of one in a cell: times in ticks from the start of the score, and a MIDI pitch.

    `struck` is false for a note that began before the cell or is tied.
    """

    start: int
    end: int
    pitch: int
    struck: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of a measure in quarters from its start; `begins_phrase` is true after a fermata or a section."""

    measure: int
    start: Fraction
    end: Fraction
    begins_phrase: bool = False


@dataclass(frozen=True)
class Source:
    """A score, its strands, its cells, and `sounds[cell][strand]`.

    `held[cell]` are the strands with a note that goes on over the start of the cell, `tied[cell]` those with a tie
    over it.
    """

    score: Score
    strands: tuple[Strand, ...]
    cells: tuple[Cell, ...]
    sounds: tuple[tuple[tuple[Sound, ...], ...], ...]
    held: tuple[frozenset[int], ...]
    tied: tuple[frozenset[int], ...]
    ticks: int

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """The length of each cell in ticks."""
        return tuple(int((cell.end - cell.start) * self.ticks) for cell in self.cells)


class _Placed(NamedTuple):
    onset: Fraction
    end: Fraction
    element: Element


def source_of(score: Score, strands: Sequence[Strand]) -> Source:
    """The cells of a score for some of its strands."""
    ticks = _ticks(score)
    cells: list[Cell] = []
    sounds, held, tied = [], [], []
    phrase = True
    for index, (measure, onset) in enumerate(zip(score.measures, measure_onsets(score), strict=True)):
        rows = [list(_placed(strand_elements(measure, strand))) for strand in strands]
        for low, high in pairwise(_cuts(score, index, rows)):
            cells.append(Cell(index, low, high, phrase))
            sounds.append(tuple(tuple(_sounds(row, onset, low, high, ticks)) for row in rows))
            held.append(frozenset(i for i, row in enumerate(rows) if _holds(row, low)))
            tied.append(frozenset(i for i, row in enumerate(rows) if _is_tied(row, low)))
            phrase = any(low <= place < high for place in measure.phrase_ends)
        phrase = phrase or measure.ends_section or measure.barline.repeat_times > 0
    return Source(score, tuple(strands), tuple(cells), tuple(sounds), tuple(held), tuple(tied), ticks)


def _ticks(score: Score) -> int:
    """Ticks in a quarter that express every onset."""
    found = {measure.duration.denominator for measure in score.measures}
    for measure in score.measures:
        for voice in measure.voices:
            found.update(element.duration.denominator for element in voice.elements)
    return math.lcm(*found, 1)


def _placed(elements: Sequence[Element]) -> Iterator[_Placed]:
    now = Fraction(0)
    for element in elements:
        yield _Placed(now, now + element.duration, element)
        now += element.duration


def _cuts(score: Score, index: int, rows: Sequence[Sequence[_Placed]]) -> list[Fraction]:
    """The beats of a measure at which enough strands end an element, with its start and end."""
    measure = score.measures[index]
    full = [row for row in rows if any(item.element.notes for item in row)]
    least = min(LEAST_CUTS, len(full))
    inner = [
        beat
        for beat in _beats(measure, metrical_starts(score)[index] if index == 0 else Fraction(0))
        if least and sum(_can_cut(row, beat) for row in full) >= least
    ]
    return [Fraction(0), *inner, measure.duration]


def _can_cut(row: Sequence[_Placed], beat: Fraction) -> bool:
    """Whether a strand has an element that ends at a beat, or rests through it."""
    return any(item.end == beat or (item.onset < beat < item.end and not item.element.notes) for item in row)


def _beats(measure: Measure, start: Fraction) -> list[Fraction]:
    if measure.changes:
        return []
    places = [place - start for place in accumulate(measure.time.groups)]
    return [place for place in places if 0 < place < measure.duration]


def _sounds(row: Sequence[_Placed], onset: Fraction, low: Fraction, high: Fraction, ticks: int) -> Iterator[Sound]:
    for begin, end, element in row:
        if begin >= high or end <= low or element.grace:
            continue
        for note in element.notes:
            if isinstance(note.pitch, Pitch):
                start, stop = (onset + max(begin, low)) * ticks, (onset + min(end, high)) * ticks
                struck = begin >= low and not note.tied_from_previous
                yield Sound(int(start), int(stop), note.pitch.midi_pitch, struck)


def _holds(row: Sequence[_Placed], low: Fraction) -> bool:
    return any(item.onset < low < item.end and item.element.notes for item in row)


def _is_tied(row: Sequence[_Placed], low: Fraction) -> bool:
    at = (item.element for item in row if item.onset == low and not item.element.grace)
    return any(isinstance(note, Note) and note.tied_from_previous for element in at for note in element.notes)
