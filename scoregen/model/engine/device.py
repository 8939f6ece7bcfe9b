"""Which device a network runs on: asked of the system before torch is imported, which takes a second."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Literal, get_args

from scoregen.system.errors import InputError

Device = Literal["auto", "cpu", "cuda"]
WORTH_CUDA = 64
"""Rows from which on CUDA is chosen: with fewer, starting its kernels takes longer than a CPU needs for all."""


def choose_device(asked: str, rows: int = WORTH_CUDA) -> Literal["cpu", "cuda"]:
    """The device for so many rows at once. InputError where it is unknown, or is CUDA and there is none."""
    if asked not in get_args(Device):
        raise InputError(f"the device is {asked!r}; expected {', '.join(get_args(Device))}")
    if asked == "cpu" or (asked == "auto" and rows < WORTH_CUDA):
        return "cpu"
    if has_cuda():
        return "cuda"
    if asked == "cuda":
        raise InputError("no CUDA device can be used here; leave out --device, or say --device cpu")
    return "cpu"


def check_device(asked: str) -> None:
    """InputError where the device is unknown, or is CUDA and there is none."""
    choose_device(asked, 0)


def has_cuda() -> bool:
    """Whether torch can use a CUDA device; torch is imported only where the system shows one."""
    if not _shows_cuda() or importlib.util.find_spec("torch") is None:
        return False
    import torch

    return torch.cuda.is_available()


def describe_cuda() -> str | None:
    """The CUDA device by name, None where there is none."""
    if not has_cuda():
        return None
    import torch

    return f"cuda ({torch.cuda.get_device_name()})"


def _shows_cuda() -> bool:
    """Whether a driver has made device files, of Linux or of Windows' Linux."""
    return any(Path("/dev").glob("nvidia[0-9]*")) or Path("/dev/dxg").exists()
