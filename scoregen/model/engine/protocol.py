"""What runs the steps of a network, on whichever device: the protocol that sampling relies on."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.inputs import Floats

Array = Any
"""An array of the engine: of numpy or torch, wherever it lies. Both are indexed and assigned to alike."""


class Engine(Protocol):
    """A network that is ready for inference. `device` says in words what runs it."""

    @property
    def config(self) -> NetworkConfig: ...

    @property
    def device(self) -> str: ...

    def run(self, step: str, *inputs: Array) -> tuple[Array, ...]:
        """The outputs of a step of `network.steps.STEPS`; inputs are numpy arrays or arrays of the engine."""
        ...

    def zeros(self, *shape: int) -> Array:
        """Zeros in 32 bits on the device, for caches."""
        ...

    def numpy(self, array: Array) -> Floats:
        """An array of the engine as one of numpy."""
        ...

    def session(self) -> AbstractContextManager[None]:
        """What must be in force while steps are run, such as the number of threads."""
        ...
