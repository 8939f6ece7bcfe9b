"""The conditioning of an example: which events are given, and in which order the others are chosen.

T slices, V voices, F frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoregen.model.features.alphabet import HOLD, REST
from scoregen.model.features.inputs import ABSENT, BLANK, SILENCE, Bools, Ints, PieceArrays

OUTER_FIRST = (0, 3, 1, 2)
NEVER = 1 << 40
"""The position of padding: later than every slice, so that nothing attends to it."""
WINDOW = 256
"""The number of slices before a slice to which it can attend: time and memory grow linearly with a piece."""


@dataclass(frozen=True, slots=True)
class Example:
    """A piece, which of its events are given [T, V], and the order of the voices in each slice [T, V].

    Absent voices come last in the order, and are never written. `style` is the id of the style, 0 if it is unknown.
    """

    piece: PieceArrays
    given: Bools
    order: Ints
    style: int = 0


def draw_given(piece: PieceArrays, generator: np.random.Generator) -> Bools:
    """Draw the given events of an example: nothing, one voice, several, or all but a hole."""
    voices = piece.events.shape[1]
    given = np.zeros(piece.events.shape, dtype=bool)
    kind = generator.random()
    if kind < 0.35:
        return given
    if kind < 0.65:
        given[:, 0] = True
    elif kind < 0.8:
        given[:, generator.permutation(voices)[: generator.integers(1, voices)]] = True
    else:
        given[:] = True
        last = int(piece.measure[-1])
        start = int(generator.integers(0, last + 1))
        stop = start + int(generator.integers(1, 9))
        hole = (piece.measure >= start) & (piece.measure < stop)
        blank = generator.permutation(voices)[: generator.integers(1, voices + 1)]
        given[np.ix_(hole, blank)] = False
    return given


def draw_order(piece: PieceArrays, given: Bools, generator: np.random.Generator) -> Ints:
    """Draw an order: given voices first; the others in the usual order half of the time, otherwise in any order."""
    voices = given.shape[1]
    if voices == len(OUTER_FIRST) and generator.random() < 0.5:
        return usual_order(given, piece.events == ABSENT)
    return _given_first(generator.permutation(voices), given, piece.events == ABSENT)


def usual_order(given: Bools, absent: Bools | None = None) -> Ints:
    """Given voices first, then outer before inner voices if there are four, absent ones last.

    This is the order of validation and of sampling.
    """
    voices = given.shape[1]
    order = np.array(OUTER_FIRST) if voices == len(OUTER_FIRST) else np.arange(voices)
    return _given_first(order, given, np.zeros_like(given) if absent is None else absent)


def _given_first(order: Ints, given: Bools, absent: Bools) -> Ints:
    rank = np.argsort(order)
    voices = given.shape[1]
    return np.argsort(rank - voices * given + 2 * voices * absent, axis=1, kind="stable")


def frames(piece: PieceArrays, given: Bools) -> tuple[Ints, Ints, Ints, Ints]:
    """The timeline of the context encoder: points [F]; event, pitch [F, V] and inner notes [F, V, N] of each voice.

    A point is a frame if it is a beat or if a given voice moves there. The frames reveal nothing else about
    the blank voices, not even where they move.
    """
    absent = piece.events == ABSENT
    moves = given & (piece.events != HOLD) & ~absent
    at = piece.last_slice
    chosen = np.flatnonzero(piece.is_beat | (piece.is_slice & moves[at].any(1)))
    slices = at[chosen]
    is_given = given[slices]
    exact = piece.is_slice[chosen][:, None] & moves[slices]
    resting = np.where(piece.sounding[slices] == SILENCE, REST, HOLD)
    events = np.where(exact, piece.events[slices], np.where(absent[slices], ABSENT, resting))
    return (
        chosen,
        np.where(is_given, events, BLANK),
        np.where(is_given, piece.sounding[slices], SILENCE),
        np.where(is_given[..., None], piece.inner[slices], SILENCE),
    )
