"""What the planner reads of music for any ensemble: the outer notes of the given voices, and all that sounds in them.

The planner of choirs reads the highest given voice and the bass. Elsewhere voices cross, rest and sound chords. So the
given voices are read as two: one has the highest note at each step, the other the lowest, if one of the voices of the
bass is given. Which corpus the music is like is known as well.

S steps, V voices.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoregen.model.harmony.planner_inputs import (
    PLANNER_INPUTS,
    SILENT,
    Bools,
    Floats,
    Ints,
    PlannerPiece,
    planner_inputs,
    planner_piece,
)
from scoregen.tokens.events import TokenScore

PLANNER_STYLES = (
    *("openscore-lieder", "openscore-quartets", "orchestral-stress", "polish-chamber", "polish-choir"),
    *("polish-piano", "polish-songs"),
)
"""The corpora whose styles the planner knows, in the order of its inputs, on which trained weights depend."""
ENSEMBLE_INPUTS = PLANNER_INPUTS + len(PLANNER_STYLES)
_BEYOND = 128
"""Above all MIDI numbers."""


@dataclass(frozen=True, slots=True)
class VoicesPiece:
    """A piece at its steps with the highest and the lowest note of each voice; `bass` are the voices of the lowest
    staff."""

    highest: PlannerPiece
    lowest: PlannerPiece
    bass: tuple[int, ...]

    @property
    def is_given(self) -> Bools:
        """[S, V] false for blank voices."""
        return self.highest.is_given


def voices_piece(tokens: TokenScore) -> VoicesPiece:
    """A piece, whole or with blanks, at its steps."""
    last = tokens.slots[-1]
    bass = tuple(voice for voice, slot in enumerate(tokens.slots) if slot[:2] == last[:2])
    return VoicesPiece(planner_piece(tokens, "highest"), planner_piece(tokens, "lowest"), bass)


def outer_voices(piece: VoicesPiece, given: Bools) -> PlannerPiece:
    """The piece with two voices, of the notes of the voices that are `given` [S, V]."""
    rows = np.arange(len(given))
    high = np.where(given, piece.highest.height, 0)
    low = np.where(given & (piece.lowest.height > 0), piece.lowest.height, _BEYOND)
    top, bottom = high.argmax(1), low.argmin(1)
    sounds = high.max(1) > 0
    knows_bass = given[:, piece.bass].any(1)
    inside = (piece.highest.inside & given[:, :, None]).any(1)

    def pair(first: Ints | Bools, last: Ints | Bools, nothing: int) -> NDArray[np.int64]:
        return np.stack([np.where(sounds, first, nothing), np.where(sounds & knows_bass, last, nothing)], axis=1)

    return replace(
        piece.highest,
        classes=pair(piece.highest.classes[rows, top], piece.lowest.classes[rows, bottom], SILENT),
        attacks=pair(piece.highest.attacks[rows, top], piece.lowest.attacks[rows, bottom], 0).astype(np.bool_),
        height=pair(piece.highest.height[rows, top], piece.lowest.height[rows, bottom], 0),
        inside=np.stack([inside, np.zeros_like(inside)], axis=1),
        is_given=np.stack([np.asarray(given.any(1)), knows_bass], axis=1),
    )


def ensemble_inputs(piece: PlannerPiece, fixed: Ints, style: str | None) -> Floats:
    """[S, ENSEMBLE_INPUTS] the inputs with the outer voices of a piece and the known chords; `style` is a corpus."""
    own = np.array([style == name for name in PLANNER_STYLES], dtype=np.float32)
    inputs = planner_inputs(piece, piece.is_given, fixed)
    return np.concatenate([inputs, np.tile(own, (len(inputs), 1))], axis=1)
