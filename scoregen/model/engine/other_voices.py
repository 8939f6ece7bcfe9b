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


def compared_with(present: Bools) -> Ints:
    """[R, V, K] the voices with which each voice of a slice is compared; `present` [R, V].

    A single voice is paired with none, which changes no probability.
    """
    compared, (rows, count) = compared_voices(present), present.shape
    return compared if compared.shape[2] else np.full((rows, count, 1), count)


def other_voices(compared: Ints, rank: Ints, sounding: Ints, before: Ints, voice: Ints, chord: Ints) -> OtherVoices:
    """What the voice of each row [R] is compared with: other voices, and the last note of its own chord `chord` [R].

    `compared` are those of `compared_with`; `rank` (the place in the order of the slice), `sounding` and `before` are
    [R, V] by voice. A voice that is not yet written has the pitch before the slice.
    """
    rows, count = np.arange(len(voice)), rank.shape[1]
    own = compared[rows, voice]
    is_none = own == count
    at = rows[:, None], np.where(is_none, 0, own)
    is_set = (rank[at] < rank[rows, voice][:, None]) & ~is_none
    earlier = np.where(is_none, SILENCE, before[at])
    pitch = np.where(is_set, sounding[at], earlier)
    result = OtherVoices(own, pitch, earlier, is_set.astype(np.int64))
    return _with_chord(result, voice, chord) if (chord != SILENCE).any() else result


def _with_chord(others: OtherVoices, voice: Ints, chord: Ints) -> OtherVoices:
    columns = (voice, chord, np.full_like(chord, SILENCE), np.ones_like(chord))
    return OtherVoices(
        *(np.concatenate([each, column[:, None]], 1) for each, column in zip(others, columns, strict=True))
    )
