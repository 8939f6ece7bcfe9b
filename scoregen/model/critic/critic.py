"""The critic: by slice, how much likelier music is in the corpus than in our own guided drafts.

A classifier that tells two kinds of music apart estimates the ratio of their densities: its logit is the log ratio
(likelihood-free importance weighting, Grover et al. 2019, arXiv:1906.09531). The logit is a sum over the slices, so
that drafts of any length can be compared. NumPy runs the network that `critic_network.py` trains; a test compares them.

T slices, F inputs, H hidden units, K slices read at once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from scoregen.model.critic.critic_inputs import CRITIC_INPUTS, VOICES, Floats, critic_inputs
from scoregen.tokens.events import TokenScore
from scoregen.tokens.sonorities import Sonorities

READ, OUT, LAYER = "read", "out", "layers.{}"


class Critic:
    """The critic with its weights, named as in `CriticNetwork`."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self._w = {name: np.asarray(value, dtype=np.float32) for name, value in weights.items()}
        self._layers = sum(name.endswith(".weight") for name in self._w) - 2

    def check(self) -> None:
        """ValueError unless the weights are finite numbers of sizes that fit together; KeyError if one is missing."""
        hidden, inputs = self._w[f"{READ}.weight"].shape
        shapes = [self._w[f"{LAYER.format(index)}.weight"].shape for index in range(self._layers)]
        fits = all(shape[:2] == (hidden, hidden) and shape[2] % 2 for shape in shapes)
        if inputs != CRITIC_INPUTS or not fits or self._w[f"{OUT}.weight"].shape != (1, hidden):
            raise ValueError("the sizes of its weights do not fit together")
        if not all(np.isfinite(value).all() for value in self._w.values()):
            raise ValueError("a weight is not a finite number")
        self.log_ratios(np.zeros((1, inputs), dtype=np.float32))

    def log_ratio(self, tokens: TokenScore, piece: Sonorities, *, flowing: bool) -> float:
        """Nats by which a piece is likelier in the corpus; `piece` are its sonorities. 0 unless it has four voices."""
        if len(tokens.slots) != VOICES:
            return 0.0
        return float(self.log_ratios(critic_inputs(tokens, piece, flowing=flowing)).sum())

    def log_ratios(self, inputs: Floats) -> Floats:
        """[T] the nats of each slice, from inputs [T, F]."""
        hidden = np.maximum(self._linear(READ, inputs), 0)
        for index in range(self._layers):
            hidden = hidden + np.maximum(self._convolve(LAYER.format(index), hidden), 0)
        return self._linear(OUT, hidden)[:, 0]

    def _linear(self, name: str, x: Floats) -> Floats:
        result: Floats = x @ self._w[f"{name}.weight"].T + self._w[f"{name}.bias"]
        return result

    def _convolve(self, name: str, x: Floats) -> Floats:
        """[T, H] of x [T, H], with silence around it."""
        weight = self._w[f"{name}.weight"]  # [H, H, K]
        reach = weight.shape[2] // 2
        padded = np.pad(x, ((reach, reach), (0, 0)))
        taps = [padded[tap : tap + len(x)] @ weight[:, :, tap].T for tap in range(weight.shape[2])]
        result: Floats = np.sum(taps, axis=0) + self._w[f"{name}.bias"]
        return result
