"""Fits a figure to the chords of a theme: the cheapest path through steps near those of the figure.

A note on a strong beat, or as long as a beat, is a member of its chord; other notes may be foreign if the line enters
and leaves them by step. The direction and size of the steps of the figure are kept where that costs no more. The path
is found by dynamic programming. A tune without chords keeps its figure, since nothing sounds under it; only its last
note goes to the tonic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.generation.variation.spelling import alter_of, melodic
from scoregen.generation.variation.theme import Theme
from scoregen.score.keys import Key
from scoregen.score.pitch import STEPS, Pitch
from scoregen.score.theory.symbol_tones import pitch_class_at

MOVED, OTHER_STEP, TURNED, STOOD = 1.0, 0.5, 2.0, 1.5
"""The cost of a step by which a note is moved, of one by which an interval changes, and of an interval that turns or is
lost."""
FOREIGN, LEAPT, NOT_ROOT, OUTSIDE = 8.0, 2.5, 3.0, 4.0
"""The cost of a foreign note where a member is due, of a foreign note beside a leap, of a last note that is no root,
and of a step beyond the range of the tune."""
REACH = 2
"""The steps by which a note may be moved."""


@dataclass(frozen=True, slots=True)
class Tone:
    """A note, or a rest (`step` None), from an onset to an end, in quarters: its diatonic step, then its pitch."""

    onset: Fraction
    end: Fraction
    step: int | None
    pitch: Pitch | None = None


def fitted(theme: Theme, tones: Sequence[Tone]) -> list[Tone]:
    """The tones with pitches that fit the chords."""
    notes = [tone for tone in tones if tone.step is not None]
    if not notes:
        return list(tones)
    steps = _cheapest(theme, notes) if theme.has_chords else _closed(theme, notes)
    pitches = iter(_spelled(theme, notes, steps))
    return [tone if tone.step is None else replace(tone, pitch=next(pitches)) for tone in tones]


def _closed(theme: Theme, notes: Sequence[Tone]) -> list[int]:
    """The steps as they are, the last one of the tune on the tonic."""
    steps = [_step(tone) for tone in notes]
    if notes[-1].onset >= theme.phrases[-1][0]:
        tonic = STEPS.index(pitch_class_at(theme.keys[-1].tonic_fifths).step)
        steps[-1] = min(step for step in range(steps[-1] - 3, steps[-1] + 4) if step % 7 == tonic)
    return steps


def _cheapest(theme: Theme, notes: Sequence[Tone]) -> list[int]:
    """The steps of the cheapest path."""
    own = [_costs(theme, tone, is_last=tone is notes[-1]) for tone in notes]
    best = dict(own[0])
    back: list[dict[int, int]] = []
    for before, tone, costs in zip(notes, notes[1:], own[1:], strict=False):
        aim = _step(tone) - _step(before)
        here: dict[int, float] = {}
        links: dict[int, int] = {}
        for step, cost in costs.items():
            rows = {
                other: value + _interval(step - other, aim) + _leaps(theme, (before, other), (tone, step))
                for other, value in best.items()
            }
            links[step] = min(rows, key=lambda other: (rows[other], abs(other - _step(before))))
            here[step] = cost + rows[links[step]]
        best = here
        back.append(links)
    path = [min(best, key=lambda step: best[step])]
    for links in reversed(back):
        path.append(links[path[-1]])
    return path[::-1]


def _costs(theme: Theme, tone: Tone, *, is_last: bool) -> dict[int, float]:
    """The cost of each step near that of a tone."""
    lowest, highest = theme.diatonic_range
    aim, chord = _step(tone), theme.chord(tone.onset)
    due = theme.strength(tone.onset) > 0 or tone.end - tone.onset >= 1
    costs = {}
    for step in range(aim - REACH, aim + REACH + 1):
        cost = MOVED * abs(step - aim) + OUTSIDE * (max(lowest - step, 0) + max(step - highest, 0))
        cost += FOREIGN * (due and not _is_member(theme, tone, step))
        if is_last and chord is not None and STEPS[step % 7] != pitch_class_at(chord.root).step:
            cost += NOT_ROOT
        costs[step] = cost
    return costs


def _interval(found: int, aim: int) -> float:
    return OTHER_STEP * abs(found - aim) + TURNED * (found * aim < 0) + STOOD * (found == 0 != aim)


def _leaps(theme: Theme, one: tuple[Tone, int], other: tuple[Tone, int]) -> float:
    """The cost of a leap to or from a foreign note."""
    if abs(one[1] - other[1]) < 2:
        return 0.0
    return LEAPT * sum(not _is_member(theme, tone, step) for tone, step in (one, other))


def _is_member(theme: Theme, tone: Tone, step: int) -> bool:
    members = theme.members(tone.onset)
    return not members or STEPS[step % 7] in {pitch_class_at(place).step for place in members}


def _spelled(theme: Theme, notes: Sequence[Tone], steps: Sequence[int]) -> list[Pitch]:
    """The pitches of the steps, in minor with the sixth and seventh degrees of a melody."""
    chords = [theme.chord(tone.onset) for tone in notes]
    members = [theme.members(tone.onset) if theme.has_chords else frozenset[int]() for tone in notes]
    keys = [_key(theme, tone) for tone in notes]
    pitches = [
        Pitch(STEPS[step % 7], alter_of(STEPS[step % 7], key, own), step // 7)
        for step, key, own in zip(steps, keys, members, strict=True)
    ]
    dominant = [chord is not None and chord.is_dominant for chord in chords]
    return melodic(pitches, keys[0], members, dominant=dominant)


def _key(theme: Theme, tone: Tone) -> Key:
    chord = theme.chord(tone.onset)
    return chord.key if chord is not None else theme.keys[theme.measure_at(tone.onset)]


def _step(tone: Tone) -> int:
    assert tone.step is not None
    return tone.step
