"""The time to read fifty chorales, compared with music21: medians of five runs, and the ratio.

python tests/benchmarks/bench_reading.py [--json]
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import music21

from scoregen.notation.musicxml.read.score import read_file

CHORALES = 50
RUNS = 5


def chorales() -> list[Path]:
    return sorted((Path(music21.__file__).parent / "corpus" / "bach").glob("*.mxl"))[:CHORALES]


def read_ours(path: Path) -> None:
    read_file(path)


def read_with_music21(path: Path) -> None:
    music21.converter.parse(str(path), forceSource=True, format="musicxml")


def seconds(read: Callable[[Path], None], paths: list[Path]) -> float:
    """The processor time to read all files once, on which other programs have the least influence."""
    started = time.process_time()
    for path in paths:
        read(path)
    return time.process_time() - started


def main(arguments: list[str]) -> None:
    warnings.simplefilter("ignore")
    paths = chorales()
    read_ours(paths[0])
    read_with_music21(paths[0])
    runs = [(seconds(read_ours, paths), seconds(read_with_music21, paths)) for _ in range(RUNS)]
    ours, theirs = (statistics.median(column) for column in zip(*runs, strict=True))
    figures = {
        "files": len(paths),
        "runs": RUNS,
        "scoregen_seconds": round(ours, 3),
        "music21_seconds": round(theirs, 3),
        "ratio": round(statistics.median(theirs / ours for ours, theirs in runs), 1),
    }
    lines = "\n".join(f"{name}: {value}" for name, value in figures.items())
    print(json.dumps(figures) if "--json" in arguments else lines)


if __name__ == "__main__":
    main(sys.argv[1:])
