"""The exported graphs that ship with the package: the shape of their network and the digest of their source."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scoregen.model.network.config import NetworkConfig
from scoregen.system.resources import weights

INDEX = "graphs.json"
SOURCES = (
    *("features/history_features", "features/voice_features", "network/copy_attention", "network/heads"),
    *("network/index_tables", "network/network", "network/steps"),
)
"""The modules of `model` from which the graphs are exported."""
SHAPE = (
    *("alphabet", "metric_features", "embedding", "context", "backbone", "layers", "in_slice", "strand", "heads"),
    *("use_pitch_history", "use_matches", "use_motion", "use_degrees"),
)
"""The options of a network on which its graphs depend, in addition to the number of roles."""


@dataclass(frozen=True, slots=True)
class GraphSet:
    """A folder of graphs: the input names of each step in order, and the shapes of its weights by name."""

    folder: Path
    shape: Mapping[str, Any]
    source: str
    inputs: Mapping[str, Sequence[str]]
    weights: Mapping[str, Mapping[str, Sequence[int]]]

    def fits(self, shapes: Mapping[str, Sequence[int]]) -> bool:
        """Whether every weight of the graphs is present and has its shape."""
        expected = {name: shape for weights in self.weights.values() for name, shape in weights.items()}
        return all(list(shapes.get(name, ())) == list(shape) for name, shape in expected.items())

    def read(self, step: str) -> bytes:
        return (self.folder / f"{step}.onnx").read_bytes()


def graphs_for(config: NetworkConfig) -> GraphSet | None:
    """The graphs of networks of this shape, None if none ship."""
    shape = shape_of(config)
    return next((graphs for graphs in shipped_graphs() if graphs.shape == shape), None)


@cache
def shipped_graphs() -> tuple[GraphSet, ...]:
    """The graphs in the package, a set for each shape of a network."""
    return tuple(read_graphs(index.parent) for index in sorted((weights() / "graphs").glob(f"*/{INDEX}")))


def read_graphs(folder: Path) -> GraphSet:
    """The graphs in a folder."""
    about = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    return GraphSet(folder, about["shape"], about["source"], about["inputs"], about["weights"])


def shape_of(config: NetworkConfig) -> dict[str, Any]:
    """The options on which the graphs of a network depend."""
    options = asdict(config)
    return {
        "roles": len(config.roles),
        "styles": len(config.styles),
        **{name: options[name] for name in SHAPE},
    }


def source_digest() -> str:
    """A digest of the source from which graphs are exported; comments and docstrings do not count."""
    folder = Path(__file__).parent.parent
    trees = [_without_docstrings(ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))) for name in SOURCES]
    return hashlib.sha256("\n".join(map(ast.dump, trees)).encode()).hexdigest()


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [each for each in body if not _is_text(each)]  # type: ignore[attr-defined]
    return tree


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
