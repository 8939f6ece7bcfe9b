"""The other voices of a slice from the view of one of them: inputs of the step `choose`.

R rows, V voices, K other voices.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scoregen.model.engine.protocol import Array, Engine
from scoregen.model.features.inputs import SILENCE, Bools, Ints
from scoregen.model.features.turns import compared_voices


class OtherVoices(NamedTuple):
    """Voice numbers (V for none), pitches, earlier pitches, and whether they are written, [R, K] each."""

    voice: Ints
    pitch: Ints
    before: Ints
    is_set: Ints


def voice_codes(engine: Engine, voices: Ints) -> tuple[Array, Array]:
    """The codes of the voices' roles [V, e], and their terms in pairs [V + 1, s], the last of which is for no voice."""
    roles, own = engine.run("describe_voices", voices)
    pairs = engine.zeros(len(voices) + 1, engine.config.in_slice)
    pairs[:-1] = own
    return roles, pairs


def other_voices(present: Bools, rank: Ints, sounding: Ints, before: Ints, voice: Ints, chord: Ints) -> OtherVoices:
    """What the voice of each row [R] is compared with: other voices, and the last note of its own chord `chord` [R].

    `present`, `rank` (the place in the order of the slice), `sounding` and `before` are [R, V] by voice. A voice that
    is not yet written has the pitch before the slice. A single voice is paired with none, which changes no probability.
    """
    rows, count = np.arange(len(voice)), present.shape[1]
    own = compared_voices(present)[rows, voice]
    if not own.shape[1]:
        own = np.full((len(rows), 1), count)
    silent = ((0, 0), (0, 1))
    at = (rows[:, None], own)
    is_set = np.pad(rank, silent, constant_values=count)[at] < rank[rows, voice][:, None]
    earlier = np.pad(before, silent, constant_values=SILENCE)[at]
    pitch = np.where(is_set, np.pad(sounding, silent, constant_values=SILENCE)[at], earlier)
    result = OtherVoices(own, pitch, earlier, is_set.astype(np.int64))
    return _with_chord(result, voice, chord) if (chord != SILENCE).any() else result


def _with_chord(others: OtherVoices, voice: Ints, chord: Ints) -> OtherVoices:
    columns = (voice, chord, np.full_like(chord, SILENCE), np.ones_like(chord))
    return OtherVoices(
        *(np.concatenate([each, column[:, None]], 1) for each, column in zip(others, columns, strict=True))
    )
