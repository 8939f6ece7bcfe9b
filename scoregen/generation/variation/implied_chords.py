"""The chords that a tune without accompaniment implies, by dynamic programming over its beats.

The states are the triads of the key and the dominant seventh. A chord is good where the tune sounds its members, long
and on strong beats, where it follows the chord before it as harmonies of common practice do (Piston's table of usual
root progressions), and where it closes a phrase. It answers in milliseconds; chord symbols and other voices, where a
score has them, say more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise

from scoregen.score.elements import Score
from scoregen.score.keys import Key
from scoregen.score.timeline import SoundingNote, measure_onsets, metrical_starts, pitch_of

_PRIORS = (0.7, 0.1, -0.9, 0.35, 0.5, 0.0, -1.5)
"""By degree: what a chord is worth by itself."""
_USUAL = {0: (0, 1, 3, 4, 5), 1: (4, 6), 2: (3, 5), 3: (0, 1, 4), 4: (0, 5), 5: (1, 3, 4), 6: (0,)}
"""By degree: the degrees that usually follow."""
_UNUSUAL, _CHANGE, _WEAK_CHANGE = -1.0, -0.45, -1.6
_MEMBER, _FOREIGN, _PASSING = 1.0, -1.4, -0.25
_CLOSES, _HALF_CLOSES = 2.0, 0.8
_SEVENTH = -0.15
_DOMINANT = 4


@dataclass(frozen=True, slots=True)
class ChordStretch:
    """A chord from an onset to an end, in quarters from the start; members are positions on the line of fifths."""

    onset: Fraction
    end: Fraction
    members: tuple[int, ...]
    key: Key

    @property
    def root(self) -> int:
        return self.members[0]

    @property
    def is_dominant(self) -> bool:
        """Whether it leads to the tonic: the major chord of the fifth degree, or the leading-note chord."""
        tonic = self.key.tonic_fifths
        on_fifth = self.root == tonic + 1 and self.root + 4 in self.members
        return on_fifth or (self.root == tonic + 5 and self.root - 6 in self.members)


@dataclass(frozen=True, slots=True)
class _Chord:
    degree: int
    members: tuple[int, ...]
    worth: float


@dataclass(frozen=True, slots=True)
class _Beat:
    """A beat with the notes in it, each with its share, and whether a phrase closes in it."""

    onset: Fraction
    end: Fraction
    strength: int
    notes: tuple[tuple[int, float, bool], ...]
    closes: bool


def implied_chords(
    score: Score, line: Sequence[SoundingNote], keys: Sequence[Key], closings: Collection[Fraction]
) -> tuple[ChordStretch, ...]:
    """The chords of a tune; `keys` by measure, `closings` the onsets of the notes that close phrases."""
    beats = _beats(score, line, closings)
    states = [_chords(keys[index]) for index, _ in beats]
    if not beats:
        return ()
    path = _best(states, [beat for _, beat in beats])
    rows: list[ChordStretch] = []
    for (index, beat), chord in zip(beats, path, strict=True):
        key = keys[index]
        if rows and rows[-1].members == chord.members and rows[-1].end == beat.onset and rows[-1].key == key:
            rows[-1] = ChordStretch(rows[-1].onset, beat.end, chord.members, key)
        else:
            rows.append(ChordStretch(beat.onset, beat.end, chord.members, key))
    return tuple(rows)


def _chords(key: Key) -> tuple[_Chord, ...]:
    """The triads of a key by degree; the dominant of a minor key is major, with and without its seventh."""
    lowest = key.signature.fifths - 1
    scale = [lowest + (key.tonic_fifths + 2 * step - lowest) % 7 for step in range(7)]
    triads = []
    for degree in range(7):
        members = [scale[degree], scale[(degree + 2) % 7], scale[(degree + 4) % 7]]
        if degree == _DOMINANT:
            members[1] = members[0] + 4
        if members[2] - members[0] == 1 or degree == 1:
            triads.append(_Chord(degree, tuple(members), _PRIORS[degree]))
    root = scale[_DOMINANT]
    seventh = _Chord(_DOMINANT, (root, root + 4, root + 1, root - 2), _PRIORS[_DOMINANT] + _SEVENTH)
    return (*triads, seventh)


def _beats(score: Score, line: Sequence[SoundingNote], closings: Collection[Fraction]) -> list[tuple[int, _Beat]]:
    """The beats in which the tune sounds, each with the index of its measure."""
    found = []
    following = {note.onset: after.onset for note, after in pairwise(line)}
    steps = {note.onset: _by_step(line, index) for index, note in enumerate(line)}
    for index, (start, place, measure) in enumerate(
        zip(measure_onsets(score), metrical_starts(score), score.measures, strict=True)
    ):
        cuts = [Fraction(0), *accumulate(measure.time.groups)]
        cuts = [max(Fraction(0), cut - place) for cut in cuts if cut > place or cut == place]
        edges = sorted({Fraction(0), *(cut for cut in cuts if cut < measure.duration), measure.duration})
        for low, high in pairwise(edges):
            onset, end = start + low, start + high
            own = [note for note in line if note.onset < end and note.end > onset]
            if not own:
                continue
            notes = tuple(
                (
                    pitch_of(note).fifths,
                    float(min(note.end, end) - max(note.onset, onset)) / float(high - low),
                    note.onset > onset and steps[note.onset] and note.onset in following,
                )
                for note in own
            )
            closes = any(onset <= close < end for close in closings)
            found.append((index, _Beat(onset, end, min(3, measure.time.strength(place + low)), notes, closes)))
    return found


def _by_step(line: Sequence[SoundingNote], index: int) -> bool:
    """Whether a note is reached and left by step or by repetition."""
    around = [line[index + shift] for shift in (-1, 1) if 0 <= index + shift < len(line)]
    own = pitch_of(line[index]).diatonic
    return len(around) == 2 and all(abs(pitch_of(other).diatonic - own) <= 1 for other in around)


def _best(states: Sequence[Sequence[_Chord]], beats: Sequence[_Beat]) -> list[_Chord]:
    values = [chord.worth + _fit(chord, beats[0]) + 0.5 * (chord.degree == 0) for chord in states[0]]
    ways: list[list[int]] = []
    for number in range(1, len(beats)):
        beat, last = beats[number], number == len(beats) - 1
        own, new = [], []
        for chord in states[number]:
            costs = [
                value + _step(before, chord, beat) for value, before in zip(values, states[number - 1], strict=True)
            ]
            best = max(range(len(costs)), key=costs.__getitem__)
            own.append(best)
            new.append(costs[best] + 0.3 * chord.worth + _fit(chord, beat) + _close(chord, beat, last))
        ways.append(own)
        values = new
    at = max(range(len(values)), key=values.__getitem__)
    path = [states[-1][at]]
    for number in range(len(beats) - 2, -1, -1):
        at = ways[number][at]
        path.append(states[number][at])
    return path[::-1]


def _fit(chord: _Chord, beat: _Beat) -> float:
    weight = (1.5, 1.2, 1.0, 0.8)[beat.strength]
    total = 0.0
    for place, share, passes in beat.notes:
        if place in chord.members:
            total += _MEMBER * share
        else:
            total += (_PASSING if passes else _FOREIGN) * share
    return 1.6 * weight * total


def _step(before: _Chord, chord: _Chord, beat: _Beat) -> float:
    if before.members == chord.members:
        return 0.0
    change = _CHANGE if beat.strength <= 1 else _WEAK_CHANGE
    if before.degree == chord.degree:
        return change / 2
    return change + (0.0 if chord.degree in _USUAL[before.degree] else _UNUSUAL)


def _close(chord: _Chord, beat: _Beat, last: bool) -> float:
    if not (beat.closes or last):
        return 0.0
    if chord.degree == 0:
        return _CLOSES * (2 if last else 1)
    return _HALF_CLOSES if chord.degree == _DOMINANT and not last else 0.0
