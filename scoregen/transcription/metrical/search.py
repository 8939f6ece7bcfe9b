"""Metre, tempo and rhythm of a performance in one search.

A path gives every attack a position in the measure and the length of a quarter. A step is rated by how usual it is in
notated music, by how far the time that it takes is from the time that it should take, and by the change of tempo; of
all metres the one is taken whose best path is rated highest (Viterbi search over position and tempo; after Raphael, A
hybrid graphical model for rhythmic parsing, 2002, and Nakamura, Yoshii and Sagayama, Rhythm transcription of polyphonic
piano music based on merged-output HMM, 2017). E attacks, B positions, V lengths of a quarter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.transcription.metrical.habits import Habits
from scoregen.transcription.metrical.positions import MEASURES, Metre

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

TEMPOS = 64
SHORTEST, LONGEST = 0.16, 1.9
"""The shortest and the longest quarter, in seconds."""
LENGTHS = SHORTEST * np.exp(np.arange(TEMPOS) * np.log(LONGEST / SHORTEST) / (TEMPOS - 1))
"""[V] the lengths of a quarter."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a performance differs from what is notated.

    `jitter` is the deviation of an onset in seconds, `share` that of a step in shares of its length, `drift` that of
    the logarithm of the tempo from one attack to the next, `spread` that of the usual tempo. `late` is the cost of a
    pause, `early` of a step that is far too short, `skip` of an attack that is an ornament or a slip: one that has a
    neighbour within `near` seconds.
    """

    jitter: float = 0.02
    share: float = 0.035
    drift: float = 0.02
    spread: float = 0.35
    late: float = 8.0
    early: float = 14.0
    skip: float = 6.0
    near: float = 0.14


@dataclass(frozen=True, slots=True)
class Path:
    """The attacks on the path, their positions and measures, the seconds of a quarter at each, and its rating."""

    attacks: Ints
    positions: Ints
    measures: Ints
    lengths: NDArray[np.float64]
    rating: float


def best_path(
    times: NDArray[np.float64], metre: Metre, habits: Habits, settings: Settings, odds: Floats | None = None
) -> Path:
    """The best path through attacks at `times` in a metre; `odds` [E, B] rate the positions of each attack."""
    count, size = len(times), len(metre.positions)
    values, which = np.unique(np.where(metre.is_step, metre.steps, 1.0).round(6), return_inverse=True)
    which = which.reshape(metre.steps.shape)
    expected = (values[:, None] * LENGTHS).astype(np.float32)
    deviation = np.sqrt(settings.jitter**2 + (settings.share * expected) ** 2).astype(np.float32)
    flat = size * MEASURES
    table = np.where(metre.is_step, habits.steps, -np.inf).astype(np.float32)
    given = odds if odds is not None else np.zeros((count, size), dtype=np.float32)
    scores = np.full((count, size, TEMPOS), -np.inf, dtype=np.float32)
    eased = np.full((count, size, TEMPOS), -np.inf, dtype=np.float32)
    tempo_from = np.zeros((count, size, TEMPOS), dtype=np.int8)
    back = np.zeros((count, size, TEMPOS), dtype=np.int32)
    start = habits.first[:, None] + _usual(metre, settings)[None, :]
    for index in range(count):
        if index == 0:
            scores[0] = start + given[0][:, None]
        for skipped in range(min(index, 3)):
            source = index - 1 - skipped
            if (
                skipped
                and times[source + 1 : index + 1].max() - times[source] > settings.near * skipped
                and (times[index] - times[source + 1] > settings.near * skipped)
            ):
                break
            fit = _fit(times[index] - times[source], expected, deviation, settings)
            rated = (eased[source][None, :, None, :] + table[..., None] + fit[which]).reshape(size, flat, TEMPOS)
            best = rated.argmax(1)
            value = np.take_along_axis(rated, best[:, None], 1)[:, 0] + given[index][:, None] - settings.skip * skipped
            better = value > scores[index]
            scores[index] = np.where(better, value, scores[index])
            back[index] = np.where(better, best + skipped * flat, back[index])
        eased[index], tempo_from[index] = _eased(scores[index], settings)
    return _trace(scores, back, tempo_from, habits, flat)


def _usual(metre: Metre, settings: Settings) -> Floats:
    """[V] the odds of the tempos at the start."""
    beats = LENGTHS * float(metre.counted)
    return np.asarray(-0.5 * (np.log(beats / metre.seconds) / settings.spread) ** 2, dtype=np.float32)


def _fit(seconds: float, expected: Floats, deviation: Floats, settings: Settings) -> Floats:
    """[R, V] the odds of a step that took some seconds, for each of its lengths in quarters and each tempo."""
    off = (seconds - expected) / deviation
    most = np.where(off > 0, settings.late, settings.early)
    return np.asarray(-np.minimum(0.5 * off**2, most) - np.log(deviation), dtype=np.float32)


def _eased(scores: Floats, settings: Settings) -> tuple[Floats, NDArray[np.int8]]:
    """[B, V] the best odds after a change of tempo, and the places from which the tempo changed."""
    width = np.log(LENGTHS[1] / LENGTHS[0])
    most = max(int(np.ceil(3.2 * settings.drift / width)), 1)
    best, where = scores.copy(), np.zeros(scores.shape, dtype=np.int8)
    for shift in (*range(-most, 0), *range(1, most + 1)):
        cost = 0.5 * (shift * width / settings.drift) ** 2
        moved = np.full_like(scores, -np.inf)
        if shift > 0:
            moved[:, shift:] = scores[:, :-shift]
        else:
            moved[:, :shift] = scores[:, -shift:]
        moved -= cost
        better = moved > best
        best = np.where(better, moved, best)
        where[better] = shift
    return best, where


def _trace(scores: Floats, back: NDArray[np.int32], tempo_from: NDArray[np.int8], habits: Habits, flat: int) -> Path:
    final = scores[-1] + habits.last[:, None]
    place, tempo = (int(x) for x in np.unravel_index(int(final.argmax()), final.shape))
    rating, index = float(final[place, tempo]), len(scores) - 1
    rows, barlines = [], []
    while True:
        rows.append((index, place, LENGTHS[tempo]))
        if index == 0:
            break
        code = int(back[index, place, tempo])
        skipped, code = divmod(code, flat)
        place, crossed = divmod(code, MEASURES)
        barlines.append(crossed)
        index -= 1 + skipped
        tempo -= int(tempo_from[index, place, tempo])
    attacks, positions, lengths = (np.array(column) for column in zip(*rows[::-1], strict=True))
    measures = np.concatenate([[0], np.cumsum(barlines[::-1])]).astype(np.int64)
    return Path(attacks, positions, measures, lengths, rating)
