"""What is usual in notated lines, as it was counted in scores (`scoregen.model.beats.habits`), and its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from scoregen.system.errors import InputError
from scoregen.system.files import write_files
from scoregen.system.resources import weights
from scoregen.transcription.metrical.rater import Rater, rater_of, tensors_of

Floats = NDArray[np.float64]
FILE = "lines.rhythm"
_CUES, _TEXTURES = "cues", "textures"
_NAMES = ("first", "steps", "last", "prior")


@dataclass(frozen=True, slots=True)
class Habits:
    """Logarithms of odds: of the first position [B], of steps [B, B, MEASURES], of the last position [B].

    The first axis of the steps is the position that is reached. `prior` is for the metre.
    """

    first: Floats
    steps: Floats
    last: Floats
    prior: float


@dataclass(frozen=True, slots=True)
class LineModel:
    """The habits by metre and by pulse (0: long notes, 2: short ones), and what rates barrings.

    `cues` rates those of lines, `textures` those of music of several voices.
    """

    habits: Mapping[tuple[str, int], Habits]
    cues: Rater
    textures: Rater


def save_lines(model: LineModel, path: Path) -> None:
    """Write a model in 16 bits; its raters in 32."""
    tensors: dict[str, NDArray[np.floating]] = {
        **tensors_of(model.cues, _CUES),
        **tensors_of(model.textures, _TEXTURES),
    }
    for (metre, pulse), own in model.habits.items():
        for name in _NAMES:
            tensors[f"{metre} {pulse} {name}"] = np.asarray(getattr(own, name)).astype(np.float16)
    write_files([(path, save({name: np.ascontiguousarray(value) for name, value in tensors.items()}))], force=True)


@lru_cache(maxsize=1)
def shipped_lines() -> LineModel | None:
    """The model next to the other weights, None if it is not there. InputError if its file is damaged."""
    path = weights() / FILE
    return load_lines(path) if path.is_file() else None


def load_lines(path: Path) -> LineModel:
    """A model of a file. InputError if it is damaged."""
    try:
        tensors = {name: value.astype(np.float64) for name, value in load(path.read_bytes()).items()}
        keys = sorted({tuple(name.split()[:2]) for name in tensors if not name.startswith((_CUES, _TEXTURES))})
        habits = {(metre, int(pulse)): _habits(tensors, f"{metre} {pulse}") for metre, pulse in keys}
        return LineModel(habits, rater_of(tensors, _CUES), rater_of(tensors, _TEXTURES))
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise InputError(f"{path} is damaged ({error}); install scoregen again") from error


def _habits(tensors: Mapping[str, Floats], name: str) -> Habits:
    first, steps, last, prior = (tensors[f"{name} {field}"] for field in _NAMES)
    return Habits(first, steps, last, prior.item())
