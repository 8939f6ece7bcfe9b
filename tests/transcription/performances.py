"""Performances for tests, made by rule from notes in quarters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scoregen.transcription.performed import PerformedNote, in_order


def played(
    tune: Sequence[tuple[int, float]], seconds: float = 0.6, unsteady: float = 0.0, seed: int = 1
) -> list[PerformedNote]:
    """A tune of pitches and lengths in quarters; `unsteady` is the deviation of the logarithm of each length."""
    generator, now, notes = np.random.default_rng(seed), 0.37, []
    for pitch, length in tune:
        lasting = length * seconds * float(np.exp(generator.normal(0, unsteady)))
        notes.append(PerformedNote(now, now + 0.93 * lasting, pitch))
        now += lasting
    return in_order(notes)


GRACE = [
    *((62, 1), (67, 2), (71, 0.5), (67, 0.5), (71, 2), (69, 1), (67, 2), (64, 1), (62, 2)),
    *((62, 1), (67, 2), (71, 0.5), (67, 0.5), (71, 2), (69, 1), (74, 5)),
    *((71, 1), (74, 1.5), (71, 0.5), (74, 0.5), (71, 0.5), (67, 2), (62, 1), (64, 1.5), (67, 0.5), (67, 0.5)),
    *((64, 0.5), (62, 2), (62, 1), (67, 2), (71, 0.5), (67, 0.5), (71, 2), (69, 1), (67, 5)),
]
"""The hymn tune New Britain: pitches and lengths in quarters, in 3/4 with a pickup of a quarter."""
