"""Low-rank adapters: a run changes each weight matrix by a product of two thin ones (Hu et al. 2021, arXiv:2106.09685).

The weights of a matrix are W = W0 + SCALE * U V, with W0 those of the start, U [out, RANK] zero at first and V
[RANK, in] random. The gradient of W gives those of U and V by the chain rule, so that the network needs no other
layers: its weights are merged after every step, and what is saved is a network of the same shape. Biases, and the
vector of the style that the pieces have, change freely; embeddings stay.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from scoregen.model.network.network import Network

RANK, SCALE = 8, 2.0
LEAST = 32
"""The least number of rows and columns of a matrix that has an adapter."""
STYLES = "style"
RATE = "scale"
"""The setting of a group of parameters with its learning rate, in learning rates of the run."""
EMBEDDINGS = ("pitch", "degree", "role", "kind", "age", "melodic", STYLES)
"""By the first part of a parameter's name."""


def is_adapted(name: str, weight: Tensor) -> bool:
    """Whether a parameter changes by an adapter."""
    return weight.dim() == 2 and min(weight.shape) >= LEAST and name.partition(".")[0] not in EMBEDDINGS


def is_free(name: str) -> bool:
    """Whether a parameter changes freely beside adapters."""
    return "bias" in name or is_style(name)


def is_style(name: str) -> bool:
    """Whether a parameter has the vectors of styles."""
    return name.partition(".")[0] == STYLES


def groups(named: Iterable[tuple[str, Tensor]], style_rate: float) -> list[dict[str, Any]]:
    """The groups of an optimizer: parameters with their names, of which the vectors of styles have a rate of their own.

    There is one group, in the same order, if the rate is that of all.
    """
    changed = list(named)
    styles = [weight for name, weight in changed if is_style(name)]
    if not styles or style_rate == 1:
        return [{"params": [weight for _, weight in changed]}]
    others = [weight for name, weight in changed if not is_style(name)]
    return [{"params": others}, {"params": styles, RATE: style_rate}]


class AdapterOptimizer(torch.optim.AdamW):
    """AdamW over the adapters and the free parameters of a network, whose matrices it merges after each step."""

    def __init__(self, network: Network, seed: int, style_rate: float = 1.0, **rates: Any) -> None:
        named = [(name, weight) for name, weight in network.named_parameters() if is_adapted(name, weight)]
        generator = torch.Generator().manual_seed(seed)
        self.adapted = [weight for _, weight in named]
        self.origin = [weight.detach().clone() for weight in self.adapted]
        self.up = [nn.Parameter(weight.new_zeros(len(weight), RANK)) for weight in self.adapted]
        self.down = [nn.Parameter(_thin(weight, generator)) for weight in self.adapted]
        free = [(name, weight) for name, weight in network.named_parameters() if is_free(name)]
        thin = [("adapter", weight) for weight in (*self.up, *self.down)]
        super().__init__(groups([*free, *thin], style_rate), **rates)

    def zero_grad(self, set_to_none: bool = True) -> None:
        super().zero_grad(set_to_none)
        for weight in self.adapted:
            weight.grad = None

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """A step of the adapters along the gradients of their matrices, which are merged."""
        for weight, up, down in zip(self.adapted, self.up, self.down, strict=True):
            gradient = torch.zeros_like(weight) if weight.grad is None else weight.grad
            up.grad, down.grad = SCALE * gradient @ down.T, SCALE * up.T @ gradient
        super().step()
        for weight, origin, up, down in zip(self.adapted, self.origin, self.up, self.down, strict=True):
            weight.copy_(origin + SCALE * up @ down)

    def state_dict(self) -> dict[str, Any]:
        """The moments, and the adapters themselves."""
        return {**super().state_dict(), "adapters": [weight.detach() for weight in (*self.up, *self.down)]}

    @torch.no_grad()
    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        moments = {name: value for name, value in state_dict.items() if name != "adapters"}
        super().load_state_dict(moments)
        for weight, saved in zip((*self.up, *self.down), state_dict["adapters"], strict=True):
            weight.copy_(saved)


def _thin(weight: Tensor, generator: torch.Generator) -> Tensor:
    columns = weight.shape[1]
    return torch.randn(RANK, columns, generator=generator).to(weight) / math.sqrt(columns)
