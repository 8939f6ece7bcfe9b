"""The weights of a critic on disk: a safetensors file next to the weights of the network whose drafts it judges."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from scoregen.model.critic.critic import Critic
from scoregen.model.critic.critic_inputs import Floats
from scoregen.system.companions import load_companion
from scoregen.system.files import write_files

SUFFIX = ".critic"


def load_critic(weights: Path) -> Critic | None:
    """The critic next to some weights, None if there is none; InputError if it is damaged."""
    return load_companion(weights, SUFFIX, _checked, SafetensorError)


def _checked(data: bytes) -> Critic:
    critic = Critic(load(data))
    critic.check()
    return critic


def save_critic(tensors: Mapping[str, Floats], about: Mapping[str, Any], weights: Path) -> None:
    """Write the critic next to some weights, in 16 bits, and what it was trained on beside it (NAME.critic.json)."""
    data = save({name: np.ascontiguousarray(value.astype(np.float16)) for name, value in tensors.items()})
    record = json.dumps({**about, "sha256": hashlib.sha256(data).hexdigest()}, indent=2, sort_keys=True) + "\n"
    path = weights.with_suffix(SUFFIX)
    write_files([(path, data), (path.with_suffix(f"{SUFFIX}.json"), record.encode())], force=True)
