"""Broken chords read as chords: Alberti basses, arpeggios, and a bass note with chords after it.

A figure is a measure, half of one, or a beat of one voice in which the notes of one triad or seventh chord follow
one another by leap. It is replaced with that chord, struck at its start and held to its end.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.score.elements import Measure, Score, Slot
from scoregen.score.theory.chord_kinds import FOUR_NOTES, MEMBERS
from scoregen.score.timeline import SoundingNote, measure_onsets, metrical_starts, pitch_of

LEAST_ATTACKS = 3
FEWEST_PLACES = 3
"""The fewest different notes of a chord."""
_STEP = 2  # semitones


def with_chords_for_arpeggios(score: Score, notes: Sequence[SoundingNote]) -> tuple[SoundingNote, ...]:
    """The notes, by onset and slot, with each figure as the chord that it breaks."""
    onsets = measure_onsets(score)
    by_place: dict[tuple[Slot, int], list[SoundingNote]] = defaultdict(list)
    for note in notes:
        by_place[note.slot, bisect_right(onsets, note.onset) - 1].append(note)
    starts = metrical_starts(score)
    reduced = {
        (slot, index): _reduced(own, onsets[index], starts[index], score.measures[index])
        for (slot, index), own in by_place.items()
    }
    result = [
        note
        for (slot, index), own in by_place.items()
        for note in ((reduced[slot, index] if _goes_on(reduced, slot, index) else None) or own)
    ]
    return tuple(sorted(result, key=lambda note: (note.onset, note.slot)))


def _goes_on(reduced: Mapping[tuple[Slot, int], object], slot: Slot, index: int) -> bool:
    """Whether a measure of figures has another one next to it: one alone is a turn of a melody."""
    return any(reduced.get((slot, other)) is not None for other in (index - 1, index + 1))


def _reduced(
    own: Sequence[SoundingNote], onset: Fraction, start: Fraction, measure: Measure
) -> list[SoundingNote] | None:
    """The notes of a voice in a measure, its figures as chords, the longest first; None if they do not prevail."""
    beat = measure.time.groups[0]
    for size in _sizes(measure):
        windows = _windows(own, onset - start, size)
        figures = {place for place, window in windows.items() if _is_figure(window, beat)}
        if figures:
            prevail = len(figures) * size * 2 >= measure.duration
            return _with_chords(windows, figures, size, onset + measure.duration) if prevail else None
    return None


def _with_chords(
    windows: Mapping[Fraction, Sequence[SoundingNote]], figures: Container[Fraction], size: Fraction, end: Fraction
) -> list[SoundingNote]:
    return [
        note
        for place, window in windows.items()
        for note in (_chord(window, place, size, end) if place in figures else window)
    ]


def _sizes(measure: Measure) -> Iterator[Fraction]:
    """The lengths of figures in quarters: a measure, half a measure of an even number of beats, a beat."""
    groups = measure.time.groups
    yield measure.time.duration
    if len(groups) % 2 == 0 and len(groups) > 2:
        yield measure.time.duration / 2
    if len(set(groups)) == 1:
        yield groups[0]


def _windows(own: Sequence[SoundingNote], origin: Fraction, size: Fraction) -> dict[Fraction, list[SoundingNote]]:
    """The notes by the start of the window in which they begin."""
    windows: dict[Fraction, list[SoundingNote]] = defaultdict(list)
    for note in own:
        windows[origin + (note.onset - origin) // size * size].append(note)
    return windows


def _is_figure(window: Sequence[SoundingNote], beat: Fraction) -> bool:
    """Whether the notes of a window break a chord.

    They are shorter than a beat, or some of them are chords, as in a waltz. At most one move in four is a step; one
    more is allowed if the lowest note comes first, as from the seventh to the root and back in an Alberti bass.
    """
    attacks = [sorted(group, key=_height) for _, group in itertools.groupby(window, key=lambda note: note.onset)]
    is_broken = all(note.duration < beat for note in window)
    is_mixed = len({len(attack) for attack in attacks}) > 1 and all(note.duration <= beat for note in window)
    if len(attacks) < LEAST_ATTACKS or not (is_broken or is_mixed):
        return False
    moves = [abs(_height(after[0]) - _height(before[0])) for before, after in itertools.pairwise(attacks)]
    steps = sum(0 < move <= _STEP for move in moves)
    begins_low = _height(attacks[0][0]) <= min(_height(attack[0]) for attack in attacks[1:])
    return any(moves) and steps <= max(1, len(moves) // 4) + begins_low and _is_one_chord(window)


def _is_one_chord(window: Sequence[SoundingNote]) -> bool:
    """Whether all notes are of one triad or seventh chord, and the halves are not two different triads."""
    places = _places(window)
    if len(places) < FEWEST_PLACES or not any(_is_inside(places, kind) for kind in MEMBERS):
        return False
    middle = window[0].onset + (window[-1].end - window[0].onset) / 2
    halves = [_places([note for note in window if (note.onset < middle) is first]) for first in (True, False)]
    is_triad = any(_is_inside(places, kind) for kind in MEMBERS if kind not in FOUR_NOTES)
    return is_triad or halves[0] == halves[1] or min(len(half) for half in halves) < FEWEST_PLACES


def _places(window: Sequence[SoundingNote]) -> frozenset[int]:
    return frozenset(pitch_of(note).fifths for note in window)


def _is_inside(places: frozenset[int], kind: str) -> bool:
    """Whether these positions on the line of fifths are members of a chord of a kind."""
    roots = {place - member for place in places for member in MEMBERS[kind]}
    return any({place - root for place in places} <= {*MEMBERS[kind]} for root in roots)


def _chord(window: Sequence[SoundingNote], start: Fraction, size: Fraction, end: Fraction) -> Iterator[SoundingNote]:
    first = max(start, min(note.onset for note in window))
    for note in {pitch_of(note): note for note in reversed(window)}.values():
        yield replace(note, onset=first, duration=min(start + size, end) - first)


def _height(note: SoundingNote) -> Fraction:
    return Fraction(pitch_of(note).chromatic)
