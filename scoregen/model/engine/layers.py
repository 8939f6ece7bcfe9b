"""The layers of a network on numpy arrays, for a slice of every piece at a time.

Then rows are few and short, and what a call costs beside its arithmetic is most of it: of numpy's calls
a third of that of torch's. For what numpy has no call, torch works on the same memory.

R rows (a slice of every piece), d backbone, s in-slice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from scoregen.model.network.inputs import Floats
from scoregen.model.network.network import Network


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """A linear layer: `weight` [in, out], `bias` [out]."""

    weight: Floats
    bias: Floats

    @classmethod
    def of(cls, layer: nn.Linear) -> Affine:
        return cls.with_weights(layer.weight, layer.bias)

    @classmethod
    def with_weights(cls, weight: Tensor, bias: Tensor) -> Affine:
        """From weights [out, in], as torch has them."""
        return cls(np.ascontiguousarray(array(weight).T), array(bias))

    def __call__(self, x: Floats) -> Floats:
        found: Floats = x @ self.weight
        found += self.bias
        return found


class QuickLayers:
    """The layers around the voices of a slice, as they are now."""

    def __init__(self, network: Network) -> None:
        gru = network.backbone
        self._slice_in = Affine.of(network.slice_in)
        self._backbone = [
            tuple(
                Affine.with_weights(getattr(gru, f"weight_{part}_l{layer}"), getattr(gru, f"bias_{part}_l{layer}"))
                for part in ("ih", "hh")
            )
            for layer in range(gru.num_layers)
        ]
        self._start = Affine.of(network.in_slice_start)
        self.time_shift = Affine.of(network.time_shift)

    def read_slice(self, previous: Floats, around: Floats, hidden: Floats) -> Floats:
        """The backbone's state [layers, R, d] after one more slice: `backbone_input` and `read_slices`."""
        read = gelu(self._slice_in(np.concatenate([previous, around], 1)))
        found = np.empty_like(hidden)
        for layer, (inputs, own) in enumerate(self._backbone):
            read = found[layer] = gru_step(hidden[layer], inputs(read), own)
        return found

    def start_slice(self, hidden: Floats, attended: Floats, previous: Floats, around: Floats) -> Floats:
        """[R, s] `Network.start_slice`."""
        found: Floats = np.tanh(self._start(np.concatenate([hidden, attended, previous, around], 1)))
        return found


@lru_cache(maxsize=4)
def quick_layers(network: Network, version: int) -> QuickLayers:
    """The layers of a network; `version` changes with the weights."""
    return QuickLayers(network)


def gru_step(state: Floats, gates: Floats, own: Affine) -> Floats:
    """One step of a GRU from a state [R, s]; `gates` [R, 3 s] is its input times its weights, biases added."""
    size = state.shape[1]
    recurrent = own(state)
    reset_keep = sigmoid(gates[:, : 2 * size] + recurrent[:, : 2 * size])
    fresh = reset_keep[:, :size] * recurrent[:, 2 * size :]
    fresh += gates[:, 2 * size :]
    np.tanh(fresh, out=fresh)
    found: Floats = fresh + reset_keep[:, size:] * (state - fresh)
    return found


def sigmoid(x: Floats) -> Floats:
    """In place, by way of the hyperbolic tangent, which cannot overflow."""
    x *= 0.5
    np.tanh(x, out=x)
    x += 1
    x *= 0.5
    return x


def gelu(x: Floats) -> Floats:
    return array(functional.gelu(torch.from_numpy(x)))


def softmax(x: Floats) -> Floats:
    """Over the last axis."""
    return array(torch.from_numpy(x).softmax(-1))


def log_softmax(x: Floats) -> Floats:
    """Over the last axis."""
    return array(torch.from_numpy(x).log_softmax(-1))


def array(tensor: Tensor) -> Floats:
    """A tensor's own memory."""
    found: Floats = tensor.detach().numpy()
    return found
