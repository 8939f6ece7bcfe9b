"""The realisations of figures on a note of a tune, and which of them pass.

A realisation passes if every foreign note in it is a passing note, a neighbour note, an escape or a resolved
appoggiatura on a weak place, if it has no dissonant leap, stays near the range of the tune and inside the space
between the neighbouring voices, and makes no parallel fifths or octaves with another voice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from scoregen.generation.variation.grammar import Figure, FigureNote, figure_rules, figures
from scoregen.generation.variation.spelling import melodic, steps_away
from scoregen.generation.variation.theme import Theme
from scoregen.score.keys import Key
from scoregen.score.pitch import Pitch
from scoregen.score.theory.parallel_motion import SAMPLING, parallel_interval
from scoregen.score.timeline import SoundingNote, pitch_of

_PARALLELS = replace(SAMPLING, octave_shifts=True)
"""What no figure makes: as in drafts of the network, and leaps of two voices by octaves too."""
_HARSH, _SHARP = (1, 11), (2, 10, 6)
_CLASH = 0.3
_STRONG_BEAT = 1
"""The weakest metrical strength on which no figure has a foreign note."""


@dataclass(frozen=True, slots=True)
class Span:
    """The place of a figure: from the onset of a note to the next one, in quarters, and its notes.

    `goal` is the next note, None if a rest follows; `count` is the number of equal notes.
    """

    onset: Fraction
    end: Fraction
    first: Pitch
    goal: Pitch | None
    count: int

    @property
    def times(self) -> tuple[Fraction, ...]:
        """The onsets of the equal notes, and the end."""
        length = (self.end - self.onset) / self.count
        return tuple(self.onset + number * length for number in range(self.count + 1))

    @property
    def motion(self) -> int | None:
        return None if self.goal is None else self.goal.diatonic - self.first.diatonic


@dataclass(frozen=True, slots=True)
class Realisation:
    """A figure as notes, from the onset of its span; `weight` is what the grammar gives it."""

    name: str
    notes: tuple[Pitch, ...]
    weight: float


def realisations(theme: Theme, span: Span, only: Collection[str] = ()) -> list[Realisation]:
    """The realisations that pass, each line of notes once; those of the figures named by `only`, if it names any."""
    view = _View.of(theme, span)
    found: dict[tuple[Pitch, ...], Realisation] = {}
    for figure in figures():
        is_open = not only or figure.name in only
        if is_open and len(figure.notes) == span.count and figure.is_for(span.motion):
            line = _line(figure, span, view)
            weight = _worth(line, span, view, theme) * figure.weight if line else 0.0
            if line and weight > 0 and (line not in found or found[line].weight < weight):
                found[line] = Realisation(figure.name, line, weight)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _View:
    """What a figure is judged by: of each of its notes time, key, chord and metrical strength; the range."""

    times: tuple[Fraction, ...]
    keys: tuple[Key, ...]
    chords: tuple[frozenset[int], ...]
    dominant: tuple[bool, ...]
    strengths: tuple[int, ...]
    lowest: int
    highest: int

    @classmethod
    def of(cls, theme: Theme, span: Span) -> _View:
        times, rules = span.times, figure_rules()
        chords = [theme.chord(time) for time in times]
        lowest, highest = theme.diatonic_range
        return cls(
            times,
            tuple(chord.key if chord else theme.keys[theme.measure_at(span.onset)] for chord in chords),
            tuple(frozenset(chord.members) if chord else frozenset() for chord in chords),
            tuple(chord is not None and chord.is_dominant for chord in chords),
            tuple(theme.strength(time) for time in times),
            lowest - rules.below_range,
            highest + rules.above_range,
        )


def _line(figure: Figure, span: Span, view: _View) -> tuple[Pitch, ...] | None:
    """The notes of a figure; None if it has no note of the tune or of the chord to count from."""
    notes = [span.first]
    for number, note in enumerate(figure.notes[1:], 1):
        pitch = _pitch(note, number, span, view)
        if pitch is None:
            return None
        notes.append(pitch)
    line = [*notes, span.goal] if span.goal else notes
    spelled = melodic([*line, line[-1]] if not span.goal else line, view.keys[0], view.chords, dominant=view.dominant)
    return tuple(spelled[: span.count])


def _pitch(note: FigureNote, number: int, span: Span, view: _View) -> Pitch | None:
    key, chord = view.keys[number], view.chords[number]
    if note.origin == "chord":
        return _chord_tone(span.first, note.steps, key, chord)
    base = span.first if note.origin == "first" else span.goal
    if base is None or note.steps == 0:
        return base
    return steps_away(base, note.steps, key, chord)


def _chord_tone(first: Pitch, number: int, key: Key, chord: frozenset[int]) -> Pitch | None:
    """The chord tone of some rank above or below a note."""
    step, found, place = (1 if number > 0 else -1), 0, 0
    while chord and abs(place) < 15:
        place += step
        pitch = steps_away(first, place, key, chord)
        if pitch.fifths in chord:
            found += 1
            if found == abs(number):
                return pitch
    return None


def _worth(line: Sequence[Pitch], span: Span, view: _View, theme: Theme) -> float:
    """The share of its weight that a line of notes keeps; 0 if it does not pass."""
    whole = [*line, span.goal] if span.goal else list(line)
    if any(not view.lowest <= note.diatonic <= view.highest for note in line[1:]):
        return 0.0
    if any(_is_bad_motion(a, b, view, index) for index, (a, b) in enumerate(pairwise(whole))):
        return 0.0
    value = 1.0
    for index in range(1, len(line)):
        value *= _foreign(whole, index, view)
        value *= _among_others(whole, index, span.first, view, theme) if value else 0.0
    if span.goal is not None and value:
        value *= not _parallel(whole, len(line), view.times[-1], theme)
    return value


def _is_bad_motion(low: Pitch, high: Pitch, view: _View, index: int) -> bool:
    """Whether two notes of a figure repeat each other, or are a dissonant or too wide leap apart."""
    steps, semitones = abs(high.diatonic - low.diatonic), abs(int(high.chromatic - low.chromatic))
    if steps == 0:
        return index + 1 < len(view.keys) - 1 or semitones != 0
    if steps == 1:
        return semitones > 2
    if steps > figure_rules().widest_leap or steps == 6:
        return True
    is_broken = low.fifths in view.chords[index] and high.fifths in view.chords[index]
    return semitones % 12 in (6, 8, 10, 11, 1) and not (is_broken or semitones in (8, 9))


def _foreign(line: Sequence[Pitch], index: int, view: _View) -> float:
    """The share of the weight that a note keeps: 1 for a member of its chord, 0 for one that does not resolve."""
    note, rules = line[index], figure_rules()
    if not view.chords[index] or note.fifths in view.chords[index]:
        return 1.0
    before = note.diatonic - line[index - 1].diatonic
    after = line[index + 1].diatonic - note.diatonic if index + 1 < len(line) else None
    if after is None:
        return 0.0
    if view.strengths[index] <= _STRONG_BEAT:
        return 0.0
    around = (view.strengths[index - 1], view.strengths[index + 1])
    is_strong = view.strengths[index] < min(around[0], around[1])
    reached, left = abs(before) == 1, abs(after) == 1 or (after == 0 and index + 1 == len(line) - 1)
    if reached and left:
        return rules.accented_foreign if is_strong else 1.0
    if is_strong or not (reached or left):
        return 0.0
    if reached:
        return 0.5 if rules.leap_from_foreign and before * after < 0 and abs(after) == 2 else 0.0
    return 0.5 if rules.leap_to_foreign and before * after < 0 else 0.0


def _among_others(line: Sequence[Pitch], index: int, first: Pitch, view: _View, theme: Theme) -> float:
    """The share of the weight that a note keeps beside the other voices: 0 if it crosses one or moves in parallel."""
    time, note = view.times[index], line[index]
    value = 1.0
    for other in _sounding(theme, time):
        pitch = pitch_of(other)
        is_below = pitch.chromatic <= first.chromatic
        if (is_below and note.chromatic <= pitch.chromatic) or (not is_below and note.chromatic >= pitch.chromatic):
            return 0.0
        apart = abs(note.midi_pitch - pitch.midi_pitch) % 12
        if note.fifths not in view.chords[index] and other.onset == time:
            if apart in _HARSH:
                return 0.0
            value *= _CLASH if apart in _SHARP else 1.0
    return 0.0 if _parallel(line, index, time, theme) else value


def _sounding(theme: Theme, time: Fraction) -> Iterator[SoundingNote]:
    for slot in theme.others:
        yield from theme.sounding(slot, time)


def _parallel(line: Sequence[Pitch], index: int, time: Fraction, theme: Theme) -> bool:
    """Whether the tune moves into a note, at a time, in parallel fifths or octaves with another voice."""
    low, high = line[index - 1], line[index]
    for slot in theme.others:
        now = [note for note in theme.sounding(slot, time) if note.onset == time]
        for old, new in zip(theme.ending(slot, time), now, strict=False):
            if parallel_interval(low, high, pitch_of(old), pitch_of(new), _PARALLELS):
                return True
    return False
