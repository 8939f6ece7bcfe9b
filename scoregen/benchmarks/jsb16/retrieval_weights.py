"""The weights of the datastore's neighbours, fitted by maximum likelihood to held-out pieces.

The parameters are one weight a feature, a bias, and the largest share of the neighbours in the mixture.
C neighbours of all slices end to end, F features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from scoregen.benchmarks.jsb16.context_features import feature_names
from scoregen.benchmarks.jsb16.interpolation import Evidence
from scoregen.benchmarks.jsb16.retrieval import Datastore, RetrievalWeights

RIDGE = 1.0
"""The L2 penalty of a weight of one, in nats: weights of uninformative features stay near zero."""
MAX_LOG_WEIGHT = 30.0
"""The upper bound of a log weight, which keeps every step of the fit finite."""
_ROUNDS = 60


def initial_weights(voices: int) -> RetrievalWeights:
    """The initial weights of the fit: the weight of a neighbour grows with the number of common features."""
    return RetrievalWeights(-2.0, np.full(len(feature_names([""] * voices)), 0.3), 0.4)


def fit(datastore: Datastore, evidence: Sequence[Evidence]) -> Datastore:
    """The datastore with the weights that maximise the likelihood of the evidence (L-BFGS, 64 bits, deterministic)."""
    start = datastore.weights
    theta = torch.tensor(
        [start.base, np.log(start.max_share / (1 - start.max_share)), *start.features],
        dtype=torch.float64,
        requires_grad=True,
    )
    slices = sum(len(each.probability) for each in evidence)
    tensors = [_EvidenceTensors(each) for each in evidence]
    optimizer = torch.optim.LBFGS([theta], max_iter=_ROUNDS, line_search_fn="strong_wolfe", tolerance_change=1e-7)

    def closure() -> Tensor:
        optimizer.zero_grad()
        total = torch.zeros((), dtype=torch.float64)
        for cost in (RIDGE * (theta[2:] ** 2).sum(), *(each.nats(theta) for each in tensors)):
            (cost / slices).backward()  # type: ignore[no-untyped-call]
            total += cost.detach() / slices
        return total

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    base, share, *features = theta.detach().tolist()
    return replace(datastore, weights=RetrievalWeights(base, np.array(features), float(1 / (1 + np.exp(-share)))))


class _EvidenceTensors:
    """Evidence as tensors."""

    def __init__(self, evidence: Evidence) -> None:
        self.row = torch.from_numpy(evidence.row)
        self.common = torch.from_numpy(evidence.common.astype(np.float64))
        self.has_vote, self.is_correct = torch.from_numpy(evidence.has_vote), torch.from_numpy(evidence.is_correct)
        self.probability = torch.from_numpy(evidence.probability)

    def nats(self, theta: Tensor) -> Tensor:
        weight = (theta[0] + self.common @ theta[2:]).clamp(max=MAX_LOG_WEIGHT).exp().unsqueeze(1)
        nothing = torch.zeros_like(self.probability)
        total = nothing.index_add(0, self.row, weight * self.has_vote)
        voted = nothing.index_add(0, self.row, weight * self.is_correct)
        share = theta[1].sigmoid() * total / (1 + total)
        return -((1 - share) * self.probability + share * voted / total.clamp(min=1e-300)).log().sum()
