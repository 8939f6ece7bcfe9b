"""Weights on disk: a safetensors file, and beside it a JSON file with the network's shape and story."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load, save

from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.network import Network
from scoregen.model.network.renames import renamed
from scoregen.system.errors import InputError
from scoregen.system.files import write_files
from scoregen.system.resources import weights

SHIPPED = "satb-chorales"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A network ready for use, the SHA-256 of its weights, and what its JSON file tells."""

    network: Network
    checksum: str
    about: Mapping[str, Any]


def save_checkpoint(network: Network, path: Path, about: Mapping[str, Any], *, half: bool = False) -> None:
    """Write PATH.safetensors and PATH.json; `half` keeps the weights in 16 bits."""
    dtype = torch.float16 if half else torch.float32
    state = {name: tensor.detach().to("cpu", dtype).contiguous() for name, tensor in network.state_dict().items()}
    data = save(state)
    story = {"network": asdict(network.config), "sha256": hashlib.sha256(data).hexdigest(), **about}
    text = f"{json.dumps(story, indent=2, sort_keys=True)}\n".encode()
    write_files([(path.with_suffix(".safetensors"), data), (path.with_suffix(".json"), text)], force=True)


def load_checkpoint(path: Path | None = None) -> Checkpoint:
    """The checkpoint at PATH(.safetensors), by default the one that ships with the package."""
    stem = (path or weights() / SHIPPED).with_suffix("")
    try:
        data = stem.with_suffix(".safetensors").read_bytes()
        about = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
        shape = about["network"]
        if remark := renamed(shape):
            raise InputError(
                f"{stem}.json is of an earlier version ({remark}); convert it with tools/convert_checkpoint.py of the"
                " repository"
            )
        network = Network(NetworkConfig(**{**shape, "roles": tuple(shape["roles"])}))
        state = {name: tensor.float() for name, tensor in load(data).items()}
        network.load_state_dict(state)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise InputError(
            f"no weights can be read from {stem}.safetensors and .json ({type(error).__name__})"
        ) from error
    checksum = hashlib.sha256(data).hexdigest()
    if about.get("sha256") != checksum:
        raise InputError(
            f"{stem}.safetensors is damaged: its checksum is not the one in {stem.name}.json; fetch it again"
        )
    return Checkpoint(network.eval(), checksum, about)
