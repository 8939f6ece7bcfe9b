"""The conditions of an example: which events are given, and in which order the others are chosen.

T slices, V voices, F frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoregen.model.network.alphabet import HOLD, REST
from scoregen.model.network.inputs import BLANK, SILENCE, Bools, Ints, PieceArrays

OUTER_FIRST = (0, 3, 1, 2)
NEVER = 1 << 40
"""The position of padding: later than everything, so that nothing attends to it."""


@dataclass(frozen=True, slots=True)
class Example:
    """A piece, which of its events are given [T, V], and the order of voices in each slice [T, V]."""

    piece: PieceArrays
    given: Bools
    order: Ints


def draw_given(piece: PieceArrays, generator: np.random.Generator) -> Bools:
    """What is given in one example: nothing, one voice, several, or all but a hole."""
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


def draw_order(given: Bools, generator: np.random.Generator) -> Ints:
    """Given voices first; the others as usual half of the time, else in any order."""
    voices = given.shape[1]
    if voices == len(OUTER_FIRST) and generator.random() < 0.5:
        return usual_order(given)
    return _given_first(generator.permutation(voices), given)


def usual_order(given: Bools) -> Ints:
    """Given voices first, then of four the outer before the inner: as measured, and as used."""
    voices = given.shape[1]
    return _given_first(np.array(OUTER_FIRST) if voices == len(OUTER_FIRST) else np.arange(voices), given)


def _given_first(order: Ints, given: Bools) -> Ints:
    rank = np.argsort(order)
    return np.argsort(rank - given.shape[1] * given, axis=1, kind="stable")


def frames(piece: PieceArrays, given: Bools) -> tuple[Ints, Ints, Ints]:
    """The context encoder's timeline: points [F], and each voice's event and pitch there [F, V].

    A point is a frame if it is a beat or a given voice moves there; nothing else of the blank
    voices, not even where they move, can be read from it.
    """
    moves = given & (piece.events != HOLD)
    at = piece.last_slice
    chosen = np.flatnonzero(piece.is_beat | (piece.is_slice & moves[at].any(1)))
    slices = at[chosen]
    known = given[slices]
    exact = piece.is_slice[chosen][:, None] & moves[slices]
    resting = piece.sounding[slices] == SILENCE
    events = np.where(exact, piece.events[slices], np.where(resting, REST, HOLD))
    return chosen, np.where(known, events, BLANK), np.where(known, piece.sounding[slices], SILENCE)
