"""Time and memory of new pieces by their number of measures: both grow linearly.

    python tests/benchmarks/bench_size.py [--ensemble satb,string-quartet] [--measures 64,128,256,512,1000]
        [--plot docs/images/size.svg]

Prints for each length, from a fresh process: the processor seconds and the seconds of `compose` with its defaults, the
processor seconds of each 16 measures, and the largest resident memory of the process. `--plot` draws both curves.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

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


def curves(rows: list[tuple[str, int, float, float]]) -> str:
    """An SVG picture of processor seconds and of memory by the number of measures, a line for each ensemble."""
    most = [max(row[column] for row in rows) or 1 for column in (1, 2, 3)]
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="260" font-family="sans-serif" font-size="11">'
    ]
    for panel, (title, column) in enumerate((("processor seconds", 2), ("resident memory, MiB", 3))):
        left = 45 + 320 * panel
        lines.append(f'<text x="{left}" y="14">{title}, at most {most[column - 1]:.0f}</text>')
        lines.append(f'<path d="M{left} 20V230H{left + 260}" fill="none" stroke="#000"/>')
        for number, ensemble in enumerate(dict.fromkeys(row[0] for row in rows)):
            points = [
                (left + 260 * row[1] / most[0], 230 - 200 * row[column] / most[column - 1])
                for row in rows
                if row[0] == ensemble
            ]
            colour = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd")[number % 4]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
            lines += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in points]
            lines.append(f'<text x="{left + 8}" y="{40 + 14 * number}" fill="{colour}">{ensemble}</text>')
        for measures in sorted({row[1] for row in rows}):
            x = left + 260 * measures / most[0]
            lines.append(f'<text x="{x:.1f}" y="244" text-anchor="middle">{measures}</text>')
        lines.append(f'<text x="{left + 130}" y="258" text-anchor="middle">measures</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ensemble", type=lambda text: text.split(","), default=["satb", "string-quartet"])
    parser.add_argument(
        "--measures", type=lambda text: [int(word) for word in text.split(",")], default=[64, 128, 256, 512, 1000]
    )
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args()
    rows = []
    print(f"{'ensemble':>16} {'measures':>8} {'CPU s':>7} {'wall s':>7} {'CPU s / 16':>10} {'MiB':>6}")
    for ensemble in arguments.ensemble:
        for measures in arguments.measures:
            cpu, wall, peak = piece(ensemble, measures)
            row = f"{ensemble:>16} {measures:8} {cpu:7.1f} {wall:7.1f} {16 * cpu / measures:10.2f} {peak:6.0f}"
            print(row, flush=True)
            rows.append((ensemble, measures, cpu, peak))
    if arguments.plot:
        arguments.plot.write_text(curves(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
