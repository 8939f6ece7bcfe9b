"""Which device the network runs on."""

from __future__ import annotations

import torch


def describe_device() -> str:
    """The device that is used where nobody asks for another, in words."""
    if torch.cuda.is_available():
        return f"cuda ({torch.cuda.get_device_name()})"
    return f"cpu ({torch.get_num_threads()} threads)"
