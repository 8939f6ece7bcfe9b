"""The device on which a network runs, detected before torch is imported, since that import takes a second."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Literal, get_args

from scoregen.system.errors import InputError

Device = Literal["auto", "cpu", "cuda"]
MIN_CUDA_ROWS = 64
"""Rows from which CUDA is chosen: with fewer, starting its kernels takes longer than the whole work on a CPU."""


def choose_device(device: str, rows: int = MIN_CUDA_ROWS) -> Literal["cpu", "cuda"]:
    """The device for this number of rows. InputError if it is unknown, or if it is CUDA and there is none."""
    if device not in get_args(Device):
        raise InputError(f"the device is {device!r}; expected {', '.join(get_args(Device))}")
    if device == "cpu" or (device == "auto" and rows < MIN_CUDA_ROWS):
        return "cpu"
    if has_cuda():
        return "cuda"
    if device == "cuda":
        raise InputError("no CUDA device is available; leave out --device, or use --device cpu")
    return "cpu"


def check_device(device: str) -> None:
    """InputError if the device is unknown, or if it is CUDA and there is none."""
    choose_device(device, 0)


def has_cuda() -> bool:
    """Whether torch can use a CUDA device; torch is imported only if the system has one."""
    if not _shows_cuda() or importlib.util.find_spec("torch") is None:
        return False
    import torch

    return torch.cuda.is_available()


def describe_cuda() -> str | None:
    """The name of the CUDA device, None if there is none."""
    if not has_cuda():
        return None
    import torch

    return f"cuda ({torch.cuda.get_device_name()})"


def _shows_cuda() -> bool:
    """Whether a driver has created device files, on Linux or on the Windows Subsystem for Linux."""
    return any(Path("/dev").glob("nvidia[0-9]*")) or Path("/dev/dxg").exists()
