"""The beat network without PyTorch, with the weights that PyTorch trained.

Equal to `scoregen.model.beats.network`; a test compares them. E attacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from scoregen.system.errors import InputError
from scoregen.system.files import write_files
from scoregen.system.resources import weights
from scoregen.system.threads import one_thread

Floats = NDArray[np.float32]
FILE = "performances.beats"


@dataclass(frozen=True, slots=True)
class BeatOdds:
    """Logits [E] of beat and downbeat, and the probabilities [E, PERIODS] of the lengths of the beat."""

    beats: Floats
    downbeats: Floats
    periods: Floats


class BeatGru:
    """The network with its weights."""

    def __init__(self, tensors: Mapping[str, NDArray[np.floating]]) -> None:
        self._w = {name: np.asarray(value, dtype=np.float32) for name, value in tensors.items()}

    def odds(self, features: NDArray[np.float64]) -> BeatOdds:
        """What the network makes of features [E, FEATURES]."""
        with one_thread():
            return self._odds(features)

    def _odds(self, features: NDArray[np.float64]) -> BeatOdds:
        hidden: Floats = np.maximum(self._linear("read", features.astype(np.float32)), np.float32(0)).astype(np.float32)
        for layer in ("l0", "l1"):
            forward = self._run(hidden, layer)
            backward = self._run(hidden[::-1], f"{layer}_reverse")[::-1]
            hidden = np.concatenate([forward, backward], axis=1)
        output = self._linear("heads", hidden)
        return BeatOdds(output[:, 0], output[:, 1], _softmax(output[:, 2:]))

    def _linear(self, name: str, x: Floats) -> Floats:
        result: Floats = x @ self._w[f"{name}.weight"].T + self._w[f"{name}.bias"]
        return result

    def _run(self, x: Floats, layer: str) -> Floats:
        """[E, width] the states of a GRU over inputs [E, ...]."""
        recurrent, bias = self._w[f"gru.weight_hh_{layer}"], self._w[f"gru.bias_hh_{layer}"]
        inputs = x @ self._w[f"gru.weight_ih_{layer}"].T + self._w[f"gru.bias_ih_{layer}"]
        width = recurrent.shape[1]
        states, hidden = np.zeros((len(x), width), dtype=np.float32), np.zeros(width, dtype=np.float32)
        for index, row in enumerate(inputs):
            own = recurrent @ hidden + bias
            gates = _sigmoid(row[: 2 * width] + own[: 2 * width])
            new = np.tanh(row[2 * width :] + gates[:width] * own[2 * width :])
            hidden = np.asarray(new + gates[width:] * (hidden - new), dtype=np.float32)
            states[index] = hidden
        return states


@lru_cache(maxsize=1)
def shipped_network() -> BeatGru | None:
    """The network next to the other weights, None if it is not there. InputError if its file is damaged."""
    path = weights() / FILE
    if not path.is_file():
        return None
    try:
        return BeatGru(load(path.read_bytes()))
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise InputError(f"{path} is damaged ({error}); install scoregen again") from error


def save_network(tensors: Mapping[str, NDArray[np.floating]], path: Path) -> None:
    """Write the weights in 16 bits."""
    data = save({name: np.ascontiguousarray(value.astype(np.float16)) for name, value in tensors.items()})
    write_files([(path, data)], force=True)


def _sigmoid(x: Floats) -> Floats:
    result: Floats = (1 / (1 + np.exp(-x))).astype(np.float32)
    return result


def _softmax(x: Floats) -> Floats:
    exponents = np.exp(x - x.max(1, keepdims=True))
    result: Floats = exponents / exponents.sum(1, keepdims=True)
    return result
