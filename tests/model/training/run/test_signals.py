"""The first signal is recorded; a second one is processed by the original handler."""

from __future__ import annotations

import signal
import threading

import pytest

from scoregen.model.training.run.signals import stop_on_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_recorded_and_handlers_are_restored(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stop_on_signals() as stop:
        assert stop() == 0
        signal.raise_signal(number)
        assert stop() == number
    assert signal.getsignal(number) is before


def test_a_duplicate_signal_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("scoregen.model.training.run.signals.time.monotonic", lambda: now)
    with stop_on_signals() as stop:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        assert stop() == signal.SIGINT
        now += 2
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_other_threads_record_no_signals() -> None:
    result = []

    def work() -> None:
        with stop_on_signals() as stop:
            result.append(stop())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert result == [0]
