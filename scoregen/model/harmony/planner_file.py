"""The weights of a planner on disk: a safetensors file next to the weights of the network that writes the notes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from scoregen.model.harmony.planner import Planner
from scoregen.system.errors import InputError
from scoregen.system.files import write_files

SUFFIX = ".planner"


def load_planner(weights: Path) -> Planner | None:
    """The planner next to some weights, None if there is none; InputError if it is damaged."""
    path = weights.with_suffix(SUFFIX)
    if not path.is_file():
        return None
    try:
        return Planner(load(path.read_bytes()))
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise InputError(f"{path} is damaged ({error}); fetch it again or remove it") from error


def save_planner(tensors: Mapping[str, NDArray[np.float32]], weights: Path) -> None:
    """Write the planner next to some weights, in 16 bits."""
    data = save({name: np.ascontiguousarray(value.astype(np.float16)) for name, value in tensors.items()})
    write_files([(weights.with_suffix(SUFFIX), data)], force=True)
