"""The time of `scoregen --help`, from start to exit: the median of five runs.

python tests/benchmarks/bench_startup.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 5
LIMIT_SECONDS = 0.4


def seconds() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "scoregen", "--help"], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def main() -> int:
    seconds()  # fills the caches of the file system and of compiled Python files
    runs = [seconds() for _ in range(RUNS)]
    median = statistics.median(runs)
    print(f"scoregen --help: median {median:.3f} s of {RUNS} runs ({min(runs):.3f} to {max(runs):.3f} s)")
    return 0 if median < LIMIT_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
