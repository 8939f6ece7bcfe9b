"""Inference in torch uses one thread and restores the number of threads."""

from __future__ import annotations

import torch

from scoregen.model.engine.inference_mode import inference_mode


def test_one_thread_is_used_and_the_number_restored() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with inference_mode():
            assert torch.get_num_threads() == 1 and torch.is_inference_mode_enabled()
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
