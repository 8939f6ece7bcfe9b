"""The weights of a planner on disk: a safetensors file next to the weights of the network that writes the notes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from scoregen.model.harmony.labels import ATTRIBUTES
from scoregen.model.harmony.outer_voices import ENSEMBLE_INPUTS
from scoregen.model.harmony.permissions import Permissions
from scoregen.model.harmony.planner import Planner
from scoregen.model.harmony.planner_inputs import PLANNER_INPUTS
from scoregen.system.companions import load_companion
from scoregen.system.files import write_files

SUFFIX = ".planner"


def load_planner(weights: Path) -> Planner | None:
    """The planner next to some weights, None if there is none; InputError if it is damaged.

    It is tried once, so that weights that do not fit together are found before a piece is written.
    """
    return load_companion(weights, SUFFIX, _tried, SafetensorError)


def _tried(data: bytes) -> Planner:
    planner = Planner(load(data))
    _try(planner)
    return planner


def _try(planner: Planner) -> None:
    """Write and read one short plan. Raises one of CONTENT_FAULTS if the weights do not fit together."""
    keys, roots, qualities, inversions = sizes = tuple(ATTRIBUTES.values())
    shapes = {"keys": (keys,), "roots": (roots,), "qualities": (roots, qualities), "inversions": (inversions,)}
    masks = {name: np.ones((1, 2, *shape), dtype=np.bool_) for name, shape in shapes.items()}
    every = Permissions(**masks, may=np.ones((1, 2), dtype=np.bool_), lines=np.zeros((1, 2, 0), dtype=np.int64))
    if planner.inputs not in (PLANNER_INPUTS, ENSEMBLE_INPUTS):
        raise ValueError(f"it reads {planner.inputs} inputs")
    planner.check()
    with np.errstate(all="ignore"):
        code = planner.code(np.zeros((1, 2, planner.inputs), dtype=np.float32))
        planner.sample(code, every, np.random.default_rng(0))
        planner.nats(code[0], np.array([[[size - 1 for size in sizes], [0] * len(sizes)]]))


def save_planner(tensors: Mapping[str, NDArray[np.float32]], weights: Path) -> None:
    """Write the planner next to some weights, in 16 bits."""
    data = save({name: np.ascontiguousarray(value.astype(np.float16)) for name, value in tensors.items()})
    write_files([(weights.with_suffix(SUFFIX), data)], force=True)
