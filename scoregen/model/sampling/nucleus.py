"""One draw a row from scores: first the mask, then the temperature, then the nucleus."""

from __future__ import annotations

import numpy as np

from scoregen.model.network.inputs import Ints

Scores = np.typing.NDArray[np.float32]
Chances = np.typing.NDArray[np.float64]

COLDEST = 1e-3


def draw(scores: Scores, uniforms: Chances, temperature: float, top_p: float = 1.0) -> Ints:
    """[R] a column for each row of scores [R, E] in nats, -inf where forbidden; `uniforms` [R] in [0, 1).

    The nucleus (Holtzman et al. 2020, arXiv:1904.09751) is the fewest of the likeliest that together
    have the chance `top_p`; among them is drawn. With 1 all that is allowed can be drawn.
    """
    columns = np.flatnonzero((scores > -np.inf).any(0))  # few are allowed to any row
    scores = scores.take(columns, 1)
    over = scores - scores.max(1, keepdims=True, initial=-np.inf)  # of no rows, no columns are left
    chances = np.exp(over.astype(np.float64) / max(temperature, COLDEST))
    if top_p < 1:
        chances = nucleus(chances, top_p)
    reached = chances.cumsum(1)
    found: Ints = columns[(reached <= uniforms[:, None] * reached[:, -1:]).sum(1)]
    return found


def nucleus(chances: Chances, top_p: float) -> Chances:
    """The chances [R, E] with all but the nucleus set to 0; they need not sum to one.

    Of equal chances at its edge all stay.
    """
    ranked = -np.sort(-chances, axis=1)
    reached = ranked.cumsum(1)
    count = (reached - ranked < top_p * reached[:, -1:]).sum(1)
    least = ranked[np.arange(len(ranked)), count - 1]
    return np.where(chances >= least[:, None], chances, 0.0)
