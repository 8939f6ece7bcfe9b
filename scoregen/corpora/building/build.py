"""The files of a corpus become shards, each written when some files are done: a build goes on where it was stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from scoregen.corpora.building.records import RecordReader, lost_record, size_and_time
from scoregen.corpora.executors import Executor, Failure
from scoregen.corpora.manifest import Corpus, CorpusPiece, checksum
from scoregen.corpora.shards import FileFacts, FileRecord, Shard, ShardSource, shard_files, shard_path, write_shard
from scoregen.corpora.shards.shard_file import SHARDS

FILES = 64
"""The most files of a shard."""
SLICES = 200_000
"""The slices of a shard after which the next one is begun."""
SECONDS = 30.0
"""After this time a shard is written however small it is: a build that is killed loses no more work."""

Report = Callable[[ShardSource, int], None]


@dataclass(slots=True)
class _Known:
    """The files that a corpus has in its shards, by name and checksum."""

    facts: dict[tuple[str, str], FileFacts] = field(default_factory=dict)
    newest: dict[str, tuple[str, FileFacts]] = field(default_factory=dict)

    def add(self, source: ShardSource, facts: FileFacts) -> None:
        self.facts[source.file, source.sha256] = facts
        self.newest[source.file] = source.sha256, facts

    def checksum_of(self, piece: CorpusPiece) -> str | None:
        """The checksum of a file whose record there is; None for a new file and for one that has changed."""
        if piece.name not in self.newest:
            return None
        sha256, facts = self.newest[piece.name]
        if (facts.size, facts.modified) == size_and_time(piece.path):
            return sha256
        found = checksum(piece.path)
        return found if (piece.name, found) in self.facts else None


def add_files(corpus: Corpus, folder: Path, executor: Executor, report: Report, **reader: object) -> dict[str, str]:
    """Read the files of a corpus that its shards lack, and write more shards; the checksum of every file by its name.

    `report` is told each file that was read, and its number of movements. OutputError if a shard cannot be written.
    """
    _remove_rests(folder)
    known = known_files(folder)
    current: dict[str, str] = {}
    missing: list[CorpusPiece] = []
    for piece in corpus.pieces:
        found = known.checksum_of(piece)
        if found is None:
            missing.append(piece)
        else:
            current[piece.name] = found
    work = RecordReader(replace(corpus, pieces=()), **reader)  # type: ignore[arg-type]
    for records in _batches(_records(corpus, missing, executor.map(work, missing), report)):
        write_shard(_next_path(folder), records, force=False)
        current |= {record.source.file: record.source.sha256 for record in records}
    return current


def known_files(folder: Path) -> _Known:
    known = _Known()
    for path in shard_files(folder):
        for source, facts in Shard(path).files:
            known.add(source, facts)
    return known


def _records(
    corpus: Corpus, pieces: Sequence[CorpusPiece], results: Iterable[FileRecord | Failure], report: Report
) -> Iterator[FileRecord]:
    for piece, result in zip(pieces, results, strict=True):
        record = lost_record(corpus, piece, result.reason) if isinstance(result, Failure) else result
        report(record.source, len(record.pieces))
        yield record


def _batches(records: Iterable[FileRecord]) -> Iterator[list[FileRecord]]:
    """The records of each shard."""
    batch: list[FileRecord] = []
    slices, begun = 0, time.monotonic()
    for record in records:
        batch.append(record)
        slices += sum(piece.length for piece in record.pieces)
        if len(batch) >= FILES or slices >= SLICES or time.monotonic() - begun > SECONDS:
            yield batch
            batch, slices, begun = [], 0, time.monotonic()
    if batch:
        yield batch


def _next_path(folder: Path) -> Path:
    last = max((int(path.stem) for path in shard_files(folder) if path.stem.isdigit()), default=-1)
    return shard_path(folder, last + 1)


def _remove_rests(folder: Path) -> None:
    """Remove what a build that was killed has begun to write."""
    for path in (folder / SHARDS).glob(".scoregen-*.part"):
        path.unlink(missing_ok=True)
