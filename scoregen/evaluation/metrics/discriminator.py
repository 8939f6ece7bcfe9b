"""The discriminator: a linear classifier between passages of a corpus and passages of a sampler.

It gives the log odds that a passage comes from the corpus. Choosing among drafts by these log odds approximates
discriminator rejection sampling (Azadi et al. 2019, arXiv:1810.06758). The features are those of `two_sample`,
for any number of voices.

N features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.evaluation.metrics.frames import FRAMES_A_QUARTER, Frames
from scoregen.evaluation.metrics.two_sample import CROP_FRAMES, features

Vector = NDArray[np.float64]

RIDGE = 0.15
"""The L2 penalty: half of it times the squared weights is added to the mean loss in nats."""
STRIDE = 8 * FRAMES_A_QUARTER
STEPS = 30
"""The most steps of Newton's method; about twelve are enough."""


@dataclass(frozen=True, slots=True, eq=False)
class Discriminator:
    """Log odds as a sum: `weights` [N] times the features, plus `bias`."""

    weights: Vector
    bias: float

    def log_odds(self, frames: Frames) -> float:
        """The log odds of the last eight measures of 4/4; for a shorter passage, in proportion to its length."""
        passage = frames[-CROP_FRAMES:]
        return len(passage) / CROP_FRAMES * float(features(passage) @ self.weights + self.bias)


def fit(real: Sequence[Frames], samples: Sequence[Frames]) -> Discriminator | None:
    """Fit the classifier of passages of eight measures: ridge logistic regression on standardised features.

    Both sides have the same total weight. None if one side has no piece of eight measures.
    """
    passages = [[features(crop) for piece in side for crop in crops(piece)] for side in (real, samples)]
    if not all(passages):
        return None
    sides = [np.array(side) for side in passages]
    inputs = np.concatenate(sides)
    is_real = np.repeat([1.0, 0.0], [len(side) for side in sides])
    share = np.repeat([0.5 / len(side) for side in sides], [len(side) for side in sides])
    mean = share @ inputs
    scale = np.sqrt(share @ (inputs - mean) ** 2)
    scale[scale == 0] = np.inf
    weights, bias = _logistic((inputs - mean) / scale, is_real, share)
    return Discriminator(weights / scale, float(bias - mean @ (weights / scale)))


def crops(piece: Frames) -> list[Frames]:
    """Passages of eight measures, beginning at every second measure."""
    return [piece[start : start + CROP_FRAMES] for start in range(0, len(piece) - CROP_FRAMES + 1, STRIDE)]


def _logistic(inputs: Vector, targets: Vector, share: Vector) -> tuple[Vector, float]:
    """The weights and the bias by Newton's method; the weights `share` of the rows sum to 1."""
    rows = np.column_stack([inputs, np.ones(len(inputs))])
    ridge = np.diag(np.append(np.full(inputs.shape[1], RIDGE), 0.0))
    weights = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        probability = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        gradient = rows.T @ (share * (probability - targets)) + ridge @ weights
        hessian = (rows * (share * probability * (1 - probability))[:, None]).T @ rows + ridge
        step = np.linalg.solve(hessian, gradient)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights[:-1], float(weights[-1])
