"""Broken chords read as chords: Alberti basses, arpeggios, and a bass note with chords after it.

A figure is a measure, half of one, or a beat of one voice in which the notes of one triad or seventh chord follow
one another by leap. It is replaced with that chord, struck at its start and held to its end.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.score.elements import Measure, Score, Slot
from scoregen.score.theory.chord_kinds import FOUR_NOTES, MEMBERS
from scoregen.score.timeline import SoundingNote, measure_onsets, metrical_starts, pitch_of

LEAST_ATTACKS = 3
FEWEST_PLACES = 3
"""The fewest different notes of a chord."""
MOST_STEPS = 2
"""The most steps inside a figure, as from the seventh to the root and back."""
_STEP = 2  # semitones
_LONGEST = Fraction(3, 2)
"""The longest note of a figure, in quarters."""


def with_chords_for_arpeggios(score: Score, notes: Sequence[SoundingNote]) -> tuple[SoundingNote, ...]:
    """The notes, by onset and slot, with each figure as the chord that it breaks."""
    onsets = measure_onsets(score)
    by_place: dict[tuple[Slot, int], list[SoundingNote]] = defaultdict(list)
    for note in notes:
        by_place[note.slot, bisect_right(onsets, note.onset) - 1].append(note)
    starts = metrical_starts(score)
    result = [
        note
        for (_, index), own in by_place.items()
        for note in _reduced(own, onsets[index], starts[index], score.measures[index])
    ]
    return tuple(sorted(result, key=lambda note: (note.onset, note.slot)))


def _reduced(own: Sequence[SoundingNote], onset: Fraction, start: Fraction, measure: Measure) -> list[SoundingNote]:
    """The notes of a voice in a measure, each window that is a figure as a chord; the longest windows first."""
    if len(own) < LEAST_ATTACKS:
        return list(own)
    for size in _sizes(measure):
        windows = _windows(own, onset - start, size)
        if any(_is_figure(window) for window in windows.values()):
            return [
                note
                for place, window in windows.items()
                for note in (_chord(window, place, size, onset + measure.duration) if _is_figure(window) else window)
            ]
    return list(own)


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


def _is_figure(window: Sequence[SoundingNote]) -> bool:
    attacks = [sorted(group, key=_height) for _, group in itertools.groupby(window, key=lambda note: note.onset)]
    if len(attacks) < LEAST_ATTACKS or any(note.duration > _LONGEST for note in window):
        return False
    moves = [abs(_height(after[0]) - _height(before[0])) for before, after in itertools.pairwise(attacks)]
    steps = sum(0 < move <= _STEP for move in moves)
    return any(moves) and steps <= MOST_STEPS and _is_one_chord(window)


def _is_one_chord(window: Sequence[SoundingNote]) -> bool:
    """Whether all notes are of one triad or seventh chord, and the halves are not two different triads."""
    places = _places(window)
    if len(places) < FEWEST_PLACES or not any(_is_inside(places, kind) for kind in MEMBERS):
        return False
    middle = window[0].onset + (window[-1].end - window[0].onset) / 2
    halves = [_places([note for note in window if (note.onset < middle) is first]) for first in (True, False)]
    is_triad = any(_is_inside(places, kind) for kind in MEMBERS if kind not in FOUR_NOTES)
    return is_triad or halves[0] == halves[1] or min(map(len, halves)) < FEWEST_PLACES


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


def _height(note: SoundingNote) -> int | Fraction:
    return pitch_of(note).chromatic
