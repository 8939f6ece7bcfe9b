"""The barlines of a line: of all metres, scales and pickups, that for which most speaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from scoregen.transcription.metrical.cues import Barring, Line, features, note_cues
from scoregen.transcription.metrical.habits import Habits
from scoregen.transcription.metrical.positions import METRES

Floats = NDArray[np.float64]

SCALES = (0.5, 2 / 3, 1.0, 1.5, 2.0)
"""Quarters that a quarter of the search may really be."""
_SLOWEST, _FASTEST = 2.4, 0.2
"""Seconds of a counted beat."""
MOST_NOTES = 160
_OFF_GRID = 0.12


def barrings(line: Line) -> Iterator[Barring]:
    """All barrings of a line in a possible tempo; few notes are off the grid."""
    start = line.onsets - line.onsets[0]
    for metre in METRES:
        for scale in SCALES:
            beat = line.seconds / scale * float(metre.counted)
            if not _FASTEST <= beat <= _SLOWEST:
                continue
            step = 0.5 if float(metre.counted) != 1.5 else 0.5
            for phase in np.arange(0, float(metre.measure), step):
                places = (start * scale + phase) % float(metre.measure)
                off = np.abs(places[:, None] - np.append(metre.places, float(metre.measure))[None]).min(1) > 0.03
                if off.mean() < _OFF_GRID:
                    yield Barring(metre, scale, float(phase))


def rated_barrings(
    line: Line, habits: Mapping[tuple[str, int], Habits], weights: Floats
) -> list[tuple[float, Barring]]:
    """All barrings with their ratings, the best first."""
    part = line.cut(MOST_NOTES)
    cues = note_cues(part)
    rated = [(float(features(part, cues, barring, habits) @ weights), barring) for barring in barrings(part)]
    return sorted(rated, key=lambda pair: -pair[0])
