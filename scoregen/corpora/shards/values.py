"""What a corpus in tokens consists of: files, and their movements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scoregen.corpora.manifest import Split
from scoregen.tokens.events import TokenScore
from scoregen.tokens.voice_descriptions import VoiceDescription

Hashes = NDArray[np.uint64]
NO_HASHES: Hashes = np.zeros(0, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class ShardSource:
    """Where music is from. `file` is its path in the corpus, with its checksum; `style` the composer, else the corpus.

    Files of one `work` are in one split. Files of one `group` are near-duplicates, wherever they are; `group` names the
    first of them. `lost` is the reason why a file has no pieces.
    """

    file: str
    sha256: str
    split: Split
    corpus: str
    style: str
    licence: str
    group: str = ""
    lost: str = ""
    work: str = ""


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

    @property
    def length(self) -> int:
        """The number of slices."""
        return sum(len(measure.slices) for measure in self.tokens.measures)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What was seen of a file when it was read: its size in bytes, when it was last changed (nanoseconds), the
    processor seconds that it took, what it says of its title, its composer and its rights, and of which works it claims
    to be (`building.works`)."""

    size: int = 0
    modified: int = 0
    seconds: float = 0.0
    title: str = ""
    composer: str = ""
    rights: str = ""
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of a corpus that was read: its movements, and the hashes of its lines for finding near-duplicates."""

    source: ShardSource
    pieces: tuple[ShardPiece, ...] = ()
    facts: FileFacts = FileFacts()
    fingerprint: Hashes = field(default_factory=lambda: NO_HASHES)
