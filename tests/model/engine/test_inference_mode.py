"""Inference in torch keeps to one thread, and leaves the number as it was."""

from __future__ import annotations

import torch

from scoregen.model.engine.inference_mode import inference_mode


def test_one_thread_and_then_as_many_as_before() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with inference_mode():
            assert torch.get_num_threads() == 1 and torch.is_inference_mode_enabled()
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
