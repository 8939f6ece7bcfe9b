"""Read corpora of any ensemble and write them as shards: movements in tokens that training loads without notation.

python tools/build_shards.py DATA... -o runs/shards [--seconds 60] [--group] [--statistics] [--plans FOLDER]

DATA is a folder of scores, or of a corpus that corpora/ lists under the name of the folder; its files may be in
scores.zip. A build goes on where the last one stopped; --seconds ends it after a while. --group finds the
near-duplicates in all shards of the output folder, and --statistics prints what each of them contains. --plans writes
the shards of the output folder, those of DATA or all, into FOLDER with the harmonic plan that each movement follows;
networks are trained on those.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from scoregen.corpora.build import build_shards
from scoregen.corpora.duplicates import group_shards
from scoregen.corpora.manifest import Corpus, load_corpus, load_corpus_in
from scoregen.corpora.shards import ShardSource
from scoregen.corpora.statistics import shard_statistics, statistics_lines
from scoregen.plan.supported_plans import plan_shard
from scoregen.system.errors import InputError
from scoregen.system.resources import folder


class OutOfTimeError(Exception):
    """The build used its time."""


def corpus_in(data: Path, unpacked: Path) -> Corpus:
    """The corpus of a folder, by its manifest in corpora/ if it is listed there."""
    archive = data / "scores.zip"
    if archive.is_file():
        zipfile.ZipFile(archive).extractall(unpacked)
    listed = (folder("corpora") / data.name / "manifest.toml").is_file()
    root = unpacked if archive.is_file() else data
    return load_corpus_in(data.name, root) if listed else load_corpus(str(root))


def build(data: Path, out: Path, end: float) -> None:
    with tempfile.TemporaryDirectory() as unpacked:
        build_shards(corpus_in(data, Path(unpacked)), out / data.name, reporter(end, "movements"))
    print(f"{data.name}: complete")


def group(out: Path) -> None:
    """Group the near-duplicates of all shards, and print them."""
    for first, second in group_shards(sorted(path for path in out.iterdir() if path.is_dir())):
        print(f"{first.corpus}/{first.file} ({first.split}) = {second.corpus}/{second.file} ({second.split})")


def plan(out: Path, names: Sequence[str], planned: Path, end: float) -> None:
    """Write shards with harmonic plans into another folder, where they are not there yet."""
    for name in names or sorted(path.name for path in out.iterdir() if path.is_dir()):
        plan_shard(out / name, planned / name, reporter(end, "movements with plans"))
        print(f"{name}: plans complete", flush=True)


def reporter(end: float, things: str) -> Callable[[ShardSource, int], None]:
    """What prints the files that are done, and raises OutOfTimeError after the time `end`."""

    def report(source: ShardSource, count: int) -> None:
        print(f"{source.file}: {source.lost or f'{count} {things}'}", flush=True)
        if time.monotonic() > end:
            raise OutOfTimeError

    return report


def print_statistics(out: Path) -> None:
    for path in sorted(path for path in out.iterdir() if path.is_dir()):
        print(path.name, *statistics_lines(shard_statistics(path)), sep="\n  ")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="*", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=Path("runs/shards"))
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--group", action="store_true")
    parser.add_argument("--statistics", action="store_true")
    parser.add_argument("--plans", type=Path)
    arguments = parser.parse_args()
    end = time.monotonic() + arguments.seconds
    try:
        for data in arguments.data:
            build(data, arguments.out, end)
        if arguments.group:
            group(arguments.out)
        if arguments.plans:
            plan(arguments.out, [data.name for data in arguments.data], arguments.plans, end)
        if arguments.statistics:
            print_statistics(arguments.out)
    except OutOfTimeError:
        return 3
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
