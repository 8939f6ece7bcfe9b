"""An answering phrase: the consequent of a period (H. C. Koch, Versuch, 1782-93).

The answer begins with the motif of the phrase, in its place or moved to another chord tone, and ends on the tonic, by
way of the dominant, where the phrase ended. It has the metre and the rhythm of the phrase, and other notes in its
second half.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from scoregen.generation.improvising.line_writing import LineEvent, with_line
from scoregen.generation.improvising.phrase_key import phrase_key
from scoregen.generation.improvising.pitch_path import Goal, pitch_path
from scoregen.generation.improvising.solo_style import PitchCosts
from scoregen.generation.variation.implied_chords import ChordStretch
from scoregen.generation.variation.theme import Theme
from scoregen.score.elements import Barline, Measure, Score, Slot
from scoregen.score.keys import Key
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, pitch_of

_COSTS = PitchCosts(approach=3.0, scale=0.2, guide=0.0, repeat=0.7, leap=0.25, freedom=0.35, motif=1.0, faith=1.4)
_MOVES = (0, 0, 0, 2, -2, 4, -3)
"""Semitones by which the motif may begin elsewhere; chord and scale decide which note it is."""
_AROUND = 3
"""Semitones that an answer may go beyond the range of its phrase."""
_BEAT = 2
"""The weakest metrical strength of a beat."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its notes from the start of its first measure, its score, and what it keeps.

    `is_open` tells whether the phrase ended off the tonic; `motif` is the number of its notes that the answer begins
    with, `moved` the semitones by which it begins elsewhere.
    """

    score: Score
    events: tuple[LineEvent, ...]
    key: Key
    is_open: bool
    motif: int
    moved: int


def answer_to(theme: Theme, seed: str) -> Answer:
    """The answer to a phrase."""
    theme = replace(theme, key=phrase_key(theme))
    generator = random.Random(f"{seed} answer")
    key = theme.keys[-1]
    spots = _spots(theme)
    half = _half(theme)
    head = [note for note in theme.line if note.onset < half]
    dominant = _dominant_from(theme, spots)
    chords = [_chord(theme, key, onset, dominant, spots[-1][0]) for onset, _ in spots]
    move = generator.choice(_MOVES)
    heights = [pitch_of(note).midi_pitch for note in theme.line]
    lowest, highest = min(heights) - _AROUND, max(heights) + _AROUND
    goals = _goals(theme, spots, chords, key, len(head), move, (lowest, highest))
    pitches = pitch_path(goals, lowest, highest, _COSTS, seed)
    events = tuple(LineEvent(onset, end, pitch) for (onset, end), pitch in zip(spots, pitches, strict=True))
    is_open = pitch_of(theme.line[-1]).fifths != key.tonic_fifths
    return Answer(_score(theme, events), events, key, is_open, len(head), pitches[0].midi_pitch - heights[0])


Spot = tuple[Fraction, Fraction]
"""Onset and end of a note."""


def _spots(theme: Theme) -> list[Spot]:
    """The rhythm of the answer: that of the phrase, with its last note on a beat, held to the end of its measure."""
    line = theme.line
    final = len(line) - 1
    while final > 1 and theme.strength(line[final].onset) > _BEAT:
        final -= 1
    if theme.strength(line[final].onset) > _BEAT:
        final = len(line) - 1
    spots = [(note.onset, note.end) for note in line[:final]]
    index = theme.measure_at(line[final].onset)
    end = theme.onsets[index] + theme.score.measures[index].duration
    return [*spots, (line[final].onset, end)]


def _half(theme: Theme) -> Fraction:
    """Where the second half of a phrase begins: at a barline, or in the middle of its only measure."""
    full = [
        index for index, measure in enumerate(theme.score.measures) if not measure.implicit and not measure.is_short
    ]
    first, last = (full[0], full[-1]) if full else (0, len(theme.score.measures) - 1)
    if last > first:
        return theme.onsets[first + (last - first + 1) // 2]
    return theme.onsets[first] + theme.score.measures[first].duration / 2


def _dominant_from(theme: Theme, spots: Sequence[Spot]) -> Fraction:
    """Where the dominant before the last note begins: on the last beat on which a note begins."""
    final = spots[-1][0]
    return max((start for start, _ in spots[:-1] if start < final and theme.strength(start) <= _BEAT), default=final)


def _chord(theme: Theme, key: Key, onset: Fraction, dominant: Fraction, final: Fraction) -> tuple[frozenset[int], Key]:
    """The chord of a note: that of the phrase, before the end the dominant, at the end the tonic."""
    tonic = key.tonic_fifths
    if onset >= final:
        return frozenset((tonic, tonic + 1, tonic + (4 if key.has_major_third else -3))), key
    if onset >= dominant:
        return frozenset((tonic + 1, tonic + 5, tonic + 2, tonic - 1)), key
    found: ChordStretch | None = theme.chord(onset)
    return (frozenset(found.members), found.key) if found else (frozenset(), key)


def _goals(
    theme: Theme,
    spots: Sequence[Spot],
    chords: Sequence[tuple[frozenset[int], Key]],
    key: Key,
    head: int,
    move: int,
    limits: tuple[int, int],
) -> list[Goal]:
    line = theme.line
    steps = [None, *(pitch_of(b).midi_pitch - pitch_of(a).midi_pitch for a, b in pairwise(line))]
    tonic = 7 * key.tonic_fifths % 12
    near = min(range(limits[0], limits[1] + 1), key=lambda midi: (midi % 12 != tonic, abs(midi - _last(line))))
    found = []
    for number, (onset, _) in enumerate(spots):
        members, own = chords[number]
        strength = min(theme.strength(onset), 4)
        in_head = number < head
        asked = pitch_of(line[number]).midi_pitch + move
        along = (number - head) / max(len(spots) - 1 - head, 1)
        middle = asked if in_head else asked + (near - asked) * along
        is_member = not in_head or pitch_of(line[number]).fifths in members
        found.append(
            Goal(
                members=members,
                guides=frozenset(),
                key=own,
                strength=strength if is_member else 4,
                is_beat=strength <= 2 and is_member,
                is_new=False,
                closes=False,
                middle=middle,
                interval=steps[number] if in_head and number else None,
                only=_opening(pitch_of(line[0]), move, members) if number == 0 else frozenset(),
                other_than=None if in_head else pitch_of(line[number]).midi_pitch,
            )
        )
    return _cadence(found, key, near)


def _opening(pitch: Pitch, move: int, members: frozenset[int]) -> frozenset[int]:
    """The pitch classes with which an answer may begin: that of the phrase, or other chord tones if its motif moves."""
    own = pitch.pitch_class
    others = frozenset(7 * place % 12 for place in members) - {own}
    return others if move and others else frozenset({own})


def _last(line: Sequence[SoundingNote]) -> int:
    return pitch_of(line[-1]).midi_pitch


def _cadence(goals: list[Goal], key: Key, near: int) -> list[Goal]:
    """The goals with the second degree or the leading note before the tonic at the end."""
    tonic = 7 * key.tonic_fifths % 12
    goals[-1] = replace(
        goals[-1], only=frozenset({tonic}), closes=True, interval=None, middle=float(near), other_than=None
    )
    if len(goals) > 2:
        leading = frozenset({(tonic + 2) % 12, (tonic + 11) % 12})
        goals[-2] = replace(goals[-2], only=leading, interval=None)
    return goals


def _score(theme: Theme, events: Sequence[LineEvent]) -> Score:
    """The answer as a score: the measures of the phrase, with the line alone."""
    slot = Slot(theme.slot.part)
    part = theme.score.part(theme.slot.part)
    first = part.clefs[theme.slot.staff - 1]
    bare = [_bare(measure) for measure in theme.score.measures]
    bare[-1] = replace(bare[-1], barline=Barline("light-heavy"))
    measures = with_line(bare, events, slot)
    metadata = replace(theme.score.metadata, title="Answer", movement=None, miscellaneous=())
    return Score((replace(part, clefs=(first,)),), measures, metadata)


def _bare(measure: Measure) -> Measure:
    """A measure without what belongs to the phrase: voices, marks, repeats, chord symbols."""
    return Measure(
        measure.number,
        measure.duration,
        measure.time,
        measure.key,
        implicit=measure.implicit,
        tempos=measure.tempos,
    )


def motif_kept(phrase: Sequence[Pitch], answer: Sequence[Pitch]) -> float:
    """The share of the steps of a motif that go in the same direction in its answer."""
    pairs = list(zip(pairwise(phrase), pairwise(answer), strict=False))
    same = [_sign(a, b) == _sign(c, d) for (a, b), (c, d) in pairs]
    return sum(same) / len(same) if same else 1.0


def _sign(low: Pitch, high: Pitch) -> int:
    return (high.midi_pitch > low.midi_pitch) - (high.midi_pitch < low.midi_pitch)
