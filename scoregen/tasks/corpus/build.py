"""Building corpora: folders of scores become shards that training reads, with a report of what is left out."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from scoregen.corpora.building.build import add_files
from scoregen.corpora.building.licences import KINDS, Kind
from scoregen.corpora.building.report import summary_lines, unread_files
from scoregen.corpora.building.settling import BuiltCorpus, Policy, Settled, settle
from scoregen.corpora.executors import Cluster, Executor, Failure, InProcess, Processes
from scoregen.corpora.manifest import MANIFEST, Corpus, load_corpus, load_corpus_in, load_folder, load_manifest
from scoregen.corpora.shards import ShardSource, corpora_in, shard_files
from scoregen.corpora.shards.corpus_index import INDEX
from scoregen.plan.supported_plans import plan_shard
from scoregen.system.errors import InputError, Place, ScoregenError
from scoregen.system.files import check_target
from scoregen.system.resources import folder

ARCHIVE = "scores.zip"
MOST_BYTES = 64 << 30
"""The most that an archive of scores may hold."""
Progress = Callable[[str, float, str], None]
"""A callback with the name of the stage, the share that is done, and the file."""


@dataclass(frozen=True, slots=True)
class CorpusBuild:
    """What a build made of its sources."""

    corpora: tuple[Settled, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """A summary of each corpus: what is kept, and how many files are left out for which kind of reason."""
        return tuple(line for each in self.corpora for line in summary_lines(each.index, each.sources, each.unread))


def build_corpora(
    sources: Sequence[Path | str],
    out: Path | str,
    *,
    manifest: Path | str | None = None,
    licence: str = "",
    only: Collection[Kind] = KINDS,
    keep_duplicates: bool = False,
    plans: bool = False,
    workers: int | None = None,
    seconds: float = 600.0,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> CorpusBuild:
    """Build a corpus of each source in OUT, in a folder named like it, or take up a build that was stopped.

    A source is a folder of scores (also with its files in scores.zip), a manifest file, or the name of a corpus of
    `corpora/`. `manifest` is the manifest of a folder: a file or a name. `licence` is that of all files, as the user
    states it, `only` are the kinds of licence that are kept. Copies of a piece are left out but for `keep_duplicates`;
    those of validation pieces always are. With `plans` each movement has the harmonic plan that it follows by its
    analysis. `workers` processes read the files, by default as many as there are processors, and none means this one;
    `cluster` is the address of a Ray cluster to use instead. A file may take `seconds`.

    Raises InputError for a source that is none, OutputError if OUT cannot be written, ToolError without Ray.
    """
    top, report = Path(out), progress or (lambda stage, share, file: None)
    check_target(top / "corpus" / INDEX, force=True)
    executor = _executor(workers, seconds, cluster)
    with ExitStack() as stack:
        corpora = [stack.enter_context(_corpus(str(source), manifest)) for source in sources]
        _check_names([corpus.name for corpus in corpora])
        built = [_built(corpus, top / corpus.name, executor, report) for corpus in corpora]
        report("comparing", 0.0, "")
        settled = settle([*built, *_others(top, built)], Policy(only, keep_duplicates, licence))
    if plans:
        _add_plans([each.folder for each in built], executor, report)
    return CorpusBuild(tuple(settled[: len(built)]))


def _built(corpus: Corpus, folder: Path, executor: Executor, report: Progress) -> BuiltCorpus:
    current = add_files(corpus, folder, executor, _counter(report, corpus))
    unread = () if corpus.is_listed else unread_files(Path(corpus.source))
    return BuiltCorpus(folder, corpus, current, unread)


def _executor(workers: int | None, seconds: float, cluster: str | None) -> Executor:
    if cluster is not None:
        return Cluster(cluster, seconds)
    count = os.cpu_count() or 1 if workers is None else workers
    return Processes(count, seconds) if count else InProcess()


def _check_names(names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(f"two sources are called {twice[0]!r}; expected folders with different names")


def _counter(report: Progress, corpus: Corpus) -> Callable[[ShardSource, int], None]:
    """What reports how many files of a corpus are read."""
    done = 0

    def count(source: ShardSource, movements: int) -> None:
        nonlocal done
        done += 1
        report(f"reading {corpus.name}", min(1.0, done / len(corpus.pieces)), source.file)

    return count


def _others(top: Path, built: Sequence[BuiltCorpus]) -> list[BuiltCorpus]:
    """The corpora of a folder that earlier builds made, among whose files are near-duplicates too."""
    folders = {corpus.folder for corpus in built}
    return [BuiltCorpus(path) for path in corpora_in(top) if path not in folders and path != top]


def _add_plans(folders: Sequence[Path], executor: Executor, report: Progress) -> None:
    """Label every shard that has no plans; ScoregenError for one that cannot be labelled."""
    paths = [path for folder in folders for path in shard_files(folder)]
    for number, result in enumerate(executor.map(plan_shard, paths), 1):
        if isinstance(result, Failure):
            raise ScoregenError(f"no plan was found: {result.reason}", Place(str(paths[number - 1])))
        report("analysing harmony", number / len(paths), paths[number - 1].name)


@contextmanager
def _corpus(source: str, manifest: Path | str | None) -> Iterator[Corpus]:
    """The corpus of a source, while its archive is unpacked."""
    path = Path(source)
    if path.suffix == ".toml" and path.is_file():
        yield load_manifest(path)
    elif not path.is_dir():
        yield load_corpus(source)
    elif not (path / ARCHIVE).is_file():
        yield _folder_corpus(path, path, manifest)
    else:
        with tempfile.TemporaryDirectory(prefix="scoregen-") as unpacked:
            _unpack(path / ARCHIVE, Path(unpacked))
            yield _folder_corpus(path, Path(unpacked), manifest)


def _folder_corpus(path: Path, data: Path, manifest: Path | str | None) -> Corpus:
    """The corpus of a folder: by the manifest given, its own, that of its name if it lists these files, or none."""
    name = path.resolve().name
    if manifest is not None:
        given = Path(manifest)
        return load_manifest(given, data) if given.is_file() else load_corpus_in(str(manifest), data)
    if (path / MANIFEST).is_file():
        return load_manifest(path / MANIFEST, data)
    if (folder("corpora") / name / MANIFEST).is_file():
        listed = load_corpus_in(name, data)
        if sum(piece.path.is_file() for piece in listed.pieces) * 2 > len(listed.pieces):
            return listed
    return replace(load_folder(data), name=name)


def _unpack(archive: Path, target: Path) -> None:
    """Unpack an archive of scores; InputError for a damaged one, and for one that is too large."""
    place = Place(str(archive))
    try:
        with zipfile.ZipFile(archive) as opened:
            size = sum(member.file_size for member in opened.infolist())
            if size > MOST_BYTES:
                raise InputError(f"it holds {size >> 30} GiB; expected at most {MOST_BYTES >> 30}", place)
            opened.extractall(target)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"the archive cannot be unpacked: {error}", place) from None
