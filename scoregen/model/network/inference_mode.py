"""How the network is run outside training: without gradients, on one thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
import torch
from threadpoolctl import ThreadpoolController


@contextmanager
def inference_mode() -> Iterator[None]:
    """One thread for torch and for numpy's products: rows are short, a second one costs more than it brings.

    And what is drawn does not hang on how many there are. Arithmetic is silent, as torch's is: what a wild
    network comes to is dealt with where chances are made.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode(), np.errstate(over="ignore", invalid="ignore"), _products().limit(limits=1):
            yield
    finally:
        torch.set_num_threads(threads)


@cache
def _products() -> ThreadpoolController:
    """What numpy multiplies matrices with; it takes milliseconds to find."""
    return ThreadpoolController().select(user_api="blas")
