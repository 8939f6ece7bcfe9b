"""Weights of earlier versions in today's alphabet: every chance that they give is unchanged.

The alphabet has grown twice: by kinds of choices (absent voices, chords), and by pitches and time shifts. What is new
gets a chance of nothing, so that sampling and likelihoods are those of the version that trained the weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, Alphabet, alphabet
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.index_tables import head_sizes

Values = NDArray[np.float32]

KINDS_BEFORE = 4
"""hold, rest, attack, blank; absent voices were read as resting."""
RANGE_BEFORE = (31, 93)
TIME_SHIFTS_BEFORE = tuple(
    sorted(
        {Fraction(count, 8) for count in range(1, 9)}
        | {Fraction(count, 6) for count in range(1, 7)}
        | {Fraction(count, 2) for count in range(2, 17)}
    )
)
"""The pitches (MIDI) and time shifts of the spelled alphabet before it had chords."""
NEVER = np.float32(-30)
"""The logit of what the weights have never seen."""


def in_current_alphabet(tensors: Mapping[str, Values], config: NetworkConfig) -> dict[str, Values]:
    """The parameters in today's alphabet; unchanged if they are of it already, or of no known one."""
    result = dict(tensors)
    names = ("kind.weight", "pitch.weight", "heads.alone.weight", "heads.alone.bias", "time_shift.bias")
    if any(name not in result for name in names) or len(result["kind.weight"]) != KINDS_BEFORE:
        return result
    result["kind.weight"] = result["kind.weight"][[0, 1, 2, 3, 1, 2, 2]]
    own = alphabet(config.alphabet)
    if own.chords:
        result |= _with_chords(result, config, own)
    return result


def _with_chords(tensors: Mapping[str, Values], config: NetworkConfig, own: Alphabet) -> dict[str, Values]:
    low, high = RANGE_BEFORE
    inside = (own.midi >= low) & (own.midi <= high)
    embeddings = tensors["pitch.weight"]
    if len(embeddings) != inside.sum() + 1:
        return {}
    nearest = np.array([int(np.flatnonzero(inside)[0])] * own.silence)
    nearest[inside] = np.flatnonzero(inside)
    before = np.append(np.searchsorted(np.flatnonzero(inside), nearest), inside.sum())
    weight, bias = tensors["heads.alone.weight"], tensors["heads.alone.bias"]
    sizes = head_sizes(own, config)
    columns = [
        *(0, 1),
        *[-1] * (sizes.kinds - FIRST_PITCH),
        *(
            FIRST_PITCH + midi - low if low <= midi <= high else -1
            for midi in range(own.midi.min(), own.midi.max() + 1)
        ),
        *range(FIRST_PITCH + high - low + 1, len(bias)),
    ]
    shifts = [TIME_SHIFTS_BEFORE.index(shift) + 1 if shift in TIME_SHIFTS_BEFORE else -1 for shift in own.time_shifts]
    width = embeddings.shape[1]
    return {
        "pitch.weight": embeddings[before],
        "inner_notes.weight": np.zeros((width, width), dtype=np.float32),
        "heads.alone.weight": _rows(weight, columns, np.float32(0)),
        "heads.alone.bias": _rows(bias, columns, NEVER),
        "time_shift.weight": _rows(tensors["time_shift.weight"], [0, *shifts], np.float32(0)),
        "time_shift.bias": _rows(tensors["time_shift.bias"], [0, *shifts], NEVER),
    }


def _rows(table: Values, places: Sequence[int], fill: np.float32) -> Values:
    """The rows of a table at these places, with `fill` where the place is -1."""
    index = np.array(places)
    chosen: Values = table[np.maximum(index, 0)].copy()
    chosen[index < 0] = fill
    return chosen
