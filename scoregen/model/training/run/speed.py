"""What a training run will cost on this machine, measured before its first step."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from scoregen.system.memory import peak_resident_bytes

MEASURED_STEPS = 3
"""Steps that are rehearsed; the first is slower, and does not count."""


@dataclass(frozen=True, slots=True)
class Speed:
    """`seconds` to the end of the run, without the drafts that measure copying, and the most `memory` so far in bytes.

    `done` steps were taken by an earlier run. `memory` is None where the system does not tell.
    """

    done: int
    steps_per_second: float
    seconds: float
    memory: int | None


def measured_speed(
    *,
    rehearse: Callable[[], object],
    validate: Callable[[], object],
    batches: float,
    done: int,
    remaining: int,
    save_every: int,
    device: torch.device,
) -> Speed:
    """The speed of a run of `remaining` steps.

    `rehearse` does the work of a step, `validate` that of a batch of a validation, which has `batches` of them.
    """
    times = [_seconds_of(rehearse) for _ in range(MEASURED_STEPS)]
    step = sum(times[1:]) / len(times[1:])
    validation = _seconds_of(validate) * batches
    seconds = remaining * step + math.ceil(remaining / save_every) * validation
    return Speed(done, 1 / step, seconds, _peak_memory(device))


def _seconds_of(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _peak_memory(device: torch.device) -> int | None:
    """The bytes that the process has used at most, on its CUDA device if it has one."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    return peak_resident_bytes()
