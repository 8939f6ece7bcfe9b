"""Notes on the grids of notation: each beat of a part has one, 64ths or triplet 32nds, whichever is nearer.

For notes that fit neither, the grids are 16ths and triplet eighths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.notation.midi.measures.columns import Column, column_at
from scoregen.notation.midi.measures.timed_notes import TimedNote, is_exact
from scoregen.score.rhythm import tuplet_span


def on_grids(notes: Sequence[TimedNote], columns: Sequence[Column]) -> list[TimedNote]:
    """The notes with onsets and ends on notatable grids; none is lost, and all have a length."""
    fine = is_exact(notes)
    steps = _grid_steps(notes, columns, fine)
    placed = []
    for note in notes:
        onset = _nearest(note.onset, columns, steps)
        end = _nearest(note.end, columns, steps)
        placed.append(replace(note, onset=onset, end=end if end > onset else _next_place(onset, columns, steps)))
    return sorted(placed, key=lambda note: (note.onset, -note.pitch))


Spans = dict[tuple[int, int], Fraction]
"""The grid step by measure index and beat."""


def _grid_steps(notes: Sequence[TimedNote], columns: Sequence[Column], fine: bool) -> Spans:
    """The step of the better grid for every beat with an onset or end inside; other beats need none."""
    inside: dict[tuple[int, int], list[Fraction]] = {}
    for place in (place for note in notes for place in (note.onset, note.end)):
        index, beat, offset = _beat_of(place, columns)
        inside.setdefault((index, beat), []).append(offset)
    return {key: _better_step(offsets, tuplet_span(columns[key[0]].time), fine) for key, offsets in inside.items()}


def _better_step(offsets: Sequence[Fraction], span: Fraction, fine: bool) -> Fraction:
    binary = Fraction(1, 16) if fine else min(Fraction(1, 4), span / 2)
    triplet = span / 12 if fine else span / 3
    errors = {step: sum(abs(offset - _round(offset, step)) for offset in offsets) for step in (binary, triplet)}
    return triplet if errors[triplet] < errors[binary] else binary


def _beat_of(place: Fraction, columns: Sequence[Column]) -> tuple[int, int, Fraction]:
    """Measure index, beat of the full metre, and the offset inside that beat."""
    index = column_at(place, columns)
    column = columns[index]
    position = place - column.onset + column.start
    beat = position // tuplet_span(column.time)
    return index, int(beat), position - beat * tuplet_span(column.time)


def _nearest(place: Fraction, columns: Sequence[Column], steps: Spans) -> Fraction:
    index, beat, offset = _beat_of(place, columns)
    moved = place - offset + _round(offset, steps.get((index, beat), Fraction(1, 16)))
    return min(max(moved, columns[index].onset), columns[index].end)


def _next_place(place: Fraction, columns: Sequence[Column], steps: Spans) -> Fraction:
    index, beat, _ = _beat_of(place, columns)
    return min(place + steps.get((index, beat), Fraction(1, 16)), columns[index].end)


def _round(offset: Fraction, step: Fraction) -> Fraction:
    return round(offset / step) * step
