"""Builds the shard of a corpus file by file; a build that was interrupted goes on where it stopped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from scoregen.corpora.kern_score import read_kern_reading
from scoregen.corpora.manifest import Corpus, CorpusPiece, verify_piece
from scoregen.corpora.pieces import Reading, read_file, score_pieces
from scoregen.corpora.shards import ShardSource, shard_file, write_shard
from scoregen.system.errors import ScoregenError

Reader = Callable[[Path], Reading]
Report = Callable[[ShardSource, int], None]


def read_for_training(path: Path) -> Reading:
    """A file of any notation. ReadError, RefusedError or ToolError if it cannot be read at all."""
    return read_kern_reading(path) if path.suffix.lower() == ".krn" else read_file(path)


def build_shards(corpus: Corpus, folder: Path, report: Report, read: Reader = read_for_training) -> None:
    """Write a file for every piece of a corpus that the folder lacks, also for those that cannot be read.

    `report` is told each file that was written, and its number of movements. Raises InputError for a piece that is
    missing or differs from the manifest, and OutputError if a file cannot be written.
    """
    for piece in corpus.pieces:
        source = _source(corpus, piece)
        if not shard_file(folder, source).is_file():
            verify_piece(piece, corpus.name)
            report(*_build(piece, source, folder, read))


def _build(piece: CorpusPiece, source: ShardSource, folder: Path, read: Reader) -> tuple[ShardSource, int]:
    source = replace(source, sha256=hashlib.sha256(piece.path.read_bytes()).hexdigest())
    try:
        pieces = score_pieces(read(piece.path), source)
    except ScoregenError as error:
        source, pieces = replace(source, lost=_reason(error)), ()
    write_shard(folder, source, pieces)
    return source, len(pieces)


def _reason(error: ScoregenError) -> str:
    """The message with the place in the file, but without the file."""
    return str(ScoregenError(error.message, replace(error.place, file=None)))


def _source(corpus: Corpus, piece: CorpusPiece) -> ShardSource:
    return ShardSource(
        piece.name, piece.sha256 or "", piece.split, corpus.name, corpus.style_of(piece), corpus.licence, piece.name
    )
