"""The score as it is played: repeats and jumps unfolded, cue notes silent, grace notes before their beat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from scoregen.score.directions import RepeatMark
from scoregen.score.elements import Element, Measure, Rest, Score
from scoregen.score.navigation import performance_order
from scoregen.score.timeline import SoundingNote, sounding_notes

_GRACE = Fraction(1, 8)


def performed(score: Score) -> Score:
    """The measures in the order of performance, no repeats or jumps left, cue notes silent."""
    measures = tuple(_played(score.measures[index]) for index in performance_order(score.measures))
    return replace(score, measures=measures, document=None)


class TimedNote(NamedTuple):
    """A note as it is written, and as it is played: a grace note before its beat."""

    written: SoundingNote
    played: SoundingNote


def timed_notes(score: Score) -> list[TimedNote]:
    """What sounds, in the order in which it is played."""
    notes = sounding_notes(score, grace=True)
    groups: dict[tuple[object, Fraction], list[SoundingNote]] = defaultdict(list)
    for note in notes:
        if note.duration == 0:
            groups[note.slot, note.onset].append(note)
    graces = [timed for group in groups.values() for timed in _before_the_beat(group)]
    every = [TimedNote(note, note) for note in notes if note.duration > 0] + graces
    return sorted(every, key=lambda timed: (timed.played.onset, timed.played.slot))


def _played(measure: Measure) -> Measure:
    directions = tuple(item for item in measure.directions if not isinstance(item.value, RepeatMark))
    barline = replace(measure.barline, repeat_times=0)
    return replace(_without_cues(measure), barline=barline, repeat_start=False, endings=(), directions=directions)


def _without_cues(measure: Measure) -> Measure:
    """The same measure with rests for its cue notes."""
    if not any(note.cue for voice in measure.voices for element in voice.elements for note in element.notes):
        return measure
    voices = tuple(replace(voice, elements=tuple(_uncued(voice.elements))) for voice in measure.voices)
    return replace(measure, voices=voices)


def _uncued(elements: Iterable[Element]) -> Iterator[Element]:
    for element in elements:
        if not any(note.cue for note in element.notes):
            yield element
        elif not element.grace:
            yield Rest(element.value)


def _before_the_beat(group: list[SoundingNote]) -> list[TimedNote]:
    """Grace notes one after another up to their onset; from it on where nothing comes before."""
    onset = group[0].onset
    length = min(_GRACE, onset / len(group)) or _GRACE
    start = onset - length * len(group) if onset else onset
    return [
        TimedNote(note, replace(note, onset=start + index * length, duration=length))
        for index, note in enumerate(group)
    ]
