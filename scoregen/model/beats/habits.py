"""What is usual in notated lines, counted in scores: where notes begin in a measure, and where the next one does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from scoregen.model.beats.lines import NotatedLine, steps_of
from scoregen.transcription.metrical.habits import Habits
from scoregen.transcription.metrical.positions import MEASURES, Metre

Floats = NDArray[np.float64]

_UNUSUAL = 0.02
"""The share of each count that goes to all positions alike."""
_SHRINKAGE = 12.0
"""Steps from a position that weigh as much as what is known of the steps from all positions."""
_FEWEST_LINES = 3


def count_habits(lines: Iterable[NotatedLine]) -> dict[tuple[str, int], Habits]:
    """The habits of every metre and pulse that enough lines have."""
    found: dict[tuple[str, int], list[NotatedLine]] = defaultdict(list)
    for line in lines:
        found[line.metre.name, line.pulse].append(line)
    total = sum(map(len, found.values()))
    return {
        key: _habits(own[0].metre, own, float(np.log((len(own) + 1) / total)))
        for key, own in found.items()
        if len(own) >= _FEWEST_LINES
    }


def _habits(metre: Metre, lines: Sequence[NotatedLine], prior: float) -> Habits:
    size = len(metre.positions)
    first, last, at = np.full(size, 0.3), np.full(size, 0.3), np.full(size, 0.5)
    steps = np.zeros((size, size, MEASURES))
    for line in lines:
        first[line.positions[0]] += 1
        last[line.positions[-1]] += 1
        for there, here, barlines in steps_of(line):
            at[there] += 1
            if barlines < MEASURES:
                steps[there, here, barlines] += 1
    return Habits(np.log(first / first.sum()), _log_odds(metre, steps, at / at.sum()), np.log(last / last.sum()), prior)


def _log_odds(metre: Metre, steps: Floats, at: Floats) -> Floats:
    """[B, B, MEASURES] logarithms of the odds of each step from a position, smoothed by lengths and positions."""
    lengths: dict[float, float] = defaultdict(float)
    for length, number in zip(metre.steps.round(4).ravel(), steps.ravel(), strict=True):
        lengths[float(length)] += float(number)
    values = np.vectorize(lambda length: lengths[float(length)])(metre.steps.round(4)) + 0.5
    general = np.where(metre.is_step, values * at[:, None, None], 0)
    general /= general.sum((0, 2), keepdims=True)
    known = steps.sum((0, 2), keepdims=True)
    odds = (steps + _SHRINKAGE * general) / (known + _SHRINKAGE)
    even = metre.is_step / metre.is_step.sum((0, 2), keepdims=True)
    return np.asarray(np.log((1 - _UNUSUAL) * odds + _UNUSUAL * even + 1e-9))
