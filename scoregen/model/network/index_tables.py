"""The index tables of the network. They follow from its alphabet, so no checkpoint contains them.

P pitches; the pitch id P means silence. A term of the network that does not apply is looked up in a column of
zeros, so that neither the parallel form nor an exported graph needs a mask.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, Alphabet
from scoregen.model.features.voice_features import feature_offsets
from scoregen.model.network.config import NetworkConfig

KINDS = ("hold", "rest", "attack", "blank", "absent", "more", "tied")
"""The kinds of events and choices by id. Weights depend on the order."""
MELODIC_REACH, HARMONIC_REACH = 24, 40  # semitones
DISTANCES = 14  # log2 buckets of grid steps
FARTHEST = 1 << DISTANCES

Tables = dict[str, NDArray[np.generic]]


def index_tables(alphabet: Alphabet, config: NetworkConfig) -> Tables:
    """Every table by the name of its buffer in `Network`."""
    heads = {f"heads.{name}": table for name, table in head_tables(alphabet, config).items()}
    offsets = {"feature_offsets": feature_offsets()}
    return {**voice_tables(alphabet), **offsets, "copy_attention.buckets": distance_buckets(), **heads}


def voice_tables(alphabet: Alphabet) -> Tables:
    """kind_of: [choices + 2] the kind of each id, in the order of `KINDS`; degree_of: by key and pitch, [keys (P + 1)].

    melodic_of: [(P + 1) (P + 1)] the melodic step from one pitch to another, 0 if either is silence.
    """
    kinds = np.full(alphabet.absent + 1, KINDS.index("attack"))
    kinds[:FIRST_PITCH] = np.arange(FIRST_PITCH)
    kinds[alphabet.events : alphabet.choices] = [KINDS.index("more"), KINDS.index("tied")][: 2 * alphabet.chords]
    kinds[alphabet.blank], kinds[alphabet.absent] = KINDS.index("blank"), KINDS.index("absent")
    steps = np.clip(alphabet.midi[None] - alphabet.midi[:, None], -MELODIC_REACH, MELODIC_REACH) + MELODIC_REACH + 1
    melodic = np.pad(steps, ((0, 1), (0, 1))).reshape(-1)
    return {"kind_of": kinds, "degree_of": alphabet.degrees.reshape(-1), "melodic_of": melodic}


class HeadSizes(NamedTuple):
    """The numbers of logits for choices without pitch, heights, scale degrees, melodic steps and their classes."""

    kinds: int
    heights: int
    degrees: int
    steps: int
    classes: int


def head_sizes(alphabet: Alphabet, config: NetworkConfig) -> HeadSizes:
    """The sizes that follow from an alphabet and the options of a network."""
    return HeadSizes(
        kinds=FIRST_PITCH + alphabet.choices - alphabet.events,
        heights=int(alphabet.midi.max() - alphabet.midi.min()) + 1,
        degrees=alphabet.degree_count if config.use_degrees else 0,
        steps=2 * MELODIC_REACH + 1,
        classes=alphabet.class_count,
    )


def head_tables(alphabet: Alphabet, config: NetworkConfig) -> Tables:
    """Indices of the logits that apply to each pitch; the column after those of `head_sizes` is zero.

    height_index: [P]; degree_index: [keys, P]; step_index: [P + 1, 2 P] melodic steps and their classes;
    harmonic_index: [P + 1, P] intervals from another voice; interval_before: [(P + 1) (P + 1)] by the last pitches
    of that voice and of this one, separate by which of the two is higher; interval_after: [P + 1, P];
    moves: [P + 1, P] whether it is another pitch; sounds: [P + 1].
    """
    sizes = head_sizes(alphabet, config)
    first = HeadSizes._make(np.cumsum([0, *sizes[:-1]]).tolist())
    zero, midi, degrees = sum(sizes), alphabet.midi, alphabet.degrees[:, :-1]
    intervals = np.pad(midi[None] - midi[:, None], ((0, 1), (0, 0)))
    steps = np.clip(intervals, -MELODIC_REACH, MELODIC_REACH) + MELODIC_REACH
    interval = intervals % 12 + 12 * (intervals < 0)
    return {
        "height_index": first.heights + midi - midi.min(),
        "degree_index": np.where(degrees < sizes.degrees, first.degrees + degrees, zero),
        "step_index": _with_silence(np.concatenate([first.steps + steps, first.classes + alphabet.classes], 1), zero),
        "harmonic_index": _with_silence(
            np.clip(intervals, -HARMONIC_REACH, HARMONIC_REACH) + HARMONIC_REACH, 2 * HARMONIC_REACH + 1
        ),
        "interval_before": np.pad(interval, ((0, 0), (0, 1))).reshape(-1),
        "interval_after": interval % 12,
        "moves": (steps != MELODIC_REACH).astype(np.float32),
        "sounds": np.append(np.ones(len(midi), dtype=np.float32), np.float32(0)),
    }


def _with_silence(table: NDArray[np.int64], zero: int) -> NDArray[np.int64]:
    """The table [P + 1, ...] with the column of zeros in the row of silence."""
    result = table.copy()
    result[-1] = zero
    return result


def distance_buckets() -> NDArray[np.uint8]:
    """[FARTHEST] the bucket of each distance in grid steps: its logarithm to base 2."""
    exponents = np.frexp(np.maximum(np.arange(FARTHEST), 1))[1] - 1
    buckets: NDArray[np.uint8] = np.minimum(exponents, DISTANCES - 1).astype(np.uint8)
    return buckets
