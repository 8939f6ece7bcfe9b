"""Matrix products run on one thread where results must not depend on the machine."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from scoregen.model.engine.loading import engine_for
from scoregen.model.network.checkpoint import read_weights
from scoregen.system.resources import weights
from scoregen.system.threads import one_thread


def blas_threads() -> set[int]:
    assert np.ones((2, 2)).sum() == 4
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_comes_back(threads: int) -> None:
    with threadpool_limits(threads, user_api="blas"):
        with one_thread():
            assert blas_threads() == {1}
            with one_thread():
                assert blas_threads() == {1}
            assert blas_threads() == {1}
        assert blas_threads() == {threads}


def test_the_number_comes_back_after_an_error() -> None:
    with threadpool_limits(2, user_api="blas"):
        with pytest.raises(ZeroDivisionError), one_thread():
            assert 1 / 0
        assert blas_threads() == {2}


def test_sampling_runs_on_one_thread() -> None:
    engine = engine_for(read_weights(weights() / "satb-chorales"))
    with threadpool_limits(2, user_api="blas"), engine.session():
        assert blas_threads() == {1}
