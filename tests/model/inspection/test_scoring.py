"""The likelihood of finished pieces equals that of validation in training."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from scoregen.model.features.inputs import piece_arrays
from scoregen.model.inspection.scoring import piece_nats
from scoregen.model.network.checkpoint import load_checkpoint
from scoregen.model.training.examples import score_examples
from scoregen.model.training.run.parallel import ProcessGroup
from scoregen.model.training.validation import measure
from tests.model.pieces import random_tokens


def test_the_sum_over_pieces_equals_the_validation_loss(untrained: Path) -> None:
    network = load_checkpoint(untrained).network
    tokens = [random_tokens(seed) for seed in range(3)]
    threads = torch.get_num_threads()
    result = piece_nats(network, tokens)
    assert torch.get_num_threads() == threads
    arrays = [piece_arrays(piece) for piece in tokens]
    whole = measure(network, score_examples(arrays, arrays, 0).valid["free"], ProcessGroup(0, 1, torch.device("cpu")))
    assert sum(cost for cost, _ in result) == pytest.approx(whole.nats, rel=1e-5)
    assert whole.nats / sum(count for _, count in result) == pytest.approx(whole.loss, rel=1e-5)
