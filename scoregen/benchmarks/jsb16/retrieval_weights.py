"""How loud precedents speak: weights that make pieces likely which neither the network nor the precedents have seen.

Fitted are a number for each thing that two places can have in common, one for all places, and the most that
precedents may have to say. C precedents of all places end to end, F codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from scoregen.benchmarks.jsb16.context_features import code_names
from scoregen.benchmarks.jsb16.interpolation import Evidence
from scoregen.benchmarks.jsb16.retrieval import Datastore, RetrievalWeights

RIDGE = 1.0
"""Nats that a weight of one costs: what says little is left at nothing."""
LOUDEST = 30.0
"""Beyond that a weight has nothing to win, so that no step of the fit ends in infinity."""
_ROUNDS = 60


def unfitted(voices: int) -> RetrievalWeights:
    """Where fitting begins: whoever has more in common is louder."""
    return RetrievalWeights(-2.0, np.full(len(code_names([""] * voices)), 0.3), 0.4)


def fitted(datastore: Datastore, evidence: Sequence[Evidence]) -> Datastore:
    """The precedents with the weights under which the evidence is likeliest, in 64 bits and with no luck."""
    start = datastore.weights
    theta = torch.tensor(
        [start.base, np.log(start.most / (1 - start.most)), *start.codes], dtype=torch.float64, requires_grad=True
    )
    slices = sum(len(each.chance) for each in evidence)
    ready = [_Ready(each) for each in evidence]
    optimizer = torch.optim.LBFGS([theta], max_iter=_ROUNDS, line_search_fn="strong_wolfe", tolerance_change=1e-7)

    def closure() -> Tensor:
        optimizer.zero_grad()
        total = torch.zeros((), dtype=torch.float64)
        for cost in (RIDGE * (theta[2:] ** 2).sum(), *(each.nats(theta) for each in ready)):
            (cost / slices).backward()  # type: ignore[no-untyped-call]
            total += cost.detach() / slices
        return total

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    base, most, *codes = theta.detach().tolist()
    return replace(datastore, weights=RetrievalWeights(base, np.array(codes), float(1 / (1 + np.exp(-most)))))


class _Ready:
    """Evidence in tensors."""

    def __init__(self, found: Evidence) -> None:
        self.row = torch.from_numpy(found.row)
        self.alike = torch.from_numpy(found.alike.astype(np.float64))
        self.said, self.agreed = torch.from_numpy(found.said), torch.from_numpy(found.agreed)
        self.chance = torch.from_numpy(found.chance)

    def nats(self, theta: Tensor) -> Tensor:
        loud = (theta[0] + self.alike @ theta[2:]).clamp(max=LOUDEST).exp().unsqueeze(1)
        nothing = torch.zeros_like(self.chance)
        total = nothing.index_add(0, self.row, loud * self.said)
        voted = nothing.index_add(0, self.row, loud * self.agreed)
        share = theta[1].sigmoid() * total / (1 + total)
        return -((1 - share) * self.chance + share * voted / total.clamp(min=1e-300)).log().sum()
