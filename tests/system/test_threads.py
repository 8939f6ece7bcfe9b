"""Matrix products run on one thread where results must not depend on the machine; Python runs on a second one."""

from __future__ import annotations

from threading import Event, active_count, get_ident

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from scoregen.model.engine.loading import engine_for
from scoregen.model.network.checkpoint import read_weights
from scoregen.system.resources import weights
from scoregen.system.threads import beside, one_thread


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


def test_a_function_started_beside_is_called_once() -> None:
    calls: list[int] = []
    with beside() as thread:
        started = [thread.start(calls.append, number) for number in range(50)]
        for each in started:
            assert each.result() is None
    assert sorted(calls) == list(range(50))


def test_functions_started_beside_run_on_the_second_thread_while_the_caller_waits() -> None:
    with beside() as thread:
        began = Event()

        def where() -> int:
            began.set()
            return get_ident()

        started = thread.start(where)
        assert began.wait(10)
        assert started.result() != get_ident()


def test_a_result_is_computed_here_if_the_second_thread_is_busy() -> None:
    with beside() as thread:
        release = Event()
        busy = thread.start(release.wait, 10)
        assert thread.start(get_ident).result() == get_ident()
        release.set()
        assert busy.result()


def test_an_error_beside_is_raised_where_the_result_is_asked_for() -> None:
    with beside() as thread, pytest.raises(ZeroDivisionError):
        thread.start(divmod, 1, 0).result()


def test_the_second_thread_ends_with_its_block() -> None:
    with beside() as thread:
        thread.start(get_ident).result()
        assert active_count() > 1
        before = active_count()
    assert active_count() == before - 1
