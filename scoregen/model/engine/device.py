"""Which device a network runs on: asked of the system before torch is imported, which takes a second."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Literal, get_args

from scoregen.system.errors import InputError

Device = Literal["auto", "cpu", "cuda"]
WORTH_CUDA = 64
"""Rows from which on a CUDA device is faster than one thread of a CPU: with fewer, starting its kernels takes longer."""


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


def has_cuda() -> bool:
    """Whether torch can use a CUDA device; torch is imported only where the system shows one."""
    if not _shows_cuda() or importlib.util.find_spec("torch") is None:
        return False
    import torch

    return torch.cuda.is_available()


def _shows_cuda() -> bool:
    """Whether a driver has made device files, of Linux or of Windows' Linux."""
    return any(Path("/dev").glob("nvidia[0-9]*")) or Path("/dev/dxg").exists()
