"""Running the steps with torch: on CUDA, and on CPUs for networks whose shape has no exported graphs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from scoregen.model.engine.inference_mode import inference_mode
from scoregen.model.engine.protocol import Array
from scoregen.model.features.inputs import Floats
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.network import Network
from scoregen.model.network.steps import STEPS


class TorchEngine:
    """A network on a device of torch."""

    def __init__(self, network: Network, device: str = "cpu") -> None:
        self._device = torch.device(device)
        self.network = network.to(self._device).eval()

    @property
    def config(self) -> NetworkConfig:
        return self.network.config

    @property
    def device(self) -> str:
        if self._device.type == "cuda":
            return f"torch on cuda ({torch.cuda.get_device_name(self._device)})"
        return f"torch on {self._device.type}"

    def run(self, step: str, *inputs: Array) -> tuple[Array, ...]:
        with torch.inference_mode():
            return STEPS[step].function(self.network, *map(self._tensor, inputs))

    def zeros(self, *shape: int) -> Array:
        return torch.zeros(shape, device=self._device)

    def numpy(self, array: Array) -> Floats:
        result: Floats = array.numpy(force=True)
        return result

    @contextmanager
    def session(self) -> Iterator[None]:
        with inference_mode():
            yield

    def _tensor(self, array: Array) -> Tensor:
        if isinstance(array, Tensor):
            return array
        return torch.from_numpy(np.asarray(array)).to(self._device, non_blocking=True)
