"""The step of a training and the average of the weights, on a network of one weight."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from scoregen.model.network.weight_updates import follow_gradient, update_average


def one_weight(value: float) -> nn.Linear:
    network = nn.Linear(1, 1, bias=False)
    nn.init.constant_(network.weight, value)
    return network


def test_a_steep_gradient_is_clipped_and_an_old_one_forgotten() -> None:
    network = one_weight(5.0)
    optimizer = torch.optim.SGD(network.parameters(), lr=9.0)
    for expected in (4.9, 4.8):
        follow_gradient(network, optimizer, 100 * network.weight.sum(), rate=0.1)
        assert float(network.weight.detach()) == pytest.approx(expected, abs=1e-4)


def test_the_average_moves_by_the_share_that_does_not_stay() -> None:
    average, network = one_weight(1.0), one_weight(2.0)
    update_average(average, network, 0.75)
    assert float(average.weight.detach()) == pytest.approx(1.25) and float(network.weight.detach()) == 2.0
