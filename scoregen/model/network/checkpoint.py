"""Weights on disk: a safetensors file, and a JSON file with the network's shape and provenance."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from scoregen.model.features.metric_features import METRIC_FEATURES
from scoregen.model.network.config import (
    CONVERSION,
    RENAMED_NETWORK_OPTIONS,
    NetworkConfig,
    check_shape,
    renaming_notice,
)
from scoregen.model.network.earlier_alphabets import in_current_alphabet
from scoregen.system.errors import CONTENT_FAULTS, InputError, Place
from scoregen.system.files import write_files
from scoregen.system.resources import weights

if TYPE_CHECKING:
    from scoregen.model.network.network import Network

SHIPPED = "satb-chorales"
"""The weights of the package for choirs of four voices."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The parameters of a network by name, in 32 bits, the SHA-256 of their file, and the content of the JSON file.

    `stem` is the path of both files without a suffix.
    """

    stem: Path
    config: NetworkConfig
    tensors: Mapping[str, NDArray[np.float32]]
    checksum: str
    about: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A network in torch, the SHA-256 of its weights, and the content of the JSON file."""

    network: Network
    checksum: str
    about: Mapping[str, Any]


def save_checkpoint(network: Network, path: Path, about: Mapping[str, Any], *, half: bool = False) -> None:
    """Write PATH.safetensors and PATH.json; `half` stores the weights in 16 bits."""
    dtype = np.float16 if half else np.float32
    state = {name: tensor.numpy(force=True).astype(dtype) for name, tensor in network.state_dict().items()}
    data = save(state)
    description = {"network": asdict(network.config), "sha256": hashlib.sha256(data).hexdigest(), **about}
    text = f"{json.dumps(description, indent=2, sort_keys=True)}\n".encode()
    write_files([(path.with_suffix(".safetensors"), data), (path.with_suffix(".json"), text)], force=True)


def read_weights(path: Path | None = None) -> Weights:
    """The weights at PATH(.safetensors), by default those of the package. Does not import torch."""
    stem = (path or weights() / SHIPPED).with_suffix("")
    try:
        data = _content(stem.with_suffix(".safetensors"))
        about = json.loads(_content(stem.with_suffix(".json")))
        shape = about["network"]
        if remark := renaming_notice(shape, RENAMED_NETWORK_OPTIONS):
            raise InputError(f"{stem}.json is of an earlier version ({remark}); {CONVERSION}")
        lists = {name: tuple(value) for name, value in shape.items() if isinstance(value, list)}
        config = NetworkConfig(**{**shape, **lists})
        check_shape(config)
        tensors = {name: _finite(name, values) for name, values in load(data).items()}
        tensors = in_current_alphabet(tensors, config)
        config, tensors = _with_later_features(config, tensors)
    except InputError as error:
        raise InputError(error.message, Place(f"{stem}.safetensors")) from error
    except (*CONTENT_FAULTS, SafetensorError) as error:
        raise _unreadable(stem, error) from error
    checksum = hashlib.sha256(data).hexdigest()
    if about.get("sha256") != checksum:
        raise InputError(
            f"{stem}.safetensors is damaged: its checksum is not the one in {stem.name}.json; fetch it again"
        )
    return Weights(stem, config, tensors, checksum, about)


def load_checkpoint(path: Path | None = None) -> Checkpoint:
    """The checkpoint at PATH(.safetensors) as a network in torch, by default that of the package."""
    read = read_weights(path)
    return Checkpoint(network_of(read), read.checksum, read.about)


def network_of(read: Weights) -> Network:
    """The network in torch with these weights; InputError if they do not fit its description."""
    import torch

    from scoregen.model.network.network import Network

    if read.config.backbone**2 > sum(values.size for values in read.tensors.values()):
        raise InputError("the network is larger than its weights", Place(f"{read.stem}.safetensors"))
    try:
        network = Network(read.config)
        network.load_state_dict({name: torch.from_numpy(values) for name, values in read.tensors.items()})
    except CONTENT_FAULTS as error:
        raise _unreadable(read.stem, error) from error
    return network.eval()


def _with_later_features(
    config: NetworkConfig, tensors: dict[str, NDArray[np.float32]]
) -> tuple[NetworkConfig, dict[str, NDArray[np.float32]]]:
    """Weights for scores that were trained with fewer metric features, with zero weights for the later ones."""
    known = config.metric_features
    if config.alphabet != "spelled" or known >= METRIC_FEATURES:
        return config, tensors
    more = METRIC_FEATURES - known
    ends = {
        "frame_in.weight": config.backbone,
        "slice_in.weight": config.backbone,
        "in_slice_start.weight": 3 * config.backbone,
        "strand_in.weight": config.embedding,
    }
    wider = {
        name: np.insert(tensors[name], [before + known] * more, 0.0, axis=1)
        for name, before in ends.items()
        if name in tensors
    }
    return replace(config, metric_features=METRIC_FEATURES), {**tensors, **wider}


def _content(path: Path) -> bytes:
    """The content of a regular file; another, such as a pipe, might never end."""
    if path.exists() and not path.is_file():
        raise OSError(f"{path.name} is no regular file")
    return path.read_bytes()


def _finite(name: str, values: NDArray[Any]) -> NDArray[np.float32]:
    """A parameter in 32 bits. InputError if a number is not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        result = values.astype(np.float32)
    if not np.isfinite(result).all():
        raise InputError(f"the weights {name} hold a number that is not finite; fetch or train them again")
    return result


def _unreadable(stem: Path, error: Exception) -> InputError:
    return InputError(f"no weights can be read from {stem}.safetensors and .json ({type(error).__name__})")
