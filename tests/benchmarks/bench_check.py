"""How long `scoregen check` takes on a chorale of 16 measures, start-up included: the median of seven runs.

python tests/benchmarks/bench_check.py [SCORE]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scoregen.corpora.manifest import load_corpus

RUNS = 7
CHORALE = "bach/bwv301.mxl"
"""14 measures and an upbeat's worth more, in four voices."""


def main() -> None:
    given = [Path(argument) for argument in sys.argv[1:]]
    score = given[0] if given else next(p.path for p in load_corpus("bach-chorales").pieces if p.name == CHORALE)
    with tempfile.TemporaryDirectory() as folder:
        for options in ([], ["-o", f"{folder}/marked.musicxml", "--force"], ["-o", f"{folder}/marked.svg", "--force"]):
            seconds = [_time([str(score), *options]) for _ in range(RUNS)]
            shown = " ".join(Path(option).name for option in options)
            print(f"check {score.name} {shown}: {statistics.median(seconds):.2f} s (best {min(seconds):.2f} s)")


def _time(arguments: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "scoregen", "check", *arguments], capture_output=True, check=False)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
