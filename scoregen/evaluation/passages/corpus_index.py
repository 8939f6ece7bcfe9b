"""The corpus index: all works of a corpus, ready for search, with their names.

The file is mapped into memory. It has a magic line, a header (one line of JSON that describes the corpus and the
arrays), and the arrays. The names are lines of JSON in one array, of which a line is read when it is needed.
"""

from __future__ import annotations

import json
import mmap
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoregen.evaluation.passages.event_sequences import EventSequence
from scoregen.evaluation.passages.ngram_index import NgramIndex, Span, longest
from scoregen.system.errors import CONTENT_FAULTS, ReadError

_MAGIC = b"scoregen passages 1\n"
_ALIGNMENT = 64


@dataclass(frozen=True, slots=True)
class Work:
    """The name of a work, the names of its voices and the numbers of its measures."""

    name: str
    voices: tuple[str, ...]
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkSequences:
    """A work and its event sequences."""

    work: Work
    texture: EventSequence
    melodies: tuple[EventSequence, ...]


@dataclass(frozen=True, slots=True)
class NoveltyReference:
    """The lengths, in events, of the longest passages that works share with others, one value per work.

    `texture`: all voices; `melodies`: by voice, from the first, for the works that have the voice.
    """

    texture: tuple[int, ...]
    melodies: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class CorpusIndex:
    """`about`: a description by the caller, in plain values for JSON."""

    about: Mapping[str, Any]
    texture: NgramIndex
    melodies: NgramIndex
    lines: NDArray[np.uint8]
    line_starts: NDArray[np.int64]

    @classmethod
    def of(cls, works: Iterable[WorkSequences], about: Mapping[str, Any]) -> CorpusIndex:
        """The index of some works, which are numbered in their order."""
        rows = list(works)
        lines = [json.dumps([row.work.name, row.work.voices, row.work.numbers]).encode() for row in rows]
        starts = np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64)
        return cls(
            about,
            NgramIndex.of((number, 0, row.texture) for number, row in enumerate(rows)),
            NgramIndex.of(
                (number, voice, melody) for number, row in enumerate(rows) for voice, melody in enumerate(row.melodies)
            ),
            np.frombuffer(b"".join(lines), np.uint8),
            starts,
        )

    def __len__(self) -> int:
        return len(self.line_starts) - 1

    def work(self, number: int) -> Work:
        """The work with this number."""
        line = self.lines[self.line_starts[number] : self.line_starts[number + 1]].tobytes()
        name, voices, numbers = json.loads(line)
        return Work(name, tuple(voices), tuple(numbers))

    def names(self) -> list[str]:
        """The names of all works."""
        return [self.work(number).name for number in range(len(self))]


def reference(
    works: Sequence[tuple[WorkSequences, Sequence[Span], Sequence[Span]]], index: CorpusIndex
) -> NoveltyReference:
    """The passages that works share with an index, each without some spans of its two n-gram indexes."""
    texture: list[int] = []
    melodies: defaultdict[int, list[int]] = defaultdict(list)
    for sequences, texture_spans, melody_spans in works:
        texture.append(longest(index.texture.runs(sequences.texture, texture_spans)))
        for voice, melody in enumerate(sequences.melodies):
            melodies[voice].append(longest(index.melodies.runs(melody, melody_spans)))
    return NoveltyReference(tuple(texture), tuple(tuple(melodies[voice]) for voice in sorted(melodies)))


def to_bytes(index: CorpusIndex) -> bytes:
    """The content of a file."""
    arrays = _arrays(index)
    descriptions = [[name, array.dtype.str, len(array)] for name, array in arrays]
    header = json.dumps({"about": dict(index.about), "arrays": descriptions}).encode() + b"\n"
    parts = [_MAGIC, header]
    size = len(_MAGIC) + len(header)
    for _, array in arrays:
        gap = -size % _ALIGNMENT
        parts += [bytes(gap), array.tobytes()]
        size += gap + array.nbytes
    return b"".join(parts)


def open_corpus_index(path: Path) -> CorpusIndex:
    """The index in a file. ReadError if the file is not an index or is damaged."""
    with path.open("rb") as stream:
        start = stream.read(len(_MAGIC))
        if start != _MAGIC:
            raise ReadError(f"{path}: found {start!r} at the start; expected an index that scoregen novelty wrote")
        data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        return _from_bytes(data)
    except CONTENT_FAULTS as error:
        raise ReadError(f"{path}: the index is damaged ({error}); remove the file to rebuild it") from None


def _from_bytes(data: mmap.mmap) -> CorpusIndex:
    end = data.find(b"\n", len(_MAGIC)) + 1
    header = json.loads(data[len(_MAGIC) : end])
    arrays: dict[str, NDArray[Any]] = {}
    for name, kind, count in header["arrays"]:
        end += -end % _ALIGNMENT
        arrays[name] = np.frombuffer(data, kind, count, end)
        end += arrays[name].nbytes
    texture, melodies = (
        NgramIndex(**{field.name: arrays[f"{which}.{field.name}"] for field in fields(NgramIndex)})
        for which in ("texture", "melodies")
    )
    return CorpusIndex(header["about"], texture, melodies, arrays["lines"], arrays["line_starts"])


def _arrays(index: CorpusIndex) -> list[tuple[str, NDArray[Any]]]:
    ngrams = (("texture", index.texture), ("melodies", index.melodies))
    return [
        *((f"{which}.{field.name}", getattr(own, field.name)) for which, own in ngrams for field in fields(own)),
        ("lines", index.lines),
        ("line_starts", index.line_starts),
    ]
