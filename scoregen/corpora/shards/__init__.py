"""Corpora in tokens: shards, which load without any notation, and the index of their movements."""

from scoregen.corpora.shards.corpus_index import (
    CorpusIndex,
    corpora_in,
    load_index,
    load_shards,
    read_files,
    write_index,
)
from scoregen.corpora.shards.shard_file import Shard, shard_files, shard_path, write_shard
from scoregen.corpora.shards.values import FileFacts, FileRecord, Hashes, ShardPiece, ShardSource

__all__ = [
    "CorpusIndex",
    "FileFacts",
    "FileRecord",
    "Hashes",
    "Shard",
    "ShardPiece",
    "ShardSource",
    "corpora_in",
    "load_index",
    "load_shards",
    "read_files",
    "shard_files",
    "shard_path",
    "write_index",
    "write_shard",
]
