"""The in-slice GRU on looked-up input: all that a voice can do in a key, put through the weights beforehand.

What `Network.read_voice`, `time_shift_state` and `slice_code` compute hangs on few things, so that a table
holds it: a step over a voice costs three look-ups and one product with the state.

R rows, V voices, e embedding, s in-slice, d backbone, N things that a voice can have done in a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch

from scoregen.model.engine.layers import Affine, array, gru_step
from scoregen.model.network.alphabet import FIRST_PITCH
from scoregen.model.network.history_features import AGES
from scoregen.model.network.inputs import SILENCE, Floats, Ints
from scoregen.model.network.network import Network

_KINDS = FIRST_PITCH + 1  # hold, rest, attack
_SOUNDS = SILENCE + 1


class Tables:
    """For a network as it is now, in the keys of a piece (indices of the alphabet)."""

    def __init__(self, network: Network, keys: Sequence[int]) -> None:
        cell = network.in_slice
        self._place = np.zeros(max(keys) + 1, dtype=np.int64)
        self._place[list(keys)] = np.arange(len(keys))
        rows = [_in_key(network, key) for key in keys]
        self._sounds, self._done, self._slices = (np.concatenate(part) for part in zip(*rows, strict=True))
        who = network.role.weight[:, None] + network.age.weight
        self._who = array((who @ cell.weight_ih[:, : who.shape[-1]].T + cell.bias_ih).flatten(0, 1))
        self._bias = array(cell.bias_ih)
        self._own = Affine.with_weights(cell.weight_hh, cell.bias_hh)
        self._voices = len(network.role.weight)

    def comes(self, voices: Ints, ages: Ints, before: Ints, keys: Ints) -> Floats:
        """[R, V, 3 s] the gates' share of who is next [R, V], since when and from which pitch."""
        found: Floats = self._who.take(voices * AGES + ages, 0)
        found += self._sounds.take(self._place[keys][:, None] * _SOUNDS + before, 0)
        return found

    def done(self, voice: Ints, events: Ints, sounding: Ints, keys: Ints) -> Ints:
        """[R] the number of what a voice did and sounds: of the rows of the tables below."""
        kinds = np.minimum(events, FIRST_PITCH)
        found: Ints = ((self._place[keys] * self._voices + voice) * _KINDS + kinds) * _SOUNDS + sounding
        return found

    def read_voice(self, state: Floats, comes: Floats, last: Ints | None) -> Floats:
        """The state after `Network.read_voice`; `last` [R] is what the voice before has done."""
        return gru_step(state, comes if last is None else comes + self._done.take(last, 0), self._own)

    def time_shift_state(self, state: Floats, last: Ints) -> Floats:
        """The state after `Network.time_shift_state`."""
        return gru_step(state, self._done.take(last, 0) + self._bias, self._own)

    def slice_code(self, done: Sequence[Ints]) -> Floats:
        """[R, d] `Network.slice_code` of what all voices did."""
        found: Floats = self._slices.take(np.stack(done, 1), 0).sum(1)
        return found


@lru_cache(maxsize=4)
def tables(network: Network, keys: tuple[int, ...], version: int) -> Tables:
    """The tables of a network; `version` changes with the weights."""
    return Tables(network, keys)


def _in_key(network: Network, key: int) -> tuple[Floats, Floats, Floats]:
    """Of a key: the gates' share of each pitch come from [P + 1, 3 s] and of each thing done [N, 3 s], and
    its share of a slice's code [N, d]."""
    e, cell = network.config.embedding, network.in_slice
    in_key = torch.tensor(key)
    sounds = network.sound_code(torch.arange(_SOUNDS), in_key) @ cell.weight_ih[:, e : 2 * e].T
    voice, kind, pitch = (
        part.flatten() for part in torch.meshgrid(*(torch.arange(size) for size in _sizes(network)), indexing="ij")
    )
    codes = network.voice_code(kind[:, None], pitch[:, None], in_key.expand(len(kind)), voice[:, None])
    done = codes[:, 0] @ cell.weight_ih[:, 2 * e :].T
    return array(sounds), array(done), array(network.slice_code(codes))


def _sizes(network: Network) -> tuple[int, int, int]:
    return len(network.role.weight), _KINDS, _SOUNDS
