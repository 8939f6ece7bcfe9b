"""Running a network in torch outside training: without gradients, on one thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from scoregen.system.threads import one_thread


@contextmanager
def inference_mode() -> Iterator[None]:
    """Use one thread: rows are short, so a second thread costs more than it gains, and results do not depend on it.

    numpy's arithmetic warnings are off, like torch's; the sampler handles values out of range.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with one_thread(), torch.inference_mode(), np.errstate(over="ignore", invalid="ignore"):
            yield
    finally:
        torch.set_num_threads(threads)
