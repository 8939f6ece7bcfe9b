"""The barlines of a line: of all metres, scales and pickups, that for which most speaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.transcription.metrical.cues import Barring, Line, features, note_cues
from scoregen.transcription.metrical.habits import Habits
from scoregen.transcription.metrical.positions import METRES

Floats = NDArray[np.float64]

SCALES = (Fraction(1, 2), Fraction(2, 3), Fraction(1), Fraction(3, 2), Fraction(2))
"""Quarters that a quarter of the search may really be."""
_SLOWEST, _FASTEST = 2.4, 0.2
"""Seconds of a counted beat."""
MOST_NOTES = 160
_OFF_GRID, _NEAR = 0.12, 0.03
_PHASE = Fraction(1, 2)
"""Quarters from one possible pickup to the next."""


def barrings(line: Line) -> Iterator[Barring]:
    """All barrings of a line in a possible tempo; few notes are off the grid."""
    start = line.onsets - line.onsets[0]
    for metre in METRES:
        for scale in SCALES:
            beat = line.seconds / float(scale) * float(metre.counted)
            if not _FASTEST <= beat <= _SLOWEST:
                continue
            for step in range(int(metre.measure / _PHASE)):
                phase = step * _PHASE
                places = (start * float(scale) + float(phase)) % float(metre.measure)
                off = np.abs(places[:, None] - np.append(metre.places, float(metre.measure))[None]).min(1) > _NEAR
                if off.mean() < _OFF_GRID:
                    yield Barring(metre, scale, phase)


def rated_barrings(
    line: Line, habits: Mapping[tuple[str, int], Habits], weights: Floats
) -> list[tuple[float, Barring]]:
    """All barrings with their ratings, the best first; that in 4/4 from the first note if no other is possible."""
    part = line.cut(MOST_NOTES)
    cues = note_cues(part)
    rated = [(float(features(part, cues, barring, habits) @ weights), barring) for barring in barrings(part)]
    return sorted(rated, key=lambda pair: -pair[0]) or [(0.0, Barring(METRES[0], Fraction(1), Fraction(0)))]
