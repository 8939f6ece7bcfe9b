"""The works that a score is compared with, ready for search: two indexes, and what the works are called.

On disk a repertoire is one file, which is mapped into memory and not read: a magic line, a line of JSON
(the header: what was indexed, and how arrays follow), and the arrays. What a work is called stands
in a table of JSON lines that is read a work at a time.
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
from scoregen.system.errors import ReadError

_MAGIC = b"scoregen passages 1\n"
_ALIGNED = 64


@dataclass(frozen=True, slots=True)
class Work:
    """A work by its name: the names of its voices and the numbers of its measures."""

    name: str
    voices: tuple[str, ...]
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkSequences:
    """A work and what is compared of it."""

    work: Work
    texture: EventSequence
    melodies: tuple[EventSequence, ...]


@dataclass(frozen=True, slots=True)
class NoveltyReference:
    """How long the longest passages are that works share with others, in events, a work a row.

    `texture`: all voices; `melodies`: by voice, for the works that have it, from the first voice on.
    """

    texture: tuple[int, ...]
    melodies: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class CorpusIndex:
    """`about` is the caller's: plain values that JSON can hold."""

    about: Mapping[str, Any]
    texture: NgramIndex
    melodies: NgramIndex
    lines: NDArray[np.uint8]
    line_starts: NDArray[np.int64]

    @classmethod
    def of(cls, works: Iterable[WorkSequences], about: Mapping[str, Any]) -> CorpusIndex:
        """The repertoire of some works, which are numbered in their order."""
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
        """What a work is called."""
        line = self.lines[self.line_starts[number] : self.line_starts[number + 1]].tobytes()
        name, voices, numbers = json.loads(line)
        return Work(name, tuple(voices), tuple(numbers))

    def names(self) -> list[str]:
        """The names of all works."""
        return [self.work(number).name for number in range(len(self))]


def reference(
    works: Sequence[tuple[WorkSequences, Sequence[Span], Sequence[Span]]], repertoire: CorpusIndex
) -> NoveltyReference:
    """What works share with a repertoire, each without some spans of the two indexes."""
    texture: list[int] = []
    melodies: defaultdict[int, list[int]] = defaultdict(list)
    for strands, texture_spans, melody_spans in works:
        texture.append(longest(repertoire.texture.runs(strands.texture, texture_spans)))
        for voice, melody in enumerate(strands.melodies):
            melodies[voice].append(longest(repertoire.melodies.runs(melody, melody_spans)))
    return NoveltyReference(tuple(texture), tuple(tuple(melodies[voice]) for voice in sorted(melodies)))


def to_bytes(repertoire: CorpusIndex) -> bytes:
    """As a file holds it."""
    arrays = _arrays(repertoire)
    described = [[name, array.dtype.str, len(array)] for name, array in arrays]
    header = json.dumps({"about": dict(repertoire.about), "arrays": described}).encode() + b"\n"
    parts = [_MAGIC, header]
    size = len(_MAGIC) + len(header)
    for _, array in arrays:
        gap = -size % _ALIGNED
        parts += [bytes(gap), array.tobytes()]
        size += gap + array.nbytes
    return b"".join(parts)


def open_corpus_index(path: Path) -> CorpusIndex:
    """The repertoire in a file. ReadError where it holds none or is damaged."""
    with path.open("rb") as stream:
        start = stream.read(len(_MAGIC))
        if start != _MAGIC:
            raise ReadError(f"{path}: found {start!r} at the start; expected an index that scoregen novelty wrote")
        data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        return _from_bytes(data)
    except (ValueError, KeyError, TypeError) as error:
        raise ReadError(f"{path}: the index is damaged ({error}); remove it, and it is made anew") from None


def _from_bytes(data: mmap.mmap) -> CorpusIndex:
    end = data.find(b"\n", len(_MAGIC)) + 1
    header = json.loads(data[len(_MAGIC) : end])
    found: dict[str, NDArray[Any]] = {}
    for name, kind, count in header["arrays"]:
        end += -end % _ALIGNED
        found[name] = np.frombuffer(data, kind, count, end)
        end += found[name].nbytes
    texture, melodies = (
        NgramIndex(**{field.name: found[f"{which}.{field.name}"] for field in fields(NgramIndex)})
        for which in ("texture", "melodies")
    )
    return CorpusIndex(header["about"], texture, melodies, found["lines"], found["line_starts"])


def _arrays(repertoire: CorpusIndex) -> list[tuple[str, NDArray[Any]]]:
    indexes = (("texture", repertoire.texture), ("melodies", repertoire.melodies))
    return [
        *((f"{which}.{field.name}", getattr(index, field.name)) for which, index in indexes for field in fields(index)),
        ("lines", repertoire.lines),
        ("line_starts", repertoire.line_starts),
    ]
