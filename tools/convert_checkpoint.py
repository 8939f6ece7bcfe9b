"""Convert checkpoints of earlier versions to the current names.

    python tools/convert_checkpoint.py NAME.safetensors [...]

Rewrites NAME.safetensors and NAME.json. No value changes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from safetensors.numpy import load, save

from scoregen.model.network.config import (
    RENAMED_NETWORK_OPTIONS,
    RENAMED_TRAINING_OPTIONS,
    current_name,
)
from scoregen.system.files import write_files

DROPPED = ("use_measures",)
"""Options of parts that the network no longer has; they were disabled."""


def converted(stem: Path) -> list[tuple[Path, bytes]]:
    """The files of a checkpoint under the current names."""
    weights, story = stem.with_suffix(".safetensors"), stem.with_suffix(".json")
    about = json.loads(story.read_text(encoding="utf-8"))
    if any(about["network"].get(name) for name in DROPPED):
        raise SystemExit(f"{story}: these weights use attention over measures, which was removed; they cannot be used")
    data = save({current_name(name): values for name, values in load(weights.read_bytes()).items()})
    network = {
        key: value for key, value in _renamed(about["network"], RENAMED_NETWORK_OPTIONS).items() if key not in DROPPED
    }
    about |= {"network": network, "sha256": hashlib.sha256(data).hexdigest()}
    if "training" in about:
        about["training"] = _renamed(about["training"], RENAMED_TRAINING_OPTIONS)
    return [(weights, data), (story, f"{json.dumps(about, indent=2, sort_keys=True)}\n".encode())]


def _renamed(table: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {names.get(key, key): value for key, value in table.items()}


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        write_files(converted(Path(argument).with_suffix("")), force=True)
        print(f"{argument}: converted")
