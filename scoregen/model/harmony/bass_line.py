"""The bass of a plan as a line: how it moved into the chords of a plan.

S steps. Intervals are pitch classes, by fifths.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.metric_features import CLASSES
from scoregen.model.harmony.permissions import bass_of

Ints = NDArray[np.int64]

NO_MOTION = CLASSES
"""The motion into the first chord."""
BASS = {"note": CLASSES, "degree": CLASSES, "motion": CLASSES + 1}
"""What the planner reads of the bass of the last chord, and the numbers of classes."""


def next_motions(motions: Ints, before: Ints, labels: Ints) -> Ints:
    """[...] the motions after chords with labels [..., 4] that follow those of labels `before`, with their motions: the
    interval of the bass, the earlier motion where it stays."""
    interval = (bass_of(labels) - bass_of(before)) % CLASSES
    return np.where(interval == 0, motions, interval)


def motions_before(labels: Ints) -> Ints:
    """[..., S] how the bass moved into the chord before each step of plans [..., S, 4]; NO_MOTION before the second."""
    motions = np.full(labels.shape[:-1], NO_MOTION)
    for step in range(2, labels.shape[-2]):
        motions[..., step] = next_motions(motions[..., step - 1], labels[..., step - 2, :], labels[..., step - 1, :])
    return motions
