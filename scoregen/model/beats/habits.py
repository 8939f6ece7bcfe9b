"""What is usual in notated rhythm, counted in scores: where notes begin in a measure, and where the next one does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scoregen.model.beats.notated import NotatedPiece
from scoregen.transcription.metrical.habits import Habits
from scoregen.transcription.metrical.positions import MEASURES, METRES, Metre

Floats = NDArray[np.float64]
Row = list[tuple[int, int]]
"""The measures and positions at which the notes of a line begin."""

_UNUSUAL = 0.02
"""The share of each count that goes to all positions alike."""
_SHRINKAGE = 12.0
"""Steps from a position that weigh as much as what is known of the steps from all positions."""
_LONG_REST = 2
_DOTTED_QUARTER = 1.5


def count_habits(lines: Iterable[tuple[Metre, Sequence[Row]]]) -> dict[str, Habits]:
    """The habits of every metre, from the rows of notes of lines."""
    rows: dict[str, list[Row]] = {metre.name: [] for metre in METRES}
    for metre, own in lines:
        rows[metre.name].extend(own)
    total = sum(len(row) for own in rows.values() for row in own)
    return {metre.name: _habits(metre, rows[metre.name], total) for metre in METRES}


def _habits(metre: Metre, rows: Sequence[Row], total: int) -> Habits:
    size = len(metre.positions)
    first, last, at = np.full(size, 0.3), np.full(size, 0.3), np.full(size, 0.5)
    steps = np.zeros((size, size, MEASURES))
    for row in rows:
        first[row[0][1]] += 1
        last[row[-1][1]] += 1
        for (measure, here), (following, there) in pairwise(row):
            at[there] += 1
            if following - measure < MEASURES:
                steps[there, here, following - measure] += 1
    prior = (sum(map(len, rows)) + 20) / (total + 20 * len(METRES))
    return Habits(np.log(first / first.sum()), _log_odds(metre, steps, at / at.sum()), np.log(last / last.sum()), float(np.log(prior)))


def _log_odds(metre: Metre, steps: Floats, at: Floats) -> Floats:
    """[B, B, MEASURES] logarithms of the odds of each step from a position, smoothed by lengths and positions."""
    lengths: Counter[float] = Counter()
    for length, number in zip(metre.steps.round(4).ravel(), steps.ravel(), strict=True):
        lengths[float(length)] += number
    values = np.vectorize(lambda length: lengths[float(length)])(metre.steps.round(4)) + 0.5
    general = np.where(metre.is_step, values * at[:, None, None], 0)
    general /= general.sum((0, 2), keepdims=True)
    known = steps.sum((0, 2), keepdims=True)
    odds = (steps + _SHRINKAGE * general) / (known + _SHRINKAGE)
    even = metre.is_step / metre.is_step.sum((0, 2), keepdims=True)
    return np.asarray(np.log((1 - _UNUSUAL) * odds + _UNUSUAL * even + 1e-9))


def rows_of(piece: NotatedPiece, onsets: Floats) -> list[tuple[Metre, Row]]:
    """The rows of the onsets, in quarters, of one line: one for each stretch in one metre and without a long rest."""
    starts = piece.beats[piece.downbeats]
    if not piece.downbeats[0]:
        starts = np.concatenate([piece.beats[:1], starts])
    found: list[tuple[Metre, Row]] = []
    metre: Metre | None = None
    row: Row = []
    for onset in np.unique(onsets):
        own, place = _place(piece, starts, float(onset))
        if own is not metre or place is None or (row and place[0] - row[-1][0] > _LONG_REST):
            if metre is not None and len(row) > 1:
                found.append((metre, row))
            metre, row = own, []
        if place is not None:
            row.append(place)
    if metre is not None and len(row) > 1:
        found.append((metre, row))
    return found


def _place(piece: NotatedPiece, starts: Floats, onset: float) -> tuple[Metre | None, tuple[int, int] | None]:
    """The metre at an onset, and its measure and position; None if it is on no grid."""
    measure = int(np.searchsorted(starts, onset + 1e-6)) - 1
    if measure < 0 or measure + 1 >= len(starts):
        return None, None
    model = measure if measure or len(starts) < 3 else 1
    length = starts[model + 1] - starts[model]
    beats = int(((piece.beats >= starts[model] - 1e-6) & (piece.beats < starts[model + 1] - 1e-6)).sum())
    metre = metre_of(length, beats)
    if metre is None or (measure and abs(starts[measure + 1] - starts[measure] - length) > 1e-6):
        return None, None
    inside = onset - starts[measure] + (length - (starts[measure + 1] - starts[measure]) if measure == 0 else 0)
    index = metre.index(inside)
    return metre, None if index is None else (measure, index)


def metre_of(quarters: float, beats: int) -> Metre | None:
    """The metre of measures of so many quarters and beats; None if it is not told apart."""
    compound = beats and quarters / beats == 1.5
    for metre in METRES:
        if abs(float(metre.measure) - quarters) < 1e-6 and (metre.counted == _DOTTED_QUARTER) == bool(compound):
            return metre
    return None
