"""Drawing one choice for each row of scores: mask, temperature, nucleus."""

from __future__ import annotations

import numpy as np

from scoregen.model.features.inputs import Ints

Scores = np.typing.NDArray[np.float32]
Probabilities = np.typing.NDArray[np.float64]

MIN_TEMPERATURE = 1e-3


def draw(scores: Scores, uniforms: Probabilities, temperature: float, top_p: float = 1.0) -> Ints:
    """[R] a column for each row of scores [R, E] in nats, -inf for excluded ones; `uniforms` [R] in [0, 1).

    Nucleus sampling (Holtzman et al. 2020, arXiv:1904.09751) draws from the smallest set of the likeliest columns
    with a total probability of `top_p`. With 1, every allowed column can be drawn.
    """
    columns = np.flatnonzero((scores > -np.inf).any(0))  # rows allow few columns
    scores = scores.take(columns, 1)
    over = scores - scores.max(1, keepdims=True, initial=-np.inf)  # without rows there are no columns either
    probabilities = np.exp(over.astype(np.float64) / max(temperature, MIN_TEMPERATURE))
    if top_p < 1:
        probabilities = nucleus(probabilities, top_p)
    cumulative = probabilities.cumsum(1)
    result: Ints = columns[(cumulative <= uniforms[:, None] * cumulative[:, -1:]).sum(1)]
    return result


def nucleus(probabilities: Probabilities, top_p: float) -> Probabilities:
    """The probabilities [R, E] with 0 outside the nucleus; they need not sum to one.

    Equal probabilities at the edge of the nucleus are all kept.
    """
    ranked = -np.sort(-probabilities, axis=1)
    cumulative = ranked.cumsum(1)
    count = (cumulative - ranked < top_p * cumulative[:, -1:]).sum(1)
    least = ranked[np.arange(len(ranked)), count - 1]
    return np.where(probabilities >= least[:, None], probabilities, 0.0)
