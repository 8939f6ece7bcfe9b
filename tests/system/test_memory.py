"""The memory of this process."""

from __future__ import annotations

import sys

import pytest

from scoregen.system.memory import peak_resident_bytes


def test_the_peak_is_that_of_a_python_process() -> None:
    before = peak_resident_bytes()
    assert before is not None
    assert 2**23 < before < 2**40
    block = bytearray(before + 2**26)
    block[::4096] = b"x" * len(block[::4096])
    after = peak_resident_bytes()
    assert after is not None
    assert after > before + 2**25


def test_a_system_without_the_module_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows."""
    monkeypatch.setitem(sys.modules, "resource", None)
    assert peak_resident_bytes() is None
