"""The protocol of an engine, which runs the steps of a network on some device; sampling relies on it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

from scoregen.model.features.inputs import Floats
from scoregen.model.network.config import NetworkConfig

Array = Any
"""An array of the engine, of numpy or torch, on any device. Both are indexed and assigned to in the same way."""


class Engine(Protocol):
    """A network ready for inference. `device` describes in words what runs it."""

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
        """An array of the engine as a numpy array."""
        ...

    def session(self) -> AbstractContextManager[None]:
        """The context in which steps are run, for example with its number of threads."""
        ...
