"""What the planner reads of a task, for a choir and for any other ensemble.

S steps, I inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.model.harmony.outer_voices import ensemble_inputs, outer_voices, voices_piece
from scoregen.model.harmony.planner_inputs import PlannerPiece, planner_inputs, planner_piece
from scoregen.tokens.events import TokenScore

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PlannerTask:
    """What the planner reads of a task, and the inputs [S, I] that it has with known chords [S, 4].

    A choir has its phrase ends in the headers; players have them in the plans of measures alone.
    """

    piece: PlannerPiece
    inputs: Callable[[Ints], Floats]
    is_played: bool = False


def choral_task(tokens: TokenScore) -> PlannerTask:
    """The task of a choir."""
    piece = planner_piece(tokens)
    return PlannerTask(piece, lambda known: planner_inputs(piece, piece.is_given, known))


def played_task(tokens: TokenScore, style: str | None) -> PlannerTask:
    """The task of any other ensemble; `style` is the corpus whose style its music has."""
    whole = voices_piece(tokens)
    piece = outer_voices(whole, whole.is_given)
    return PlannerTask(piece, lambda known: ensemble_inputs(piece, known, style), is_played=True)
