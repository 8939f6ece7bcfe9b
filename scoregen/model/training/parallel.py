"""Several processes that train as one, as `torchrun` starts them.

Every process holds the whole network and takes its share of each batch. Gradients are added up as they
are, in one flat tensor, and divided once by the choices of the whole batch: what comes out is the
gradient of that batch in one process, which averaging the means of unequal shares would not be.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed

from scoregen.model.engine.device import choose_device


@dataclass(frozen=True, slots=True)
class Ranks:
    """Which of how many processes this one is, and the device that it computes on."""

    rank: int
    world: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that writes files."""
        return self.rank == 0

    def share(self, count: int) -> range:
        """Which of `count` things fall to this process."""
        return range(self.rank, count, self.world)

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its sum over the processes, the same bits in all of them."""
        if self.world == 1:
            return
        flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
        distributed.all_reduce(flat)
        for tensor, total in zip(tensors, torch.split(flat, [tensor.numel() for tensor in tensors]), strict=True):
            tensor.copy_(total.view_as(tensor))

    def highest(self, number: int) -> int:
        """The highest of the processes' numbers, so that all of them do the same next."""
        if self.world == 1:
            return number
        found = torch.tensor(number, device=self.device)
        distributed.all_reduce(found, op=distributed.ReduceOp.MAX)
        return int(found)


def is_first() -> bool:
    """Whether this is the only process or the first of several, known before they have met."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def ranks(device: str = "auto") -> Iterator[Ranks]:
    """Meet the other processes if torchrun has started this one, by NCCL on CUDA and by gloo else."""
    together = "RANK" in os.environ and int(os.environ.get("WORLD_SIZE", "1")) > 1
    cuda = choose_device(device) == "cuda"
    here = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if cuda else torch.device("cpu")
    if not together:
        yield Ranks(0, 1, here)
        return
    if cuda:
        torch.cuda.set_device(here)
    distributed.init_process_group("nccl" if cuda else "gloo")
    try:
        yield Ranks(distributed.get_rank(), distributed.get_world_size(), here)
    finally:
        distributed.destroy_process_group()
