"""Time and memory of new pieces by their number of measures: both grow linearly.

    python tests/benchmarks/bench_size.py [--ensemble satb,string-quartet] [--measures 64,128,256,512,1000]
        [--rows size.jsonl] [--plot size.svg]

Prints for each length, from a fresh process: the processor seconds and the seconds of `compose` with its defaults, the
processor seconds of each 16 measures, and the largest resident memory of the process. With `--rows` every result is
kept in a file, and what is in it is not measured again. `--plot` draws both curves.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scoregen.pictures.canvas import figure_bytes, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PIECE = """
import json, resource, sys, time
from scoregen.tasks.compose import PieceOptions, compose
import scoregen.generation.refinement, scoregen.model.engine.onnx_engine, scoregen.model.sampling.loop
cpu, wall = time.process_time(), time.perf_counter()
made = compose(piece=PieceOptions(measures=int(sys.argv[2])), ensemble=sys.argv[1])
assert len(made.score.measures) == int(sys.argv[2])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([time.process_time() - cpu, time.perf_counter() - wall, peak]))
"""


def piece(ensemble: str, measures: int) -> tuple[float, float, float]:
    """Processor seconds, seconds and MiB of one piece."""
    command = [sys.executable, "-c", PIECE, ensemble, str(measures)]
    cpu, wall, peak = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return cpu, wall, peak


def kept(path: Path) -> dict[tuple[str, int], tuple[float, float, float]]:
    """The results in a file, by ensemble and number of measures."""
    lines = path.read_text().splitlines() if path.is_file() else []
    return {(ensemble, measures): (cpu, wall, peak) for ensemble, measures, cpu, wall, peak in map(json.loads, lines)}


def curves(rows: list[tuple[str, int, float, float]]) -> Figure:
    """Processor seconds and memory by the number of measures, a line for each ensemble."""
    figure = new_figure(8, 3.2)
    for axes, title, column in zip(
        figure.subplots(1, 2), ("processor seconds", "resident memory, MiB"), (2, 3), strict=True
    ):
        for ensemble in dict.fromkeys(row[0] for row in rows):
            own = [row for row in rows if row[0] == ensemble]
            axes.plot([row[1] for row in own], [row[column] for row in own], marker="o", label=ensemble)
        axes.set_title(title)
        axes.set_xlabel("measures")
        axes.set_ylim(0, 1.05 * max(row[column] for row in rows))
        axes.legend()
    return figure


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ensemble", type=lambda text: text.split(","), default=["satb", "string-quartet"])
    parser.add_argument(
        "--measures", type=lambda text: [int(word) for word in text.split(",")], default=[64, 128, 256, 512, 1000]
    )
    parser.add_argument("--rows", type=Path)
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args()
    known = kept(arguments.rows) if arguments.rows else {}
    rows = []
    print(f"{'ensemble':>16} {'measures':>8} {'CPU s':>7} {'wall s':>7} {'CPU s / 16':>10} {'MiB':>6}")
    for ensemble in arguments.ensemble:
        for measures in arguments.measures:
            cpu, wall, peak = known.get((ensemble, measures)) or piece(ensemble, measures)
            if arguments.rows and (ensemble, measures) not in known:
                with arguments.rows.open("a") as file:
                    file.write(json.dumps([ensemble, measures, cpu, wall, peak]) + "\n")
            row = f"{ensemble:>16} {measures:8} {cpu:7.1f} {wall:7.1f} {16 * cpu / measures:10.2f} {peak:6.0f}"
            print(row, flush=True)
            rows.append((ensemble, measures, cpu, peak))
    if arguments.plot:
        arguments.plot.write_bytes(figure_bytes(curves(rows), arguments.plot.suffix[1:]))


if __name__ == "__main__":
    main()
