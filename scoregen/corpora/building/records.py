"""A file of a corpus becomes a record: movements in tokens, fingerprint, what it says of itself, or why it is lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from scoregen.corpora.building.fingerprints import fingerprint
from scoregen.corpora.building.statements import Statements, statements
from scoregen.corpora.building.works import work_claims
from scoregen.corpora.manifest import Corpus, CorpusPiece, checksum, verify_piece
from scoregen.corpora.reading.folders import read_for_training
from scoregen.corpora.reading.pieces import Reading, score_pieces
from scoregen.corpora.shards import FileFacts, FileRecord, ShardSource
from scoregen.system.errors import ScoregenError

Reader = Callable[[Path], Reading]
FAULT = "a fault of scoregen"


@dataclass(frozen=True, slots=True)
class RecordReader:
    """Reads the files of a corpus, of which it needs no list; other processes receive it pickled."""

    corpus: Corpus
    read: Reader = read_for_training

    def __call__(self, piece: CorpusPiece) -> FileRecord:
        """The record of a file. A file that cannot be read has the reason; nothing is raised but MemoryError."""
        begun = time.process_time()
        try:
            record = self._read(piece)
        except ScoregenError as error:
            record = lost_record(self.corpus, piece, _reason(error))
        except MemoryError:
            raise
        except Exception as error:  # the others of a corpus shall not suffer from a reader's fault
            record = lost_record(self.corpus, piece, f"{FAULT}, please report it: {type(error).__name__}: {error}")
        return replace(record, facts=replace(record.facts, seconds=round(time.process_time() - begun, 3)))

    def _read(self, piece: CorpusPiece) -> FileRecord:
        verify_piece(piece, self.corpus.name)
        reading = self.read(piece.path)
        stated = statements(piece.path, reading.score)
        source, facts = _described(self.corpus, piece, stated)
        pieces = score_pieces(reading, source)
        return FileRecord(source, pieces, facts, fingerprint(pieces))


def lost_record(corpus: Corpus, piece: CorpusPiece, reason: str) -> FileRecord:
    """The record of a file that cannot be read."""
    source, facts = _described(corpus, piece, Statements())
    return FileRecord(replace(source, lost=reason), (), facts)


def _described(corpus: Corpus, piece: CorpusPiece, stated: Statements) -> tuple[ShardSource, FileFacts]:
    claims = work_claims(piece.name, stated.title, stated.composer)
    style = corpus.style_of(piece)
    style = stated.composer if stated.composer and not corpus.style else style
    source = ShardSource(piece.name, checksum(piece.path), piece.split, corpus.name, style, piece.licence)
    size, modified = size_and_time(piece.path)
    return source, FileFacts(size, modified, 0.0, stated.title, stated.composer, stated.rights, claims)


def size_and_time(path: Path) -> tuple[int, int]:
    """The size of a file in bytes and its last change in nanoseconds; zeros for one that cannot be read."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def _reason(error: ScoregenError) -> str:
    """The message with the place in the file, but without the file."""
    return str(ScoregenError(error.message, replace(error.place, file=None)))
