"""The index tables of the network. They follow from the alphabet: no checkpoint contains them.

P pitches.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoregen.model.network.alphabet import Alphabet

MELODIC_REACH, HARMONIC_REACH = 24, 40  # semitones
DISTANCES = 14  # log2 buckets of grid steps
FARTHEST = 1 << DISTANCES

Tables = dict[str, NDArray[np.generic]]


def index_tables(alphabet: Alphabet) -> Tables:
    """Every table by the name of its buffer in `Network`."""
    heads = {f"heads.{name}": table for name, table in interval_tables(alphabet).items()}
    return {"degree_of": alphabet.degrees, "copy_attention.buckets": distance_buckets(), **heads}


def interval_tables(alphabet: Alphabet) -> Tables:
    """From a pitch that is known [P + 1, the last: silence] to every pitch [P]: indices into logits."""
    midi = alphabet.midi
    apart = midi[None] - midi[:, None]
    wide = np.pad(apart, ((0, 1), (0, 0)))
    return {
        "height_index": midi - midi.min(),
        "degree_index": alphabet.degrees[:, :-1].copy(),
        "melodic_index": np.clip(wide, -MELODIC_REACH, MELODIC_REACH) + MELODIC_REACH,
        "class_index": alphabet.classes,
        "harmonic_index": np.clip(wide, -HARMONIC_REACH, HARMONIC_REACH) + HARMONIC_REACH,
        # counted apart by which of the two is above
        "interval_class": wide % 12 + 12 * (wide < 0),
    }


def distance_buckets() -> NDArray[np.uint8]:
    """[FARTHEST] the bucket of each distance in grid steps: its logarithm to base 2."""
    exponents = np.frexp(np.maximum(np.arange(FARTHEST), 1))[1] - 1
    buckets: NDArray[np.uint8] = np.minimum(exponents, DISTANCES - 1).astype(np.uint8)
    return buckets
