"""Layers of the planner's network in NumPy, which equal those of `planner_network.py`.

R plans, S steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.metric_features import CLASSES
from scoregen.model.harmony.permissions import Bools, Ints

Floats = NDArray[np.float32]

AGES = 9
"""The steps since the last chord began, the last class being that number or more."""
_GELU = float(np.sqrt(2 / np.pi))


def ages_before(begins: Bools) -> Ints:
    """[R, S] the ages of the chords before the steps at which chords begin [R, S]."""
    ages: Ints = np.zeros(begins.shape, dtype=np.int64)
    for step in range(1, begins.shape[1]):
        ages[:, step] = np.where(begins[:, step - 1], 1, np.minimum(ages[:, step - 1] + 1, AGES))
    return ages


def placed(logits: Floats, places: Ints, centres: Sequence[Ints]) -> Floats:
    """[R, N] the terms [R, N + 12 C] of N choices, and of their pitch classes `places` relative to C centres [R]."""
    own, *others = np.split(logits, range(places.shape[1], logits.shape[1], CLASSES), axis=1)
    for terms, centre in zip(others, centres, strict=True):
        own = own + np.take_along_axis(terms, (places - centre[:, None]) % CLASSES, axis=1)
    return own


def gelu(x: Floats) -> Floats:
    """GELU by the hyperbolic tangent."""
    return np.asarray(0.5 * x * (1 + np.tanh(_GELU * (x + 0.044715 * x * x * x))), dtype=np.float32)


def sigmoid(x: Floats) -> Floats:
    """The logistic function."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)), dtype=np.float32)


def log_softmax(logits: Floats) -> Floats:
    """log p [..., N] of logits [..., N]."""
    top = logits.max(1, keepdims=True)
    return np.asarray(logits - top - np.log(np.exp(logits - top).sum(1, keepdims=True)), dtype=np.float32)
