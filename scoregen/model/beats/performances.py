"""Performances of notated pieces, made by rule: rubato, rolled chords, uneven touch, pedal, wrong and missing notes.

The tempo wanders from beat to beat, rises and falls over phrases, slows before their ends, stops at fermatas and
changes between sections; notes are early and late by voice and by chance (after Friberg, Bresin and Sundberg, Overview
of the KTH rule system for musical performance, 2006). How free a performance is differs from one to the next.

N notes, B beats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.model.beats.notated import NotatedPiece

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Performance:
    """`notes` [N, 4]: onset and end in seconds, pitch, velocity, by onset. `places` [N] are their notated onsets.

    `beats` [B] are the times of the beats, `positions` [B] their places in quarters; `downbeats` marks first beats.
    An ornament has the place NaN.
    """

    notes: Floats
    places: Floats
    beats: Floats
    positions: Floats
    downbeats: NDArray[np.bool_]


def perform(piece: NotatedPiece, generator: np.random.Generator, freedom: float | None = None) -> Performance:
    """A performance; `freedom` goes from 0 (strict) to 1 (very free), and is drawn if it is None."""
    free = float(generator.beta(1.6, 1.6)) if freedom is None else freedom
    times = np.concatenate([[0.0], np.cumsum(_periods(piece, generator, free))]) + generator.uniform(0, 2)
    notes, places = _play(piece, times, generator, free)
    order = np.argsort(notes[:, 0], kind="stable")
    return Performance(notes[order], places[order], times, piece.beats, piece.downbeats)


def _periods(piece: NotatedPiece, generator: np.random.Generator, free: float) -> Floats:
    """[B - 1] the seconds from each beat to the next."""
    lengths = np.diff(piece.beats)
    usual = np.median(lengths)
    attacks = len(np.unique(piece.notes[:, 0])) / max(len(lengths), 1)
    by_beat = 60 / np.exp(generator.normal(np.log(88), 0.35))
    by_attacks = attacks / np.exp(generator.normal(np.log(4), 0.5))
    base = np.clip(by_beat**0.6 * max(by_attacks, 0.05) ** 0.4, 0.22, 2.4)
    slowness = _wandering(len(lengths), generator, 0.015 + 0.07 * free) + _phrases(len(lengths), generator, free)
    slowness += np.cumsum((generator.random(len(lengths)) < 0.008) * generator.normal(0, 0.25, len(lengths)))
    slowness += (generator.random(len(lengths)) < 0.012 * free) * generator.uniform(0.3, 0.9, len(lengths))
    result: Floats = np.clip(base * np.exp(slowness), 0.18, 3.5) * lengths / usual
    return result


def _wandering(count: int, generator: np.random.Generator, size: float) -> Floats:
    """[count] a slow and a fast random walk that return to 0."""
    result, slow = np.zeros(count), 0.0
    for index, (first, second) in enumerate(generator.normal(0, size, (count, 2))):
        slow = 0.85 * slow + first * 0.7
        result[index] = slow + 0.5 * second
    return result


def _phrases(count: int, generator: np.random.Generator, free: float) -> Floats:
    """[count] faster inside phrases, slower at their ends, slowest at the last."""
    result, start = np.zeros(count), 0
    unit = int(generator.choice([4, 6, 8, 12, 16]))
    while start < count:
        length = min(unit * int(generator.integers(1, 3)), count - start)
        inside = np.linspace(-1, 1, length)
        result[start : start + length] += free * generator.uniform(0, 0.22) * (inside**2 - 0.33)
        if generator.random() < 0.4 or start + length == count:
            tail = min(int(generator.integers(1, 5)), length)
            result[start + length - tail : start + length] += free * generator.uniform(0, 0.6) * _ramp(tail)
        start += length
    return result


def _ramp(count: int) -> Floats:
    return np.arange(1, count + 1) / count


def _play(piece: NotatedPiece, times: Floats, generator: np.random.Generator, free: float) -> tuple[Floats, Floats]:
    """Notes [N, 4] as played and the notated onsets [N]; some notes are missing, and some are ornaments."""
    kept = piece.notes[generator.random(len(piece.notes)) >= generator.uniform(0, 0.03)]
    onsets = _seconds(_swung(kept[:, 0], piece, generator, free), piece, times) + _touch(kept, generator, free)
    ends = np.maximum(_ends(kept, piece, times, generator), onsets + 0.04)
    notes = np.column_stack([onsets, ends, kept[:, 2], _velocities(kept, piece, generator)])
    ornaments = _ornaments(notes, generator)
    return np.concatenate([notes, ornaments]), np.concatenate([kept[:, 0], np.full(len(ornaments), np.nan)])


def _seconds(places: Floats, piece: NotatedPiece, times: Floats) -> Floats:
    return np.interp(places, piece.beats, times)


def _swung(places: Floats, piece: NotatedPiece, generator: np.random.Generator, free: float) -> Floats:
    """Places in quarters with the middle of every beat late or early: by habit, and by chance from beat to beat."""
    habit = 0.5 + (generator.normal(0, 0.02) if generator.random() < 0.85 else generator.uniform(0, 0.14))
    index = np.clip(np.searchsorted(piece.beats, places, side="right") - 1, 0, len(piece.beats) - 2)
    middle = np.clip(habit + generator.normal(0, 0.05 * free, len(piece.beats)), 0.35, 0.68)[index]
    length = piece.beats[index + 1] - piece.beats[index]
    inside = (places - piece.beats[index]) / length
    moved = np.where(inside < 0.5, 2 * inside * middle, 1 - 2 * (1 - inside) * (1 - middle))
    return np.asarray(piece.beats[index] + moved * length)


def _touch(notes: Floats, generator: np.random.Generator, free: float) -> Floats:
    """[N] seconds by which notes are late: chance, the habits of each voice, a leading melody, rolled chords."""
    late = generator.normal(0, generator.uniform(0.003, 0.008 + 0.02 * free), len(notes))
    habits = generator.normal(0, 0.012 * free, int(notes[:, 3].max()) + 1)
    late += habits[notes[:, 3].astype(int)]
    _, group = np.unique(notes[:, 0], return_inverse=True)
    top = np.full(group.max() + 1, -1.0)
    np.maximum.at(top, group, notes[:, 2])
    late -= (notes[:, 2] == top[group]) * generator.uniform(0, 0.03) * free
    rolled = generator.random(len(top)) < generator.choice([0, 0.02, 0.15]) * free
    speed = generator.uniform(0.015, 0.08)
    order = np.lexsort((notes[:, 2], group))
    rank = np.empty(len(notes))
    rank[order] = np.arange(len(notes)) - np.searchsorted(group[order], group[order])
    return np.asarray(late + rolled[group] * rank * speed)


def _ends(notes: Floats, piece: NotatedPiece, times: Floats, generator: np.random.Generator) -> Floats:
    """[N] the ends in seconds: legato to staccato by voice, or held by the pedal to a later beat."""
    onsets = _seconds(notes[:, 0], piece, times)
    written = _seconds(notes[:, 1], piece, times) - onsets
    touch = generator.choice([1.0, 0.95, 0.8, 0.5], int(notes[:, 3].max()) + 1)[notes[:, 3].astype(int)]
    ends = onsets + written * np.clip(touch * generator.lognormal(0, 0.12, len(notes)), 0.15, 1.3)
    if generator.random() < 0.45:
        changes = times[:: int(generator.choice([1, 2, 4]))]
        index = np.clip(np.searchsorted(changes, ends), 0, len(changes) - 1)
        down = generator.random(len(changes)) < generator.uniform(0.4, 1)
        ends = np.where(down[index], np.maximum(changes[index] + 0.05, ends), ends)
    return np.asarray(ends)


def _velocities(notes: Floats, piece: NotatedPiece, generator: np.random.Generator) -> Floats:
    """[N] velocities: the melody is louder, downbeats a little, and the rest is chance; at times all are equal."""
    if generator.random() < 0.2:
        return np.full(len(notes), 72.0)
    top = notes[:, 3] == notes[np.argmax(notes[:, 2]), 3]
    starts = np.isin(notes[:, 0], piece.beats[piece.downbeats])
    beats = np.isin(notes[:, 0], piece.beats)
    level = generator.uniform(45, 85) + _wandering(len(notes), generator, 4)
    level += top * generator.uniform(0, 18) + generator.uniform(-1, 6) * starts + generator.uniform(-1, 5) * beats
    return np.clip(level + generator.normal(0, generator.uniform(2, 9), len(notes)), 8, 127)


def _ornaments(notes: Floats, generator: np.random.Generator) -> Floats:
    """[M, 4] grace notes before some notes, trills on some long ones, and some wrong notes."""
    rows: list[tuple[float, float, float, float]] = []
    chance = generator.choice([0, 0.005, 0.03])
    for onset, end, pitch, velocity in notes[generator.random(len(notes)) < chance]:
        kind, step = generator.random(), float(generator.integers(1, 3))
        if kind < 0.4:
            early = generator.uniform(0.05, 0.14)
            rows.append((onset - early, onset, pitch - step, velocity))
        elif kind < 0.7 and end - onset > 0.35:
            speed = generator.uniform(0.07, 0.13)
            count = int((end - onset) / speed)
            rows += [
                (onset + i * speed, onset + (i + 1) * speed, pitch + step * (i % 2), velocity) for i in range(1, count)
            ]
        else:
            rows.append((onset + generator.uniform(-0.2, 0.2), end, pitch + step, velocity * 0.6))
    return np.array(rows, dtype=np.float64).reshape(-1, 4)
