"""A line of timed pitches as the voices of measures, with rests between them and ties over barlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.generation.variation.rows import Stretch, elements_of
from scoregen.score.elements import Measure, Note, Score, Slot, Voice
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.score.timeline import measure_onsets, metrical_starts


@dataclass(frozen=True, slots=True)
class LineEvent:
    """A note of a line from onset to end, in quarters from the start."""

    onset: Fraction
    end: Fraction
    pitch: Pitch


def voices_of_line(events: Sequence[LineEvent], measures: Sequence[Measure], slot: Slot) -> list[Voice]:
    """The voice of each measure. Raises ValueError for a rhythm that has no notation."""
    page = Score((), tuple(measures))
    found = []
    for start, place, measure in zip(measure_onsets(page), metrical_starts(page), measures, strict=True):
        row = _row(events, start, start + measure.duration)
        found.append(Voice(slot, elements_of(tuple(row), measure, place), "generated"))
    return found


def _row(events: Sequence[LineEvent], low: Fraction, high: Fraction) -> list[Stretch]:
    row: list[Stretch] = []
    now = low
    for event in events:
        onset, end = max(event.onset, low), min(event.end, high)
        if onset >= end:
            continue
        if onset > now:
            row.append(Stretch(now - low, onset - low))
        note = Note(NoteValue.of(end - onset), event.pitch, event.onset < low, event.end > high)
        row.append(Stretch(onset - low, end - low, (note,), (note,)))
        now = end
    if now < high:
        row.append(Stretch(now - low, high - low))
    return row


def with_line(measures: Sequence[Measure], events: Sequence[LineEvent], slot: Slot) -> tuple[Measure, ...]:
    """The measures with the line in a voice of their own."""
    voices = voices_of_line(events, measures, slot)
    return tuple(
        replace(measure, voices=(*measure.voices, voice)) for measure, voice in zip(measures, voices, strict=True)
    )
