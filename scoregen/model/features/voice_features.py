"""What a voice is, in ids: its number among the voices, and its description.

A network whose configuration names its roles knows a voice by its number. Any other network knows it by the sum of the
embeddings of its description, so that it can write for ensembles that it has never seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoregen.tokens.voice_descriptions import VoiceDescription

Ints = NDArray[np.int64]

FAMILIES = ("other", "voice", "strings", "woodwind", "brass", "keyboard", "plucked", "percussion")
"""The families of instruments by id."""
_LOWEST, _STEP = 21, 4
"""The lowest MIDI number of a range, and the semitones that share an id."""
FEATURES: dict[str, int] = {
    "family": len(FAMILIES),
    "lowest": 22,
    "highest": 22,
    "rank from the top": 8,  # by the middle of the range
    "rank from the bottom": 8,
    "staff": 3,
    "staves": 3,
    "voice": 4,  # on the staff
    "sung": 2,
}
"""The features of a description, each with its number of ids. Weights depend on the order."""
COLUMNS = 1 + len(FEATURES)
"""The number of the voice, then its description."""


def voice_features(count: int, descriptions: Sequence[VoiceDescription] | None = None) -> Ints:
    """[V, COLUMNS] the ids of `count` voices; without descriptions these are all 0 and only the number counts."""
    table = np.zeros((count, COLUMNS), dtype=np.int64)
    table[:, 0] = np.arange(count)
    if descriptions:
        table[:, 1:] = _ids(descriptions)
    return table


def feature_offsets() -> Ints:
    """[features] the first row of each feature in one table of all embeddings."""
    return np.cumsum([0, *FEATURES.values()])[:-1]


def _ids(descriptions: Sequence[VoiceDescription]) -> Ints:
    middles = np.array([each.lowest + each.highest for each in descriptions])
    from_top = np.argsort(np.argsort(-middles, kind="stable"), kind="stable")
    from_bottom = len(descriptions) - 1 - from_top
    rows = [
        (
            FAMILIES.index(each.family) if each.family in FAMILIES else 0,
            (each.lowest - _LOWEST) // _STEP,
            (each.highest - _LOWEST) // _STEP,
            top,
            bottom,
            each.staff,
            each.staves - 1,
            each.voice,
            int(each.sung),
        )
        for each, top, bottom in zip(descriptions, from_top.tolist(), from_bottom.tolist(), strict=True)
    ]
    limits = np.array(list(FEATURES.values())) - 1
    result: Ints = np.clip(np.array(rows), 0, limits)
    return result
