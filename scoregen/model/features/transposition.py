"""Pieces in other keys: the arrays of a piece, transposed by an interval."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from scoregen.model.features.alphabet import FIRST_PITCH, NO_CHOICE, PITCH_IDS, PITCHES
from scoregen.model.features.inputs import SILENCE, SPELLED, Ints, PieceArrays
from scoregen.score.pitch import Interval


@lru_cache(maxsize=64)
def _transposition(interval: Interval) -> Ints:
    """[pitch ids + 1] the transposed pitch ids; -1 if a pitch leaves the alphabet."""
    moved = [PITCH_IDS.get(pitch.transposed(interval), -1) for pitch in PITCHES]
    return np.array([*moved, SILENCE])


def transpose_piece(piece: PieceArrays, interval: Interval) -> PieceArrays | None:
    """The piece an interval away, or None if a pitch leaves the alphabet or the key exceeds seven accidentals.

    The pitches that sounded before an excerpt count too.
    """
    table = _transposition(interval)
    by_choice = _choice_transposition(interval)
    events, choices = by_choice[piece.events], by_choice[piece.choices]
    before, sounding, inner = (table[pitches] for pitches in (piece.before, piece.sounding, piece.inner))
    keys = piece.key + interval.fifths
    leaves = (choices < NO_CHOICE).any() or any((pitches < 0).any() for pitches in (before, sounding, inner))
    if leaves or keys.min() < 0 or keys.max() >= SPELLED.no_key:
        return None
    return replace(
        piece,
        events=events,
        choices=choices.astype(piece.choices.dtype),
        before=before,
        sounding=sounding,
        inner=inner.astype(piece.inner.dtype),
        key=keys,
    )


@lru_cache(maxsize=64)
def _choice_transposition(interval: Interval) -> Ints:
    """[choice ids + 3] the transposed choice ids, for blank and absent voices and NO_CHOICE too; less if it leaves."""
    table = np.arange(SPELLED.absent + 2)
    moved = _transposition(interval)[:-1]
    table[FIRST_PITCH : SPELLED.events] = np.where(moved < 0, NO_CHOICE - 1, moved + FIRST_PITCH)
    table[NO_CHOICE] = NO_CHOICE
    return table
