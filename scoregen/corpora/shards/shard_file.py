"""Shards: files of safetensors with the movements of some files of a corpus in tokens, and what each file is.

A file that could not be read is in its shard too, with the reason. Shards load without any notation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from scoregen.corpora.shards.columns import ROW, ColumnWriter, read_piece, text_at
from scoregen.corpora.shards.values import FileFacts, FileRecord, Hashes, ShardPiece, ShardSource
from scoregen.system.errors import Place, ReadError, ScoregenError
from scoregen.system.files import write_files

SHARD_FORMAT = "scoregen shard 2"
SHARDS = "shards"
SUFFIX = ".safetensors"
OPEN = 8
"""Shards that are kept open."""
FAULTS = (OSError, SafetensorError, KeyError, IndexError, TypeError, ValueError, ScoregenError, RecursionError)
"""What a damaged shard raises when it is read."""


class Shard:
    """A shard that is open for reading: its files, and its movements by their rows."""

    def __init__(self, path: Path) -> None:
        """ReadError for a file in another format."""
        self.path = path
        try:
            with safe_open(path, "numpy") as stored:
                if (stored.metadata() or {}).get("format") != SHARD_FORMAT:
                    raise ValueError("another format")
                self._columns: dict[str, NDArray[Any]] = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118  # it is no mapping
            self.files = tuple(self._file(int(index)) for index in self._columns["files"])
            self.rows = self._columns["rows"].reshape(-1, len(ROW))
            self._ends = self._columns["hash_ends"].tolist()
        except FAULTS as error:
            raise _damaged(path, error) from None

    def _file(self, text: int) -> tuple[ShardSource, FileFacts]:
        entry = json.loads(text_at(self._columns, text))
        facts = entry["facts"] | {"claims": tuple(map(str, entry["facts"]["claims"]))}
        return ShardSource(**entry["source"]), FileFacts(**facts)

    def piece(self, row: int) -> ShardPiece:
        """The movement of a row. ReadError for a damaged one."""
        try:
            source, _ = self.files[int(self.rows[row, 0])]
            return read_piece(self._columns, row, source)
        except FAULTS as error:
            raise _damaged(self.path, error) from None

    def pieces(self, file: int) -> tuple[ShardPiece, ...]:
        """The movements of the file with this index."""
        return tuple(self.piece(int(row)) for row in np.flatnonzero(self.rows[:, 0] == file))

    def fingerprint(self, file: int) -> Hashes:
        """The hashes of the lines of the file with this index. ReadError for a damaged column."""
        try:
            begin = self._ends[file - 1] if file else 0
            hashes: Hashes = self._columns["hashes"][begin : self._ends[file]]
        except FAULTS as error:
            raise _damaged(self.path, error) from None
        return hashes

    def records(self) -> Iterator[FileRecord]:
        """All that the shard holds, file by file."""
        for file, (source, facts) in enumerate(self.files):
            yield FileRecord(source, self.pieces(file), facts, self.fingerprint(file))


def _damaged(path: Path, error: Exception) -> ReadError:
    return ReadError(f"the file is not {SHARD_FORMAT}: {type(error).__name__} {error}", Place(str(path)))


def write_shard(path: Path, records: Sequence[FileRecord], *, force: bool = True) -> Path:
    """Write a shard, atomically; OutputError if that fails."""
    writer = ColumnWriter()
    files = [writer.text(_entry(record)) for record in records]
    for index, record in enumerate(records):
        for piece in record.pieces:
            writer.add(piece, index)
    hashes = [record.fingerprint for record in records]
    columns = writer.columns() | {
        "files": np.array(files, dtype=np.int64),
        "hashes": np.concatenate(hashes) if hashes else np.zeros(0, dtype=np.uint64),
        "hash_ends": np.array(list(accumulate(map(len, hashes))), dtype=np.int64),
    }
    write_files([(path, save(columns, {"format": SHARD_FORMAT}))], force=force)
    return path


def _entry(record: FileRecord) -> str:
    return json.dumps({"source": asdict(record.source), "facts": asdict(record.facts)}, ensure_ascii=False)


def shard_files(folder: Path | str) -> list[Path]:
    """The shards of a corpus, in order."""
    return sorted((Path(folder) / SHARDS).glob(f"*{SUFFIX}"))


def shard_path(folder: Path, number: int) -> Path:
    return folder / SHARDS / f"{number:05d}{SUFFIX}"


def open_shard(path: Path) -> Shard:
    """A shard that is read again and again; the last few stay open. ReadError for a file in another format."""
    try:
        return _opened(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise _damaged(path, error) from None


@lru_cache(maxsize=OPEN)
def _opened(path: Path, changed: int) -> Shard:
    return Shard(path)
