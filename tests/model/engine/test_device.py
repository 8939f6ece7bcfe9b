"""A device is chosen without importing torch where there is none."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scoregen.model.engine import device
from scoregen.model.engine.device import WORTH_CUDA, choose_device
from scoregen.system.errors import InputError


def test_without_cuda_everything_runs_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "has_cuda", lambda: False)
    assert choose_device("auto", 1000) == choose_device("cpu", 1000) == "cpu"
    with pytest.raises(InputError, match="--device cpu"):
        choose_device("cuda")


def test_with_cuda_it_is_worth_it_for_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "has_cuda", lambda: True)
    assert choose_device("auto") == choose_device("auto", WORTH_CUDA) == choose_device("cuda", 1) == "cuda"
    assert choose_device("auto", WORTH_CUDA - 1) == choose_device("cpu", 1000) == "cpu"


def test_an_unknown_device() -> None:
    with pytest.raises(InputError, match="expected auto, cpu, cuda"):
        choose_device("tpu")


def test_torch_is_not_imported_to_find_that_there_is_no_device() -> None:
    code = (
        "import sys; from scoregen.model.engine import device; device._shows_cuda = lambda: False;"
        "assert device.choose_device('auto', 1000) == 'cpu'; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
