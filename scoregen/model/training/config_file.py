"""The configuration of a network and its training in a TOML file; missing keys keep their defaults.

    [network]
    backbone = 160

    [training]
    steps = 4000
    patience = 10

    [[sources]]        # for a folder of shards: the corpora of the mixture
    name = "openscore-quartets"
    share = 0.4

The keys are the fields of `NetworkConfig`, `TrainingOptions` and `MixtureSource`, which also define their types and
defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from scoregen.model.network.config import (
    RENAMED_NETWORK_OPTIONS,
    RENAMED_TRAINING_OPTIONS,
    NetworkConfig,
    TrainingOptions,
    renaming_notice,
)
from scoregen.model.training.mixture_set import MixtureSource
from scoregen.system.errors import InputError, Place
from scoregen.system.toml_files import read_toml

TABLES = {"network": NetworkConfig, "training": TrainingOptions}
ENTRIES = {**TABLES, "sources": MixtureSource}
RENAMED = {"network": RENAMED_NETWORK_OPTIONS, "training": RENAMED_TRAINING_OPTIONS, "sources": {}}
DERIVED = {
    "roles": "it follows from the ensemble",
    "styles": "they follow from the corpus",
    "alphabet": "it follows from the corpus",
    "metric_features": "it follows from the corpus",
}
"""Fields that the file may not set, with the reason."""
TYPE_NAMES = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


def read_config(path: Path) -> tuple[NetworkConfig, TrainingOptions]:
    """Read a file. InputError names the file and the key that is unknown, of a wrong type or out of range."""
    network, training = read_options(path)
    return NetworkConfig(**network), TrainingOptions(**training)


def read_sources(path: Path) -> tuple[MixtureSource, ...]:
    """The corpora of a mixture, in [[sources]]; errors as in `read_config`."""
    try:
        entries = [_values("sources", entry) for entry in _content(path).get("sources", [])]
        return tuple(MixtureSource(**entry) for entry in entries)
    except TypeError:
        raise InputError("[[sources]] lacks a key; expected name and share in each", Place(str(path))) from None
    except InputError as error:
        raise InputError(error.message, Place(str(path))) from error


def read_options(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values that a file sets, in [network] and in [training]; errors as in `read_config`."""
    text = _content(path)
    try:
        network, training = (_values(name, text.get(name, {})) for name in TABLES)
        NetworkConfig(**network), TrainingOptions(**training)
    except InputError as error:
        raise InputError(error.message, Place(str(path))) from error
    return network, training


def _content(path: Path) -> dict[str, Any]:
    """The tables of a file."""
    text = read_toml(path)
    for name, table in text.items():
        if name not in ENTRIES or not isinstance(table, list if name == "sources" else dict):
            raise InputError(f"there is no table for {name!r}; expected [network] or [training]", Place(str(path)))
    return text


def _values(name: str, table: Any) -> dict[str, Any]:
    """The values of one table, each of the type of its field."""
    if not isinstance(table, Mapping):
        raise InputError(f"{table!r} stands in place of a table [{name}]; expected keys and values")
    types = get_type_hints(ENTRIES[name])
    options = [field.name for field in fields(ENTRIES[name]) if field.name not in DERIVED]
    for key in table:
        if key not in options:
            reason = DERIVED.get(key, f"expected one of: {', '.join(options)}")
            raise InputError(f"[{name}] has no option {key!r}; {renaming_notice([key], RENAMED[name]) or reason}")
    return {key: _value(f"[{name}] {key}", value, types[key]) for key, value in table.items()}


def _value(where: str, value: Any, kind: Any) -> Any:
    if not _fits(value, kind):
        raise InputError(f"{where} is {value!r}; expected {_type_name(kind)}")
    if kind is float:
        return float(value)
    return tuple(value) if isinstance(value, list) else value


def _fits(value: Any, kind: Any) -> bool:
    """Whether a TOML value has the type of a field; a boolean is not a number, and a list represents a tuple."""
    inner = get_args(kind)
    if get_origin(kind) in (Union, UnionType):
        return any(_fits(value, each) for each in inner)
    if get_origin(kind) is Literal:
        return value in inner
    if get_origin(kind) is tuple:
        return isinstance(value, list) and all(_fits(item, inner[0]) for item in value)
    if isinstance(value, bool) or kind is bool:
        return isinstance(value, bool) and kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


def _type_name(kind: Any) -> str:
    inner = get_args(kind)
    if get_origin(kind) is Literal:
        return f"one of: {', '.join(map(str, inner))}"
    if get_origin(kind) is tuple:
        return f"a list, each item {_type_name(inner[0])}"
    return TYPE_NAMES.get(kind, "another type")
