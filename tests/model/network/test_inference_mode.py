"""The network at work keeps to one thread, and leaves the number as it was."""

from __future__ import annotations

import torch
from threadpoolctl import ThreadpoolController, threadpool_limits

from scoregen.model.engine.inference_mode import inference_mode


def blas_threads() -> list[int]:
    return [library["num_threads"] for library in ThreadpoolController().select(user_api="blas").info()]


def test_one_thread_and_then_as_many_as_before() -> None:
    with threadpool_limits(2, user_api="blas"):
        assert max(blas_threads()) == 2
        before = torch.get_num_threads()
        with inference_mode():
            assert set(blas_threads()) == {1}
            assert torch.get_num_threads() == 1 and torch.is_inference_mode_enabled()
        assert max(blas_threads()) == 2
        assert torch.get_num_threads() == before
