"""How well a build of a corpus finds copies, what it costs, how fast corpora load, and what 250,000 scores would cost.

    python tests/benchmarks/bench_corpus.py copies DATA [--folder FOLDER]
    python tests/benchmarks/bench_corpus.py pairs CORPUS...
    python tests/benchmarks/bench_corpus.py loading FOLDER
    python tests/benchmarks/bench_corpus.py cost CORPUS... [--scores 250000] [--cores 64] [--steps-a-second S]

`copies` fills a folder with 200 files from the corpora in DATA and plants copies among them (mixed_folder.py), builds a
corpus of it, and prints how many of the planted pairs are found, by kind, and every other pair that is found.

`pairs` compares all files of corpora that were built, and prints how many pairs are the same piece or related.
`loading` reads a folder of corpora as training does, and prints the processor seconds before the first step, the
memory, and the times of reading movements of the corpus that has most of them.

`cost` reads the processor seconds that each file took from the lists of corpora that were built, and the sizes of their
shards. It draws so many scores at random from these files, a thousand times, and prints the processor hours, the disk
and the longest single file. The comparison of all scores with each other is measured with random fingerprints. A
training run of two passes over all slices is counted in steps, and in hours at S steps a second.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import numpy as np

from scoregen.corpora.building.duplicates import near_duplicates
from scoregen.corpora.shards import Shard, corpora_in, load_index, load_shards, read_files, shard_files
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.training.mixture import EXCERPT
from scoregen.model.training.mixture_set import all_sources, read_mixture
from scoregen.model.training.stored_movements import StoredMovements
from scoregen.system.memory import peak_resident_bytes
from scoregen.tasks.corpus.build import build_corpora

SAMPLES, BATCH = 1000, 12
COMPARED = 20_000
"""Files whose comparison is measured."""
MOVEMENTS = 200
"""Movements whose reading is measured."""


def copies(data: Path, folder: Path) -> None:
    from tests.benchmarks.mixed_folder import Planted, mixed_folder

    truth = folder / "planted.json"
    if truth.is_file():
        planted = [Planted(**each) for each in json.loads(truth.read_text())]
    else:
        planted = mixed_folder(data, folder / "mixed")
        truth.write_text(json.dumps([asdict(each) for each in planted], indent=1))
    begun = time.process_time()
    (built,) = build_corpora([folder / "mixed"], folder / "corpus", workers=2).corpora
    print(f"{time.process_time() - begun:.1f} processor seconds here, without those of the readers")
    related = {frozenset((first.file, second.file)): pair for first, second, pair in built.pairs}
    lost = {source.file: source.lost for source in built.sources}
    found, all_of_kind, gone = Counter[str](), Counter[str](), Counter[str]()
    for each in planted:
        pair = related.pop(frozenset((each.copy, each.original)), None)
        all_of_kind[each.kind] += 1
        found[each.kind] += pair is not None
        same = pair is not None and pair.is_same
        gone[each.kind] += same
        if not same:
            share = f"{pair.share:.2f} {pair.top:.2f} {pair.bottom:.2f}" if pair else "not related"
            print(f"{each.kind}: {each.copy} and {each.original}: {share} {lost[each.copy]} {lost[each.original]}")
    for kind, count in all_of_kind.items():
        print(f"{kind}: {found[kind]} of {count} related, {gone[kind]} the same piece")
    print(f"planted {len(planted)}, related {found.total()}, the same piece {gone.total()}")
    for files, pair in related.items():
        print(f"also: {' = '.join(sorted(files))}: {pair.share:.2f} {pair.top:.2f} {pair.bottom:.2f}")


def pairs(folders: list[Path]) -> None:
    hashes = [each for folder in folders for path in corpora_in(folder) for each in fingerprints(path)]
    begun = time.process_time()
    found = near_duplicates(lambda: hashes)
    spent, same = time.process_time() - begun, sum(pair.is_same for pair in found)
    print(f"{len(hashes)} files: {same} pairs of the same piece, {len(found) - same} related; {spent:.1f} s")


def loading(folder: Path) -> None:
    sources = all_sources(folder)
    begun = time.process_time()
    found = read_mixture(folder, sources, NetworkConfig(), TrainingOptions())
    spent, peak = time.process_time() - begun, peak_resident_bytes() or 0
    slices = sum(int(load_index(path).columns["slices"].sum()) for path in corpora_in(folder))
    print(f"{found.about['pieces']} movements for training, {slices} slices in all: {spent:.1f} s, {peak / 1e9:.2f} GB")
    index = load_index(max(corpora_in(folder), key=lambda path: len(load_index(path).columns["row"])))
    begun = time.process_time()
    count = sum(piece.length for piece in islice(load_shards(index.folder, "train"), MOVEMENTS))
    print(f"{index.name}: {count / (time.process_time() - begun):.0f} slices a second in tokens")
    stored = StoredMovements(index, "train", (index.name,), 0)
    begun = time.process_time()
    count = sum(stored[number].piece.length for number in range(min(MOVEMENTS, len(stored))))
    print(f"{index.name}: {1000 * (time.process_time() - begun) / count:.3f} ms a slice in arrays")


def cost(folders: list[Path], scores: int, cores: int, steps: float | None) -> None:
    generator = np.random.default_rng(0)
    corpora = [path for folder in folders for path in corpora_in(folder)]
    seconds = np.array([facts.seconds for path in corpora for _, facts, _ in read_files(path)])
    disk = sum(path.stat().st_size for corpus in corpora for path in shard_files(corpus))
    slices = sum(int(load_index(path).columns["slices"].sum()) for path in corpora)
    sources = sum(facts.size for path in corpora for _, facts, _ in read_files(path))
    count = len(seconds)
    print(f"{count} files, {slices} slices, {sources / 1e6:.1f} MB of sources")
    print(f"a file: {seconds.mean():.3f} processor seconds, median {np.median(seconds):.3f}, most {seconds.max():.1f}")
    totals = np.array([generator.choice(seconds, scores).sum() for _ in range(SAMPLES)]) / 3600
    low, high = np.quantile(totals, (0.025, 0.975))
    print(f"{scores} scores: {totals.mean():.1f} processor hours (95 % {low:.1f} to {high:.1f})")
    print(f"with {cores} cores {totals.mean() / cores * 60:.0f} minutes, if they share the work evenly")
    print(f"shards {disk / count * scores / 1e9:.2f} GB, {disk / slices:.1f} bytes a slice")
    hashes = np.mean([len(shard_hashes) for path in corpora for shard_hashes in fingerprints(path)])
    print(f"fingerprints of {hashes:.0f} hashes: {8 * hashes * scores / 1e9:.2f} GB of these")
    fake = [np.unique(generator.integers(0, 2**63, int(hashes), dtype=np.uint64)) for _ in range(COMPARED)]
    begun = time.process_time()
    near_duplicates(lambda: fake)
    spent = time.process_time() - begun
    print(f"comparing {COMPARED} files: {spent:.1f} processor seconds, {scores}: about {spent * scores / COMPARED:.0f}")
    batches = 2 * slices / count * scores / EXCERPT / BATCH
    print(f"two passes in batches of {BATCH} excerpts: {batches:.0f} steps")
    if steps is not None:
        print(f"at {steps:g} steps a second: {batches / steps / 3600:.1f} hours")


def fingerprints(corpus: Path) -> list[np.ndarray]:
    opened = [Shard(path) for path in shard_files(corpus)]
    return [shard.fingerprint(file) for shard in opened for file in range(len(shard.files))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    found = commands.add_parser("copies")
    found.add_argument("data", type=Path)
    found.add_argument("--folder", type=Path)
    compared = commands.add_parser("pairs")
    compared.add_argument("corpora", type=Path, nargs="+")
    loaded = commands.add_parser("loading")
    loaded.add_argument("corpora", type=Path)
    spent = commands.add_parser("cost")
    spent.add_argument("corpora", type=Path, nargs="+")
    spent.add_argument("--scores", type=int, default=250_000)
    spent.add_argument("--cores", type=int, default=64)
    spent.add_argument("--steps-a-second", type=float, help="measured for these weights (tools/gpu.py --ensembles)")
    arguments = parser.parse_args()
    if arguments.command == "cost":
        cost(arguments.corpora, arguments.scores, arguments.cores, arguments.steps_a_second)
    elif arguments.command == "pairs":
        pairs(arguments.corpora)
    elif arguments.command == "loading":
        loading(arguments.corpora)
    else:
        copies(arguments.data, arguments.folder or Path(tempfile.mkdtemp(prefix="scoregen-corpus-")))


if __name__ == "__main__":
    main()
