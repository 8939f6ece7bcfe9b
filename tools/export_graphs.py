"""Export the steps of the network as graphs of the shipped shape into scoregen/weights/graphs.

    python tools/export_graphs.py

To be run whenever a module that describes the network has changed; a test says so. Needs the package onnx.
"""

from __future__ import annotations

from scoregen.model.engine.export import export_graphs
from scoregen.model.network.checkpoint import read_weights
from scoregen.system.files import write_files
from scoregen.system.resources import weights


def main() -> None:
    folder = weights() / "graphs"
    folder.mkdir(exist_ok=True)
    files = export_graphs(read_weights().config)
    write_files([(folder / name, data) for name, data in files.items()], force=True)
    for name, data in files.items():
        print(f"{name}: {len(data) / 1024:.0f} KB")


if __name__ == "__main__":
    main()
