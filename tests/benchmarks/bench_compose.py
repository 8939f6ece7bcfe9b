"""A melody of 16 measures to MusicXML, SVG and PDF, from start of process to exit.

    python tests/benchmarks/bench_compose.py [SCORE]

Prints the median of five runs, the sampling seconds of that run as `scoregen compose --json`
reports them, and the largest resident memory of any process of any run.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5
MELODY = Path(__file__).resolve().parents[2] / "corpora" / "samples" / "hymn-to-joy.musicxml"
SUFFIXES = (".musicxml", ".svg", ".pdf")


def run(score: Path, folder: Path) -> tuple[float, float]:
    """Seconds of the whole process, and those of sampling."""
    outputs = [word for suffix in SUFFIXES for word in ("-o", str(folder / f"piece{suffix}"))]
    command = [sys.executable, "-m", "scoregen", "compose", str(score), *outputs, "--force", "--json"]
    started = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return time.perf_counter() - started, json.loads(done.stdout)["seconds"]["sample"]


def main() -> None:
    score = Path(sys.argv[1]) if len(sys.argv) > 1 else MELODY
    with tempfile.TemporaryDirectory() as name:
        runs = sorted(run(score, Path(name)) for _ in range(RUNS))
    whole, sampling = runs[RUNS // 2]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{score.name}: median {whole:.2f} s of {RUNS} runs ({runs[0][0]:.2f} to {runs[-1][0]:.2f} s)")
    print(f"sampling {sampling:.2f} s of it; largest resident memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()
