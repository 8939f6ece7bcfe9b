"""Excerpts of pieces, and pieces without some of their voices: what training reads of long scores.

An excerpt has the features of its place in the whole piece: the distances to its ends, the pitches before, the ages of
notes. T slices, V voices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scoregen.model.features.alphabet import BARLINE, HOLD, MOST_ACCIDENTALS, UNSCORED
from scoregen.model.features.history_features import pitch_history, relative_to_key
from scoregen.model.features.inputs import ABSENT, SPELLED, TIME_SHIFT_STEPS, Ints, PieceArrays, no_tables, with_tables

_IDS_OF_STEPS = {int(steps): index + 1 for index, steps in enumerate(TIME_SHIFT_STEPS)}


def excerpt(piece: PieceArrays, start: int, stop: int) -> PieceArrays:
    """The slices from `start` to `stop`, with the tables that compare slices, which the whole piece need not have."""
    return with_tables(cut(piece, start, stop), duration(piece, start, stop), None)


def cut(piece: PieceArrays, start: int, stop: int) -> PieceArrays:
    """The slices from `start` to `stop`, with tables that compare slices of an empty piece."""
    first, last = _points(piece, start, stop)
    return replace(
        piece,
        **{name: getattr(piece, name)[start:stop] for name in _BY_SLICE},
        **{name: getattr(piece, name)[first:last] for name in _BY_POINT},
        position=piece.position[first:last] - piece.position[first],
        point=piece.point[start:stop] - first,
        last_slice=np.maximum(piece.last_slice[first:last] - start, 0),
        **no_tables(stop - start, piece.events.shape[1]),
    )


def duration(piece: PieceArrays, start: int, stop: int) -> int:
    """The grid steps from the slice `start` to the slice `stop`."""
    first, last = _points(piece, start, stop)
    end = piece.position[last] if last < len(piece.position) else piece.position[-1] + SPELLED_STEP
    return int(end - piece.position[first])


def _points(piece: PieceArrays, start: int, stop: int) -> tuple[int, int]:
    """The first point of an excerpt, and the first one after it."""
    last = int(piece.point[stop]) if stop < piece.length else len(piece.position)
    return int(piece.point[start]), last


SPELLED_STEP = 48
"""Grid steps to the end of a piece after its last point, when it is not known."""
_BY_SLICE = ("events", "before", "sounding", "age", "pitch_history", "choices", "inner", "time_shift", "measure")
_BY_POINT = ("metric", "key", "is_beat", "is_slice", "measure_steps")


def select_voices(piece: PieceArrays, columns: Sequence[int]) -> PieceArrays:
    """The piece without the other voices, and without the slices in which nothing is left to begin.

    The pitch history counts the remaining voices alone. Tables that compare slices are those of an empty piece.
    """
    chosen = np.array(columns)
    events = piece.events[:, chosen]
    opens = np.diff(piece.measure, prepend=-1) != 0
    kept = np.flatnonzero(opens | ((events != HOLD) & (events != ABSENT)).any(1))
    position = piece.position[piece.point]
    sounding, key = piece.sounding[np.ix_(kept, chosen)], piece.key[piece.point[kept]]
    is_slice = np.zeros(len(piece.position), dtype=bool)
    is_slice[piece.point[kept]] = True
    history = relative_to_key(pitch_history(sounding, position[kept], SPELLED), key - MOST_ACCIDENTALS)
    return replace(
        piece,
        events=events[kept],
        sounding=sounding,
        pitch_history=history,
        choices=piece.choices[np.ix_(kept, chosen)],
        inner=piece.inner[np.ix_(kept, chosen)],
        before=piece.before[np.ix_(kept, chosen)],
        age=piece.age[np.ix_(kept, chosen)],
        voices=piece.voices[chosen],
        time_shift=_time_shifts(position[kept], piece.measure[kept]),
        **no_tables(len(kept), len(chosen)),
        measure=piece.measure[kept],
        point=piece.point[kept],
        is_slice=is_slice,
        last_slice=np.maximum(np.searchsorted(piece.point[kept], np.arange(len(piece.position)), side="right") - 1, 0),
    )


def _time_shifts(position: Ints, measure: Ints) -> Ints:
    """The time shifts between the slices that are left."""
    steps = np.diff(position, append=position[-1])
    ids = np.array([_IDS_OF_STEPS.get(int(step), UNSCORED) for step in steps])
    same = np.append(measure[1:] == measure[:-1], False)
    return np.where(same, ids, BARLINE)
