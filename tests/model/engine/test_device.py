"""Choosing a device, which imports torch only if there is a CUDA device."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scoregen.model.engine import device
from scoregen.model.engine.device import MIN_CUDA_ROWS, choose_device
from scoregen.system.errors import InputError


def test_without_cuda_the_cpu_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "has_cuda", lambda: False)
    assert choose_device("auto", 1000) == choose_device("cpu", 1000) == "cpu"
    with pytest.raises(InputError, match="--device cpu"):
        choose_device("cuda")


def test_cuda_is_chosen_for_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "has_cuda", lambda: True)
    assert choose_device("auto") == choose_device("auto", MIN_CUDA_ROWS) == choose_device("cuda", 1) == "cuda"
    assert choose_device("auto", MIN_CUDA_ROWS - 1) == choose_device("cpu", 1000) == "cpu"


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(InputError, match="expected auto, cpu, cuda"):
        choose_device("tpu")


def test_torch_is_not_imported_without_a_cuda_device() -> None:
    code = (
        "import sys; from scoregen.model.engine import device; device._shows_cuda = lambda: False;"
        "assert device.choose_device('auto', 1000) == 'cpu'; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
