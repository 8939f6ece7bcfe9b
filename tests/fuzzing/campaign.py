"""Many faulty files of every kind: how many were read, refused, or found a fault of scoregen.

    python -m tests.fuzzing.campaign [--count 10000] [--seed 1] [--target midi,abc] [--keep FOLDER]

Prints a row for each kind of file, and each fault once with its number of inputs. `--keep` writes the smallest input of
each fault into FOLDER/TARGET; tests/fuzzing/kept holds those that were found and mended.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import re
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fuzzing.seeds import REPOSITORY
from tests.fuzzing.targets import TARGETS
from tests.fuzzing.worker import SECONDS, faulty

STUCK_SECONDS = 90 * SECONDS
"""The seconds after which a process that does not answer is killed; it may wait for its turn on a busy machine."""


@dataclass(slots=True)
class Tally:
    """The inputs of one kind of file: results by name, and the numbers of the inputs of each fault."""

    results: Counter[str] = field(default_factory=Counter)
    faults: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    slowest: float = 0.0

    def add(self, found: dict[str, Any]) -> None:
        self.results["fault" if found["fault"] else found["result"]] += 1
        self.slowest = max(self.slowest, found["seconds"])
        if found["fault"]:
            self.faults[signature(found["fault"])].append(found["number"])


def signature(fault: str) -> str:
    """The fault without what differs between inputs."""
    return re.sub(r"/tmp/[^ ]*|0x[0-9a-f]+|\d{3,}", "…", fault)[:260]


def run_target(name: str, seed: int, count: int) -> Tally:
    """Run the inputs of one kind; a process that crashes or hangs is an input with a fault, and is started again."""
    tally, first = Tally(), 0
    while first < count:
        for found in _answers(name, seed, first, count - first):
            tally.add(found)
            first = found["number"] + 1
    return tally


def _answers(name: str, seed: int, first: int, count: int) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.fuzzing.worker", name, str(seed), str(first), str(count)]
    path = os.pathsep.join((str(REPOSITORY), os.environ.get("PYTHONPATH", "")))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "ignore", "OMP_NUM_THREADS": "1"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, cwd=REPOSITORY, env=environment) as child:
        assert child.stdout is not None and child.stderr is not None
        errors: list[bytes] = []
        reader = threading.Thread(target=lambda: errors.append(child.stderr.read()), daemon=True)
        reader.start()
        begun, ended = first, False
        for line in _lines(child):
            answer = json.loads(line)
            if "begins" in answer:
                begun, ended = answer["begins"], False
            else:
                ended = True
                yield answer
        code = child.wait()
        reader.join(5)
        if not ended or code:
            last = b"".join(errors).decode(errors="replace").strip().rpartition("\n")[2]
            fault = f"the process ended with code {code} ({last[:200]})"
            yield {"number": begun if not ended else begun + 1, "result": "", "fault": fault, "seconds": 0.0}


def _lines(child: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """The lines of the output until it ends; the process is killed if none comes for too long."""
    rows: queue.Queue[bytes] = queue.Queue()
    assert child.stdout is not None
    stream = child.stdout
    threading.Thread(target=lambda: [rows.put(line) for line in (*stream, b"")], daemon=True).start()
    while True:
        try:
            line = rows.get(timeout=STUCK_SECONDS)
        except queue.Empty:
            child.kill()
            return
        if not line:
            return
        yield line


def shares(count: int, names: list[str]) -> dict[str, int]:
    """The number of inputs of each kind, by its weight."""
    total = sum(TARGETS[name].weight for name in names)
    return {name: max(1, round(count * TARGETS[name].weight / total)) for name in names}


def keep(folder: Path, name: str, seed: int, tally: Tally) -> None:
    """Write the smallest of the first inputs of each fault."""
    for numbers in tally.faults.values():
        data = min((faulty(name, seed, number) for number in numbers[:20]), key=len)
        target = folder / name / f"{seed}-{numbers[0]}{Path(TARGETS[name].file).suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", type=lambda text: text.split(","), default=list(TARGETS))
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    names = [name for name in arguments.target if TARGETS[name].is_available]
    print(f"{'file':>14} {'inputs':>7} {'read':>6} {'refused':>7} {'faults':>6} {'slowest s':>9}", flush=True)
    for name, count in shares(arguments.count, names).items():
        tally = run_target(name, arguments.seed, count)
        row = (tally.results[each] for each in ("read", "refused", "fault"))
        print("{:>14} {:7} {:6} {:7} {:6} {:9.2f}".format(name, count, *row, tally.slowest), flush=True)
        for fault, numbers in sorted(tally.faults.items(), key=lambda each: -len(each[1])):
            print(f"    {len(numbers):5} x {fault}   (first: {numbers[0]})", flush=True)
        if arguments.keep:
            keep(arguments.keep, name, arguments.seed, tally)


if __name__ == "__main__":
    main()
