"""How like a corpus a passage is, beside what a sampler writes: a linear classifier over its features.

What the classifier finds are the log odds that a passage comes from the corpus and not from the
sampler; to choose among drafts by them is discriminator rejection sampling (Azadi et al. 2019,
arXiv:1810.06758) with few tries. The features are those of `two_sample`, for any number of voices.

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
"""What the square of a weight costs, halved, beside the mean loss in nats: there are few pieces and many features."""
STRIDE = 8 * FRAMES_A_QUARTER
STEPS = 30
"""Of Newton's method; a dozen are enough."""


@dataclass(frozen=True, slots=True, eq=False)
class Discriminator:
    """Log odds as a sum: `weights` [N] times the features, and `bias`."""

    weights: Vector
    bias: float

    def log_odds(self, frames: Frames) -> float:
        """Of a passage as it ends: of the last eight measures of 4/4 that there are; less of a shorter one."""
        passage = frames[-CROP_FRAMES:]
        return len(passage) / CROP_FRAMES * float(features(passage) @ self.weights + self.bias)


def fitted(real: Sequence[Frames], written: Sequence[Frames]) -> Discriminator | None:
    """The classifier of passages of eight measures: ridge logistic regression on standardised features.

    Both sides count alike, however many pieces they have. None where one has no piece as long.
    """
    passages = [[features(crop) for piece in side for crop in crops(piece)] for side in (real, written)]
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
    """Passages of eight measures, one from every other measure on."""
    return [piece[start : start + CROP_FRAMES] for start in range(0, len(piece) - CROP_FRAMES + 1, STRIDE)]


def _logistic(inputs: Vector, targets: Vector, share: Vector) -> tuple[Vector, float]:
    """Weights and bias by Newton's method; the shares of the rows sum to one."""
    rows = np.column_stack([inputs, np.ones(len(inputs))])
    ridge = np.diag(np.append(np.full(inputs.shape[1], RIDGE), 0.0))
    found = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ (share * (chance - targets)) + ridge @ found
        curve = (rows * (share * chance * (1 - chance))[:, None]).T @ rows + ridge
        step = np.linalg.solve(curve, slope)
        found -= step
        if np.abs(step).max() < 1e-8:
            break
    return found[:-1], float(found[-1])
