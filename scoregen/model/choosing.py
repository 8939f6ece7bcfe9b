"""One draw a row from scores: first the mask, then the temperature, then the nucleus."""

from __future__ import annotations

import numpy as np

from scoregen.model.features import Ints

Scores = np.typing.NDArray[np.float32]
Chances = np.typing.NDArray[np.float64]

COLDEST = 1e-3


def chosen(scores: Scores, luck: Chances, temperature: float, top_p: float = 1.0) -> Ints:
    """[R] a column for each row of scores [R, E] in nats, -inf where forbidden; `luck` [R] in [0, 1).

    The nucleus (Holtzman et al. 2020, arXiv:1904.09751) is the fewest of the likeliest that together
    have the chance `top_p`; among them is drawn. With 1 all that is allowed can be drawn.
    """
    chances = np.exp((scores - scores.max(1, keepdims=True)).astype(np.float64) / max(temperature, COLDEST))
    if top_p < 1:
        chances = nucleus(chances, top_p)
    reached = chances.cumsum(1)
    columns: Ints = (reached <= luck[:, None] * reached[:, -1:]).sum(1)
    return columns


def nucleus(chances: Chances, top_p: float) -> Chances:
    """The chances [R, E] with all but the nucleus set to 0; they need not sum to one."""
    order = np.argsort(-chances, axis=1, kind="stable")
    every = np.arange(len(chances))[:, None]
    ranked = chances[every, order]
    before = ranked.cumsum(1) - ranked
    left_out = before >= top_p * ranked.sum(1, keepdims=True)
    found = np.empty_like(chances)
    found[every, order] = np.where(left_out, 0.0, ranked)
    return found
