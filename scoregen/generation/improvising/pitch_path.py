"""The pitches of a line over chords: the cheapest path through the notes of a range, by dynamic programming.

Chord tones stand on strong beats, thirds and sevenths where the chord changes; a note outside the chord goes on by
step, one outside the scale by a semitone to the note that it approaches; leaps cost by their width. A motif keeps its
intervals where it comes back. Chance, drawn with a seed, is added to the costs, so that every seed has its own line.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from scoregen.generation.improvising.solo_style import PitchCosts
from scoregen.generation.variation.spelling import alter_of
from scoregen.score.keys import Key
from scoregen.score.pitch import STEPS, Pitch

_STRONG = 1
"""The weakest metrical strength of a strong beat."""
_FOREIGN_ON_STRONG, _CHROMATIC_ON_STRONG, _SCALE_ON_BEAT = 3.0, 12.0, 0.7
_UNRESOLVED, _UNRESOLVED_CHROMATIC, _OPEN_END = 3.0, 9.0, 8.0
_AVOID = 1.0
_TRITONE, _SEVENTH, _BEYOND = 1.2, 2.5, 9.0
_FOURTH, _OCTAVE = 5, 12
_ARCH = 0.05
_WIDEST_MOTIF, _TURNED = 6, 3
"""The most semitones away from an interval of a motif that count, and what another direction counts."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a note is to be: its chord, whether the chord has just changed, and what is asked of it.

    `members`, `guides` are on the line of fifths; `strength` is the metrical one, `is_beat` whether it begins on a
    beat. `closes`: no note follows in its phrase. `middle` is the MIDI number that it should be near.
    `interval` is the semitones from the note before that a motif has, None without one. `only` are the pitch classes
    that are allowed, empty for all; `other_than` is a MIDI number to avoid.
    """

    members: frozenset[int]
    guides: frozenset[int]
    key: Key
    strength: int
    is_beat: bool
    is_new: bool
    closes: bool
    middle: float
    interval: int | None = None
    only: frozenset[int] = frozenset()
    other_than: int | None = None


@dataclass(frozen=True, slots=True)
class _Choice:
    """A MIDI number for a note: `kind` 0 is a member of the chord, 1 of the scale, 2 neither."""

    midi: int
    kind: int
    cost: float


def pitch_path(goals: Sequence[Goal], lowest: int, highest: int, costs: PitchCosts, seed: str) -> tuple[Pitch, ...]:
    """The pitches of a line, spelled by its chords and keys."""
    if not goals:
        return ()
    generator = random.Random(f"{seed} pitch")
    rows = [_choices(goal, lowest, highest, costs, generator) for goal in goals]
    values = [choice.cost for choice in rows[0]]
    ways: list[list[int]] = []
    for number in range(1, len(goals)):
        before, here = goals[number - 1], goals[number]
        way, new = [], []
        for choice in rows[number]:
            options = [
                value + _step(old, choice, before, here, costs)
                for value, old in zip(values, rows[number - 1], strict=True)
            ]
            best = min(range(len(options)), key=options.__getitem__)
            way.append(best)
            new.append(options[best] + choice.cost)
        ways.append(way)
        values = new
    at = min(range(len(values)), key=values.__getitem__)
    path = [rows[-1][at]]
    for number in range(len(goals) - 2, -1, -1):
        at = ways[number][at]
        path.append(rows[number][at])
    return _spelled(path[::-1], goals)


def _choices(goal: Goal, lowest: int, highest: int, costs: PitchCosts, generator: random.Random) -> list[_Choice]:
    members = {7 * place % 12 for place in goal.members}
    guides = {7 * place % 12 for place in goal.guides}
    scale = _scale(goal.key, goal.members)
    found = []
    for midi in range(lowest, highest + 1):
        chance = generator.gauss(0, costs.freedom)
        if goal.only and midi % 12 not in goal.only:
            continue
        kind = 0 if midi % 12 in members else 1 if midi % 12 in scale else 2
        cost = chance + _ARCH * abs(midi - goal.middle) + _place_cost(goal, kind, midi, members, costs)
        if goal.is_new and midi % 12 in guides:
            cost -= costs.guide
        cost += 0.6 * (midi == goal.other_than)
        found.append(_Choice(midi, kind, cost))
    return found or [
        _Choice(midi, 0, 0.0) for midi in range(lowest, highest + 1) if not goal.only or midi % 12 in goal.only
    ]


def _place_cost(goal: Goal, kind: int, midi: int, members: set[int], costs: PitchCosts) -> float:
    """The cost of a note outside the chord, by the place where it stands."""
    if kind == 0:
        return 0.0
    if goal.closes:
        return _OPEN_END
    if kind == 1:
        avoid = _AVOID * ((midi - 1) % 12 in members)
        if goal.strength <= _STRONG:
            return _FOREIGN_ON_STRONG + avoid
        return costs.scale + avoid * goal.is_beat + _SCALE_ON_BEAT * goal.is_beat
    return _CHROMATIC_ON_STRONG if goal.strength <= _STRONG or goal.is_beat else costs.approach


def _step(old: _Choice, new: _Choice, before: Goal, here: Goal, costs: PitchCosts) -> float:
    """The cost of going from one note to the next."""
    motion = new.midi - old.midi
    width = abs(motion)
    cost = 0.0
    if not before.closes:
        if old.kind == 2 and not (width == 1 and new.kind < 2):
            cost += _UNRESOLVED_CHROMATIC
        elif old.kind == 1 and not 1 <= width <= 2:
            cost += _UNRESOLVED
        if new.kind == 2 and width > _FOURTH:
            cost += _UNRESOLVED
    cost += costs.repeat * (width == 0)
    cost += 0.25 * (width in (3, 4)) + (0.4 if width == _FOURTH else 0.0)
    cost += costs.leap * max(0, width - _FOURTH) + _TRITONE * (width == 6)
    cost += _SEVENTH * (width in (10, 11)) + _BEYOND * (width > _OCTAVE)
    if here.interval is not None:
        turned = (motion > 0) - (motion < 0) != (here.interval > 0) - (here.interval < 0)
        cost += costs.faith * (min(_WIDEST_MOTIF, abs(motion - here.interval)) + _TURNED * turned)
    return cost


@cache
def _scale(key: Key, members: frozenset[int]) -> frozenset[int]:
    """The pitch classes of the scale over a chord: its members, and the key on all other steps."""
    pitches = (Pitch(step, alter_of(step, key, members), 4) for step in STEPS)
    return frozenset(pitch.pitch_class for pitch in pitches)


def _spelled(path: Sequence[_Choice], goals: Sequence[Goal]) -> tuple[Pitch, ...]:
    found: list[Pitch] = []
    after: Pitch | None = None
    for choice, goal in zip(reversed(path), reversed(goals), strict=True):
        after = _spelling(choice.midi, goal, after)
        found.append(after)
    return tuple(found[::-1])


def _spelling(midi: int, goal: Goal, after: Pitch | None) -> Pitch:
    """The note of chord or scale with a MIDI number; another one is a step from the note that it approaches."""
    for step in STEPS:
        pitch = _on_step(midi, step, alter_of(step, goal.key, goal.members))
        if pitch is not None:
            return pitch
    if after is not None and abs(after.midi_pitch - midi) == 1:
        diatonic = after.diatonic + (1 if midi > after.midi_pitch else -1)
        octave, index = divmod(diatonic, 7)
        natural = Pitch(STEPS[index], 0, octave)
        return Pitch(STEPS[index], midi - natural.midi_pitch, octave)
    sharp = next(step for step in STEPS if Pitch(step, 1, 4).pitch_class == midi % 12)
    found = _on_step(midi, sharp, 1)
    assert found is not None
    return found


def _on_step(midi: int, step: str, alter: int) -> Pitch | None:
    low = Pitch(step, alter, midi // 12 - 2)
    for octave in range(low.octave, low.octave + 3):
        pitch = Pitch(step, alter, octave)
        if pitch.midi_pitch == midi:
            return pitch
    return None
