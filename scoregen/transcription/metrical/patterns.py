"""What returns in a line, and the harmony that it implies: which measures, and which barlines, they suit.

A passage that returns does so after whole measures, and the notes of a measure belong to one chord more often than
those of a span that crosses a barline (after Temperley and Bartlette, Parallelism as a factor in metrical analysis,
2002, and Temperley, Music and Probability, 2007, chapter 3). N notes, R returns, T times.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NEAR = 0.02
_FEWEST = 4
"""Notes of a passage that returns."""
_LAGS, _STEP_LAGS = (0.5, 1, 2, 4, 8), (1, 2, 4)
"""Measures after which notes, and steps between notes, are looked for again."""
_FEWEST_NOTES = 8
_MULTIPLES = (0.5, 1, 2, 4)
_SHIFTS = (0.25, 1 / 3, 0.5, 2 / 3, 0.75)
_TRIADS = np.array(
    [[(pitch - root) % 12 in kind for pitch in range(12)] for kind in ((0, 4, 7), (0, 3, 7)) for root in range(12)]
).astype(np.float64)
"""[24, 12] the pitch classes of the major and minor triads."""


class Returns(NamedTuple):
    """The passages that return: how much later [R], with how many notes [R]; [N] whether a note begins one."""

    lags: Floats
    sizes: Floats
    starts: NDArray[np.bool_]


def returns_of(onsets: Floats, pitches: Ints) -> Returns:
    """The longest passages with the same steps of time and of pitch as later ones."""
    steps, moves = np.diff(onsets), np.diff(pitches)
    same = (np.abs(steps[:, None] - steps[None]) < _NEAR) & (moves[:, None] == moves[None])
    count = len(steps)
    runs = np.zeros((count + 1, count + 1))
    for index in range(count - 1, -1, -1):
        runs[index, :-1] = np.where(same[index], runs[index + 1, 1:] + 1, 0)
    is_start = np.triu(runs[:-1, :-1] >= _FEWEST - 1, 1)
    is_start[1:, 1:] &= ~same[:-1, :-1]
    first, second = np.nonzero(is_start)
    starts = np.zeros(len(onsets), dtype=bool)
    starts[first], starts[second] = True, True
    return Returns(onsets[second] - onsets[first], runs[first, second] + 1, starts)


def after_measures(returns: Returns, measure: float) -> list[float]:
    """Whether anything returns, and the shares of it that do so after a multiple of 1/2, 1, 2 and 4 measures."""
    total = returns.sizes.sum()
    if not total:
        return [0.0] * (len(_MULTIPLES) + 1)
    counts = returns.lags[:, None] / (measure * np.array(_MULTIPLES))
    hits = np.abs(counts - np.rint(counts)) * measure * np.array(_MULTIPLES) < _NEAR * 2
    return [1.0, *(returns.sizes @ hits / total).tolist()]


class Lags:
    """What comes again some measures later; what was found for a length is kept, as many barrings share it."""

    def __init__(self, onsets: Floats, pitches: Ints) -> None:
        self._onsets, self._pitches = onsets, pitches
        self._steps, self._moves = np.diff(onsets), np.diff(pitches)
        self._known: dict[float, tuple[list[float], list[float], NDArray[np.bool_]]] = {}

    def notes(self, measure: float) -> list[float]:
        """How many notes have one, and how many one of their pitch, some measures on; in the unit of onsets."""
        return self._of(measure)[0]

    def steps(self, measure: float, are_downbeats: NDArray[np.bool_]) -> Floats:
        """[P, .] how many steps come again some measures on: the same step of time, and the same of time and pitch.

        Last, how many steps of time from downbeats come again one measure on; `are_downbeats` is [P, N].
        """
        _, shares, hits = self._of(measure)
        downbeats = are_downbeats[:, :-1]
        again = (downbeats & hits).sum(1) / np.maximum(downbeats.sum(1), 1)
        return np.column_stack([np.tile(shares, (len(downbeats), 1)), again])

    def _of(self, measure: float) -> tuple[list[float], list[float], NDArray[np.bool_]]:
        """The shares of notes and of steps, and whether each step of time comes again one measure on."""
        key = round(measure, 6)
        if key not in self._known:
            self._known[key] = self._compared(measure)
        return self._known[key]

    def _compared(self, measure: float) -> tuple[list[float], list[float], NDArray[np.bool_]]:
        notes: list[float] = []
        for lag in _LAGS:
            index, hits, left = _later(self._onsets, lag * measure)
            notes += [hits.sum() / left, (hits & (self._pitches[index] == self._pitches)).sum() / left]
        steps: list[float] = []
        next_measure = np.zeros(len(self._steps), dtype=bool)
        for lag in _STEP_LAGS:
            index, is_there, left = _later(self._onsets[:-1], lag * measure)
            hits = is_there & (np.abs(self._steps[index] - self._steps) < _NEAR)
            steps += [hits.sum() / left, (hits & (self._moves[index] == self._moves)).sum() / left]
            if lag == 1:
                next_measure = hits
        return notes, steps, next_measure


def _later(times: Floats, lag: float) -> tuple[Ints, NDArray[np.bool_], int]:
    """For each time [T] the index of the one that is nearest to a lag later, and whether it is there.

    Last, after how many times a later one is possible, but at least a few.
    """
    wanted = times + lag
    index = np.clip(np.searchsorted(times, wanted - _NEAR), 0, len(times) - 1)
    left = max(int((wanted <= times[-1] + _NEAR).sum()), _FEWEST_NOTES)
    return index, np.abs(times[index] - wanted) < 2 * _NEAR, left


class Harmony:
    """The harmony that the notes of a line imply; what was found of spans is kept, as many barrings share them."""

    def __init__(self, onsets: Floats, pitches: Ints) -> None:
        self._onsets = onsets
        self._classes = np.eye(12)[pitches % 12]
        steps = np.append(np.diff(onsets), 0.0)
        self._before = np.concatenate([np.zeros((1, 12)), np.cumsum(self._classes * steps[:, None], axis=0)])
        self._known: dict[tuple[float, float], float] = {}

    def of_measures(self, start: float, measure: float) -> list[float]:
        """How well one triad suits each measure, as a share of its notes, how much better than measures elsewhere.

        The first measure begins `start` after the first note. The others begin a quarter, a third and so on later.
        Last, how much better than two measures.
        """
        own = self.fit(start, measure)
        others = [self.fit(start + share * measure, measure) for share in _SHIFTS]
        return [own, own - max(others), own - sum(others) / len(others), self.fit(start, 2 * measure) - own]

    def fit(self, start: float, length: float) -> float:
        """The share of the notes that belong to the triads that suit their spans best."""
        key = round(start % length, 3), round(length, 3)
        if key not in self._known:
            last = self._onsets[-1]
            bounds = np.append(np.arange(self._onsets[0] + key[0] - length, last, length), last)
            spans = np.diff(self._sounding(bounds), axis=0)
            self._known[key] = float((spans @ _TRIADS.T).max(1).sum() / max(spans.sum(), 1e-9))
        return self._known[key]

    def _sounding(self, times: Floats) -> Floats:
        """[T, 12] how long each pitch class has sounded up to some times; a note lasts to the next one."""
        index = np.clip(np.searchsorted(self._onsets, times, side="right") - 1, 0, None)
        since = np.clip(times - self._onsets[index], 0, None)[:, None]
        return np.asarray(self._before[index] + self._classes[index] * since)
