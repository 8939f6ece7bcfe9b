"""The time of `scoregen check` for a chorale of 16 measures, with start-up: the median of three runs.

python tests/benchmarks/bench_check.py [SCORE]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scoregen.corpora.manifest import load_corpus
from scoregen.notation.files import read_score

RUNS = 3
CHORALE = "bach/bwv65.7.mxl"
"""16 measures in four voices."""


def main() -> None:
    given = [Path(argument) for argument in sys.argv[1:]]
    score = given[0] if given else next(p.path for p in load_corpus("bach-chorales").pieces if p.name == CHORALE)
    with tempfile.TemporaryDirectory() as folder:
        print(f"{score.name}: {len(read_score(score).measures)} measures")
        for options in ([], ["-o", f"{folder}/marked.musicxml", "--force"], ["-o", f"{folder}/marked.svg", "--force"]):
            runs = [_time([str(score), *options]) for _ in range(RUNS)]
            wall, processor = (statistics.median(seconds) for seconds in zip(*runs, strict=True))
            shown = " ".join(Path(option).name for option in options)
            print(f"check {score.name} {shown}: {wall:.2f} s, of the processor {processor:.2f} s")


def _time(arguments: list[str]) -> tuple[float, float]:
    """Wall-clock seconds and processor seconds, which differ if other programs are running."""
    started, used = time.perf_counter(), os.times()
    subprocess.run([sys.executable, "-m", "scoregen", "check", *arguments], capture_output=True, check=False)
    after = os.times()
    processor = after.children_user + after.children_system - used.children_user - used.children_system
    return time.perf_counter() - started, processor


if __name__ == "__main__":
    main()
