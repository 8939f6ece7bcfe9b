"""Shards: the movements of a corpus in tokens, ready for training, as files that load without any notation.

A shard is a folder with a folder for each split. In it a file of JSON lines, compressed with gzip, stands for each
file of the corpus: a first line about the file, then a line for each movement. A file that could not be read has
the reason in its first line, and no other.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from scoregen.corpora.manifest import SPLITS, Split
from scoregen.system.errors import CONTENT_FAULTS, Place, ReadError, ScoregenError
from scoregen.system.files import write_files
from scoregen.tokens.events import TokenScore
from scoregen.tokens.text import from_object, to_object
from scoregen.tokens.voice_descriptions import VoiceDescription

SHARD_FORMAT = "scoregen shard 1"
SUFFIX = ".jsonl.gz"
MOST_BYTES = 256 << 20
"""The size of a file at most, unpacked."""


@dataclass(frozen=True, slots=True)
class ShardSource:
    """Where music is from. `file` is its path in the corpus, with its checksum; `style` the composer, else the corpus.

    Pieces of one `group` are near-duplicates or parts of one work. `lost` is the reason why a file has no pieces.
    """

    file: str
    sha256: str
    split: Split
    corpus: str
    style: str
    licence: str
    group: str = ""
    lost: str = ""


@dataclass(frozen=True, slots=True)
class ShardPiece:
    """One movement: its voices in tokens, what they are, and the indices of the measures that are not the original."""

    name: str
    tokens: TokenScore
    descriptions: tuple[VoiceDescription, ...]
    reasons: Mapping[int, str]
    source: ShardSource

    @property
    def refused(self) -> frozenset[int]:
        """The measures that the token language could not express, by index; what stands there is approximate."""
        return frozenset(self.reasons)

    @property
    def corpus(self) -> str:
        return self.source.corpus

    @property
    def style(self) -> str:
        return self.source.style

    @property
    def licence(self) -> str:
        return self.source.licence


def shard_file(folder: Path, source: ShardSource) -> Path:
    """The file of a shard for a file of the corpus."""
    return folder / source.split / (source.file.replace("/", "__") + SUFFIX)


def write_shard(folder: Path, source: ShardSource, pieces: Sequence[ShardPiece]) -> Path:
    """Write the movements of one file of a corpus, atomically; OutputError if that fails."""
    lines = [{"format": SHARD_FORMAT} | asdict(source), *map(_piece_object, pieces)]
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    path = shard_file(folder, source)
    write_files([(path, gzip.compress(text.encode(), 6, mtime=0))], force=True)
    return path


def load_shards(folder: Path | str, split: Split) -> Iterator[ShardPiece]:
    """The movements of a split of a shard, in the order of their names; none if there are none.

    ReadError for a file in another format.
    """
    for path in shard_files(folder, split):
        yield from read_shard(path)[1]


def shard_files(folder: Path | str, split: Split | None = None) -> list[Path]:
    """The files of a split, or of all splits, in order."""
    splits = SPLITS if split is None else (split,)
    return [path for each in splits for path in sorted((Path(folder) / each).glob(f"*{SUFFIX}"))]


def read_shard(path: Path) -> tuple[ShardSource, tuple[ShardPiece, ...]]:
    """One file of a shard. ReadError for a file in another format."""
    try:
        first, *lines = map(json.loads, _inflated(path.read_bytes()).decode().splitlines())
        if first.pop("format") != SHARD_FORMAT:
            raise ValueError("another format")
        source = ShardSource(**first)
        return source, tuple(_piece(line, source) for line in lines)
    except (ScoregenError, *CONTENT_FAULTS, zlib.error) as error:
        raise ReadError(f"the file is not {SHARD_FORMAT}: {type(error).__name__} {error}", Place(str(path))) from None


def _inflated(data: bytes) -> bytes:
    """The content of a compressed file. ValueError for more than MOST_BYTES."""
    with gzip.open(io.BytesIO(data)) as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it unpacks to more than {MOST_BYTES >> 20} MiB")
    return content


def _piece_object(piece: ShardPiece) -> dict[str, Any]:
    return {
        "name": piece.name,
        "descriptions": [list(asdict(description).values()) for description in piece.descriptions],
        "refused": {str(index): reason for index, reason in piece.reasons.items()},
        "tokens": to_object(piece.tokens),
    }


def _piece(line: Mapping[str, Any], source: ShardSource) -> ShardPiece:
    names = [field.name for field in fields(VoiceDescription)]
    descriptions = tuple(VoiceDescription(**dict(zip(names, values, strict=True))) for values in line["descriptions"])
    reasons = {int(index): reason for index, reason in line["refused"].items()}
    return ShardPiece(line["name"], from_object(line["tokens"]), descriptions, reasons, source)
