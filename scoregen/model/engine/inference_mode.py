"""How torch runs a network outside training: without gradients, on one thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


@contextmanager
def inference_mode() -> Iterator[None]:
    """One thread: rows are short, a second one costs more than it brings, and figures do not depend on their number.

    Warnings of numpy's arithmetic are off, as torch's are: values out of range are caught where choices are made.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode(), np.errstate(over="ignore", invalid="ignore"):
            yield
    finally:
        torch.set_num_threads(threads)
