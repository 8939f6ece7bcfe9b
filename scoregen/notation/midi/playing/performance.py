"""The score as played: repeats and jumps unfolded, cue notes silent, grace notes before their beat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from scoregen.score.directions import RepeatMark
from scoregen.score.elements import Element, Measure, Rest, Score, Tempo
from scoregen.score.navigation import performance_order
from scoregen.score.rhythm import NoteValue
from scoregen.score.timeline import SoundingNote, sounding_notes

_GRACE = Fraction(1, 8)
_DEFAULT_TEMPO = Tempo(Fraction(0), NoteValue("quarter"), Fraction(120))
"""MIDI's default, before the first tempo mark."""


def unfold_score(score: Score) -> Score:
    """The measures in the order of performance, without repeats and jumps, with cue notes silent.

    If the performance goes back, the tempo changes to the one that holds there in the notated score.
    """
    order, written, now = performance_order(score.measures), _tempos(score.measures), _DEFAULT_TEMPO
    measures = []
    for previous, index in pairwise((-1, *order)):
        measure, tempo = score.measures[index], written[index]
        is_new = index <= previous and tempo.quarters_per_minute != now.quarters_per_minute
        now = tempo if is_new else now
        measures.append(_unfold_measure(measure, tempo if is_new else None))
        now = measure.tempos[-1] if measure.tempos else now
    return replace(score, measures=tuple(measures), document=None)


class PerformanceNote(NamedTuple):
    """A note as notated and as played: a grace note is played before its beat."""

    written: SoundingNote
    played: SoundingNote


def performance_notes(score: Score) -> list[PerformanceNote]:
    """The notes that sound, in the order in which they are played."""
    notes = sounding_notes(score, grace=True)
    groups: dict[tuple[object, Fraction], list[SoundingNote]] = defaultdict(list)
    for note in notes:
        if note.duration == 0:
            groups[note.slot, note.onset].append(note)
    graces = [timed for group in groups.values() for timed in _before_the_beat(group)]
    every = [PerformanceNote(note, note) for note in notes if note.duration > 0] + graces
    return sorted(every, key=lambda timed: (timed.played.onset, timed.played.slot))


def _tempos(measures: Sequence[Measure]) -> list[Tempo]:
    """The tempo at the start of each measure of the notated score."""
    tempo, found = _DEFAULT_TEMPO, list[Tempo]()
    for measure in measures:
        found.append(next((own for own in measure.tempos if own.onset == 0), tempo))
        tempo = replace(measure.tempos[-1], onset=Fraction(0)) if measure.tempos else tempo
    return found


def _unfold_measure(measure: Measure, tempo: Tempo | None) -> Measure:
    directions = tuple(item for item in measure.directions if not isinstance(item.value, RepeatMark))
    barline = replace(measure.barline, repeat_times=0)
    tempos = measure.tempos if tempo is None or tempo in measure.tempos else (tempo, *measure.tempos)
    played = _without_cues(measure)
    return replace(played, barline=barline, repeat_start=False, endings=(), directions=directions, tempos=tempos)


def _without_cues(measure: Measure) -> Measure:
    """The same measure with rests in place of its cue notes."""
    if not any(note.cue for voice in measure.voices for element in voice.elements for note in element.notes):
        return measure
    voices = tuple(replace(voice, elements=tuple(_drop_cues(voice.elements))) for voice in measure.voices)
    return replace(measure, voices=voices)


def _drop_cues(elements: Iterable[Element]) -> Iterator[Element]:
    for element in elements:
        if not any(note.cue for note in element.notes):
            yield element
        elif not element.grace:
            yield Rest(element.value)


def _before_the_beat(group: list[SoundingNote]) -> list[PerformanceNote]:
    """Grace notes one after another up to their onset, or from it at the start of the score."""
    onset = group[0].onset
    length = min(_GRACE, onset / len(group)) or _GRACE
    start = onset - length * len(group) if onset else onset
    return [
        PerformanceNote(note, replace(note, onset=start + index * length, duration=length))
        for index, note in enumerate(group)
    ]
