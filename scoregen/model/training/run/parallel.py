"""Data-parallel training in several processes, started by `torchrun`.

Every process holds the whole network and takes its share of each batch. Gradients are summed in one flat tensor and
divided once by the choices of the whole batch. The result is the gradient of that batch in one process; averaging
the means of unequal shares would not give it.
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
class ProcessGroup:
    """The rank of this process, the number of processes, and the device of this process."""

    rank: int
    world: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        """Whether this process writes the files."""
        return self.rank == 0

    def share(self, count: int) -> range:
        """The indices below `count` that belong to this process."""
        return range(self.rank, count, self.world)

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its sum over the processes, with the same bits in all of them."""
        if self.world == 1:
            return
        flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
        distributed.all_reduce(flat)
        for tensor, total in zip(tensors, torch.split(flat, [tensor.numel() for tensor in tensors]), strict=True):
            tensor.copy_(total.view_as(tensor))

    def highest(self, number: int) -> int:
        """The maximum of the processes' numbers, so that all of them take the same decision."""
        if self.world == 1:
            return number
        maximum = torch.tensor(number, device=self.device)
        distributed.all_reduce(maximum, op=distributed.ReduceOp.MAX)
        return int(maximum)


def is_first() -> bool:
    """Whether this is the only process or the first of several; it can be called before they are connected."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def process_group(device: str = "auto") -> Iterator[ProcessGroup]:
    """Connect the processes if torchrun has started this one, by NCCL on CUDA and otherwise by gloo."""
    is_distributed = "RANK" in os.environ and int(os.environ.get("WORLD_SIZE", "1")) > 1
    cuda = choose_device(device) == "cuda"
    torch_device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if cuda else torch.device("cpu")
    if not is_distributed:
        yield ProcessGroup(0, 1, torch_device)
        return
    if cuda:
        torch.cuda.set_device(torch_device)
    distributed.init_process_group("nccl" if cuda else "gloo")
    try:
        yield ProcessGroup(distributed.get_rank(), distributed.get_world_size(), torch_device)
    finally:
        distributed.destroy_process_group()
