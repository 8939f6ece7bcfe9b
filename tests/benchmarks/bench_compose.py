"""The time from a melody of 16 measures to MusicXML, SVG and PDF, from start to exit, and the time of each stage; the
time of other pieces of 16 measures.

    python tests/benchmarks/bench_compose.py [SCORE]

Prints the median of five fresh processes of `scoregen compose` in seconds and in processor seconds, their largest
resident memory, and the median time of each stage in five processes that run the stages one by one. Python has the
bytecode of all modules, as in an installed package. The stages do not sum to the whole, because `compose` opens the
sessions of the engine in parallel.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

RUNS = 5
MELODY = Path(__file__).resolve().parents[2] / "corpora" / "samples" / "hymn-to-joy.musicxml"
SUFFIXES = (".musicxml", ".svg", ".pdf")
OTHERS = {
    "a new choir piece": ("--measures", "16"),
    "a new string quartet": ("--ensemble", "string-quartet", "--measures", "16"),
    "a piano under the melody": (str(MELODY), "--ensemble", "voice-piano"),
}
"""Pieces of 16 measures to MusicXML, by what they are."""

STAGES = """
import json, sys, time
stages, last = {}, float(sys.argv[3])

def ends(name):
    global last
    now = time.time()
    stages[name], last = now - last, now

ends("start of Python")
import scoregen.cli.app
ends("import of the command line")
import typer._adapters
ends("import of typer's parser")
from pathlib import Path
import numpy
ends("import of numpy")
from scoregen.notation.files import read_score
from scoregen.notation.output import ScoreOutput
from scoregen.tasks.compose import compose
from scoregen.tasks.provenance import provenance_fields
from scoregen.score.ensemble import load_ensemble
import scoregen.model.sampling.loop, scoregen.generation.refinement
ends("import of the task")
from scoregen.model.engine.loading import load_engine
from scoregen.model.sampling.pretrained import load_pretrained
import scoregen.model.engine.onnx_engine
ends("import of the engine")
score = read_score(Path(sys.argv[1]))
ends("read")
load_engine(load_pretrained(None, load_ensemble("satb")).weights)
ends("load weights")
made = compose(score)
ends("compose")
stages["of it, sample"] = made.sampling_seconds
best = made.alternatives[0]
piece = ScoreOutput(best.score, provenance_fields(best.provenance))
piece.checked_text
ends("write MusicXML")
piece.pages
ends("engrave")
from scoregen.notation.engraving.fonts import with_fonts
with_fonts(piece.pages)
ends("fonts of the SVG")
from scoregen.notation.engraving.pdf import to_pdf
to_pdf(piece.pages, piece.title)
ends("PDF")
print(json.dumps(stages))
"""


def environment(folder: Path) -> dict[str, str]:
    """The environment of the processes, whose bytecode is cached in the folder."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def whole(arguments: Sequence[str], suffixes: Sequence[str], folder: Path) -> tuple[float, float]:
    """Seconds and processor seconds of one run of the command."""
    outputs = [word for suffix in suffixes for word in ("-o", str(folder / f"piece{suffix}"))]
    command = [sys.executable, "-m", "scoregen", "compose", *arguments, *outputs, "--force", "--quiet"]
    started, before = time.perf_counter(), _processor_seconds()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=environment(folder))
    return time.perf_counter() - started, _processor_seconds() - before


def _processor_seconds() -> float:
    """Those of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def line(name: str, runs: Sequence[tuple[float, float]]) -> str:
    """The medians of some runs, and their range."""
    walls, processor = zip(*runs, strict=True)
    return (
        f"{name}: median {median(walls):.2f} s of {len(runs)} runs ({min(walls):.2f} to {max(walls):.2f} s), "
        f"{median(processor):.2f} processor seconds"
    )


def stages(score: Path, folder: Path) -> dict[str, float]:
    """Seconds of each stage in a process of its own."""
    command = [sys.executable, "-c", STAGES, str(score), str(folder), str(time.time())]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment(folder))
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main() -> None:
    score = Path(sys.argv[1]) if len(sys.argv) > 1 else MELODY
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole([str(score)], SUFFIXES, folder)
        stages(score, folder)
        runs = [whole([str(score)], SUFFIXES, folder) for _ in range(RUNS)]
        parts = [stages(score, folder) for _ in range(RUNS)]
        others = {
            kind: [whole(arguments, SUFFIXES[:1], folder) for _ in range(1 + RUNS)][1:]
            for kind, arguments in OTHERS.items()
        }
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(line(score.name, runs))
    for kind, measured in others.items():
        print(line(kind, measured))
    print(f"largest resident memory {peak:.0f} MiB")
    for stage in parts[0]:
        print(f"{1000 * median(part[stage] for part in parts):8.0f} ms  {stage}")


if __name__ == "__main__":
    main()
