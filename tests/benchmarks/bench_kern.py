"""What each reader of Humdrum kern loses, as the second reader counts it, and the time that it takes.

    python tests/benchmarks/bench_kern.py FOLDER... [--count 4]

Of each folder so many files are read, at even distances in the order of their names, by converter21, by scoregen's own
reader and by music21. A reader prints the files that it does not read, its losses in the others beside what these
contain, and the seconds for all files.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from scoregen.notation.interchange import convert
from scoregen.notation.musicxml.document import decode_text, read_bytes
from scoregen.notation.second_readers.contents import KINDS, losses, score_contents
from scoregen.notation.second_readers.kern import kern_contents
from scoregen.score.elements import Score
from scoregen.system.errors import ScoregenError


def by_converter21(path: Path) -> Score:
    """As `scoregen` reads it: from a copy without tremolo signs."""
    lines = decode_text(read_bytes(path)).split("\n")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "score.krn"
        copy.write_text("\n".join(map(convert._without_tremolo, lines)) + "\n")
        return convert._score(copy, path, "converter21", "kern")


READERS: dict[str, Callable[[Path], Score]] = {
    "converter21": by_converter21,
    "own": lambda path: convert._humdrum(decode_text(read_bytes(path)), path),
    "music21": lambda path: convert._score(path, path, "music21", "humdrum"),
}


def chosen(folder: Path, count: int) -> list[Path]:
    files = sorted(folder.rglob("*.krn"))
    return [files[number * len(files) // count] for number in range(min(count, len(files)))]


def measure(read: Callable[[Path], Score], paths: list[Path]) -> tuple[Counter[str], Counter[str]]:
    """What was lost, by kind, and what the files that were read contain."""
    lost, total = Counter[str](), Counter[str]()
    for path in paths:
        file = kern_contents(decode_text(read_bytes(path)))
        try:
            found = losses(file, score_contents(read(path)))
        except ScoregenError as error:
            print(f"  not read: {path.name[:60]}: {error.message}", flush=True)
            lost["file"] += 1
            continue
        lost += Counter({"missing note": found.missing, "added note": found.added, "moved note": found.moved})
        lost += Counter({kind: number for kind, number in found.others.items() if kind in KINDS})
        total += Counter({"note": file.notes.total(), **file.numbers})
    return lost, total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=4, help="files of each folder")
    arguments = parser.parse_args()
    paths = [path for folder in arguments.folders for path in chosen(folder, arguments.count)]
    print(len(paths), "files")
    for name, read in READERS.items():
        begun = time.monotonic()
        lost, total = measure(read, paths)
        print(f"{name}: {time.monotonic() - begun:.0f} s; lost {dict(lost)} of {dict(total)}", flush=True)


if __name__ == "__main__":
    main()
