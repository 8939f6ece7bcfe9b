"""Draws a motif: two measures of a tune in degrees, livelier or quieter by the density of its section.

The rhythms and the weights of steps are choices of this module. A motif begins on a note of the tonic triad and ends on
a long one of the tonic or the dominant; a happy one rises first, a sad one falls.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

from scoregen.plan.forms.progressions import Tune
from scoregen.plan.mood.affect import Affect
from scoregen.plan.piece.motif import MotifNote, degrees, motif_text, parse_motif
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature

BEATS: dict[str, tuple[tuple[Fraction, ...], ...]] = {
    "still": ((Fraction(2),), (Fraction(1), Fraction(1))),
    "calm": ((Fraction(1), Fraction(1)), (Fraction(2),)),
    "moving": (
        (Fraction(1), Fraction(1)),
        (Fraction(3, 2), Fraction(1, 2)),
        (Fraction(1), Fraction(1, 2), Fraction(1, 2)),
    ),
    "flowing": ((Fraction(1), Fraction(1, 2), Fraction(1, 2)), (Fraction(3, 2), Fraction(1, 2))),
    "driving": (
        (Fraction(1, 2), Fraction(1, 2), Fraction(1, 2), Fraction(1, 2)),
        (Fraction(1), Fraction(1, 2), Fraction(1, 2)),
        (Fraction(1, 2), Fraction(1, 2), Fraction(1)),
    ),
}
"""The rhythms of two beats, in beats, by the density."""
STEPS = {1: 6.0, 2: 2.0, 3: 0.8, 4: 0.6}
"""The weights of the scale steps between two notes, up or down."""
LOWEST, HIGHEST = -3, 8
"""The scale steps from the tonic within which a motif keeps."""
TRIAD = (0, 2, 4)
MEASURES = 2


def draw_motif(time: TimeSignature, density: str, mood: Affect, chance: random.Random) -> str:
    """A motif as text of plans."""
    lengths = [_rhythm(time, density, chance) for _ in range(MEASURES - 1)]
    lengths.append(_closing(time, density, chance))
    goal = chance.choice((1, 4, 4, 2))
    steps = _contour(sum(map(len, lengths)), goal, 1 if mood.valence >= 0 else -1, chance)
    notes = iter(steps)
    return motif_text([[MotifNote(next(notes), 0, length) for length in measure] for measure in lengths])


def draw_ground(time: TimeSignature, chance: random.Random) -> str:
    """A bass motif of four measures that leads down or around to the dominant, a note to a measure."""
    steps = chance.choice(((0, -1, -2, -3), (0, -3, -2, -3), (0, -2, -4, -3)))
    return motif_text([[MotifNote(step, 0, time.duration)] for step in steps])


def tune_of(text: str, key: Key, time: TimeSignature, places: Sequence[int]) -> Tune:
    """The notes of a motif at measures of a section, from 1, for the drawing of chords."""
    scale = degrees(key)
    rows: dict[int, list[tuple[Fraction, Fraction, int]]] = {}
    for place in places:
        for offset, measure in enumerate(parse_motif(text, time)):
            onset = Fraction(0)
            for note in measure:
                if note.step is not None:
                    row = rows.setdefault(place - 1 + offset, [])
                    row.append((onset, note.length, scale[note.step % 7] + 7 * note.alter))
                onset += note.length
    return rows


def _rhythm(time: TimeSignature, density: str, chance: random.Random) -> list[Fraction]:
    """The lengths of a measure in quarters."""
    found: list[Fraction] = []
    groups = list(time.groups)
    while groups:
        pair = groups[:2]
        if len(pair) == 2 and pair[0] == pair[1]:
            found += [beats * pair[0] for beats in _cell(density, time, chance)]
        else:
            found += [pair[0]]
            pair = pair[:1]
        groups = groups[len(pair) :]
    return found


def _cell(density: str, time: TimeSignature, chance: random.Random) -> Sequence[Fraction]:
    cells = BEATS[density or "moving"]
    if time.is_compound:
        third = Fraction(1, 3)
        cells = (
            (2 * third, third, 2 * third, third),
            (Fraction(1), 2 * third, third),
            (Fraction(1), Fraction(1)),
        )
    return chance.choice(cells)


def _closing(time: TimeSignature, density: str, chance: random.Random) -> list[Fraction]:
    """The last measure: a rhythm of its first half, then a long note."""
    groups = time.groups
    if len(groups) < 3:
        return [time.duration]
    half = len(groups) // 2
    first = _rhythm(TimeSignature((2,), 4), density, chance) if half == 2 and groups[0] == 1 else [groups[0]]
    used = sum(first, Fraction(0))
    return [*first, time.duration - used]


def _contour(count: int, goal: int, direction: int, chance: random.Random) -> list[int]:
    """Steps from a note of the triad towards a goal: the first half goes in one direction, the second to the goal."""
    steps = [chance.choice(TRIAD)]
    for place in range(1, count - 1):
        towards = direction if place <= count // 2 else (1 if goal > steps[-1] else -1)
        sign = towards if chance.random() < STRAIGHT else -towards
        size = chance.choices(list(STEPS), list(STEPS.values()))[0]
        following = steps[-1] + sign * size
        steps.append(following if LOWEST <= following <= HIGHEST else steps[-1] - sign)
    return [*steps, goal] if count > 1 else [goal]


STRAIGHT = 0.75
"""How often a step goes on in the direction of its half."""
