"""What of a piece stands in a corpus already: windows of sonorities, compared by their hashes.

A window is so many sonorities in a row: the pitches of all voices, relative to the first of them, and
how long each but the last sounds. Transposed, it is the same window; in other note values it is
another. An index holds the hashes of all windows of a corpus, not its music.

R rows, T sonorities, V voices, N the length of a window.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoregen.system.errors import ReadError
from scoregen.tokens.events import TokenScore
from scoregen.tokens.sonorities import SILENT, Sonorities, sonorities

Bools = NDArray[np.bool_]
Hashes = NDArray[np.uint32]
Ints = NDArray[np.int64]

LIMIT = 12
"""No window as long as this may stand in the corpus."""
SHORTEST = 4
"""Shorter windows than this are everybody's."""
_MAGIC = b"scoregen novelty 1\n"
_MIDDLE, _SILENCE = 256, 1


@dataclass(frozen=True, slots=True)
class NoveltyIndex:
    """The windows of a corpus: by length, sorted hashes without duplicates.

    A hash has 32 bits; as a window is only asked for after the shorter one that it begins with, hardly
    one in a million answers is wrong.
    """

    tables: Mapping[int, Hashes]

    @classmethod
    def of(cls, pieces: Iterable[TokenScore]) -> NoveltyIndex:
        """The index of a corpus."""
        lengths = range(SHORTEST, LIMIT + 1)
        found = [window_hashes(sonorities(tokens).changes(), lengths) for tokens in pieces]
        nothing = np.zeros(0, dtype=np.uint32)
        return cls({n: np.unique(np.concatenate([nothing, *(hashes[n] for hashes in found)])) for n in lengths})

    def knows(self, hashes: Hashes, length: int) -> Bools:
        """Which windows of that length stand in the corpus."""
        table = self.tables[length]
        if not len(table):
            return np.zeros(hashes.shape, dtype=np.bool_)
        found: Bools = table[np.minimum(np.searchsorted(table, hashes), len(table) - 1)] == hashes
        return found

    def known_windows(self, piece: Sonorities) -> dict[int, Bools]:
        """By length, which windows of a piece (told by their first sonority) stand in the corpus."""
        found: dict[int, Bools] = {}
        for length, hashes in window_hashes(piece, sorted(self.tables)).items():
            here = np.ones(len(hashes), dtype=np.bool_)
            if length - 1 in found and len(here):
                here = found[length - 1][:-1] & found[length - 1][1:]
            here[here] = self.knows(hashes[here], length)
            found[length] = here
        return found

    def to_bytes(self) -> bytes:
        """As a file holds it."""
        header = json.dumps({"windows": {str(length): len(table) for length, table in self.tables.items()}})
        return _MAGIC + header.encode() + b"\n" + b"".join(t.astype("<u4").tobytes() for t in self.tables.values())

    @classmethod
    def from_bytes(cls, data: bytes) -> NoveltyIndex:
        """The inverse of `to_bytes`; ReadError where it is none."""
        if not data.startswith(_MAGIC):
            raise ReadError(f"found {data[:20]!r} at the start; expected {_MAGIC!r}")
        header, _, body = data[len(_MAGIC) :].partition(b"\n")
        counts = {int(length): int(count) for length, count in json.loads(header)["windows"].items()}
        if len(body) != 4 * sum(counts.values()):
            raise ReadError(f"found {len(body)} bytes of hashes; expected {4 * sum(counts.values())}")
        rows = np.split(np.frombuffer(body, dtype="<u4").astype(np.uint32), np.cumsum(list(counts.values()))[:-1])
        return cls(dict(zip(counts, rows, strict=True)))


@dataclass(frozen=True, slots=True)
class Shared:
    """What a piece has in common with a corpus: its longest window there, and how many are as long as LIMIT.

    `longest` is 0 where it is shorter than SHORTEST; `measure` is the index of the one that it begins in, or
    -1. `share` is that of the windows of SHORTEST which stand there.
    """

    longest: int
    breaches: int
    measure: int = -1
    share: float = 0.0


def shared(index: NoveltyIndex, piece: Sonorities, new: Bools) -> Shared:
    """What the windows with something new in them share with the corpus; `new` [measures] says where that is.

    Windows beyond LIMIT are told by those of that length which follow each other without a gap.
    """
    piece = piece.changes()
    fresh = np.append(0, np.cumsum(new[piece.measure]))
    longest, breaches, measure, share = 0, 0, -1, 0.0
    for length, known in index.known_windows(piece).items():
        asked = (fresh[length:] > fresh[:-length])[: len(known)] if len(known) else known
        touched = known & asked
        if not touched.any():
            continue
        first, run = _longest_run(touched)
        longest, measure = length, int(piece.measure[first])
        if length == SHORTEST:
            share = float(touched.sum() / asked.sum())
        if length == max(index.tables):
            longest, breaches = length + run - 1, int(touched.sum())
    return Shared(longest, breaches, measure, share)


def window_hashes(piece: Sonorities, lengths: Sequence[int]) -> dict[int, Hashes]:
    """By length N, [T - N + 1] the hash of every window of a piece of changes.

    A window begins with the shorter ones, so that the sums of all lengths are one running sum.
    """
    (count, voices), longest = piece.pitches.shape, max(lengths)
    weights, weights_of_lengths = _weights(longest, voices)
    places = np.arange(count)[:, None] + np.arange(longest)
    places = np.minimum(places, count - 1)  # windows that reach beyond the end are not asked for
    heights = counted(piece.pitches[places], reference(piece.pitches[:, None])[:, None, None])
    sums = (heights.astype(np.uint64) * weights).sum(2)
    sums[:, 1:] += piece.durations[places[:, :-1]].astype(np.uint64) * weights_of_lengths[:-1]
    sums = sums.cumsum(1)
    return {length: finished(sums[: max(0, count - length + 1), length - 1], length) for length in lengths}


def hashed(pitches: Ints, durations: Ints) -> Hashes:
    """[R] hashes of windows: pitches [R, N, V], SILENT for none, and durations [R, N - 1] in ticks."""
    return finished(summed(pitches, durations, reference(pitches)), pitches.shape[1])


def reference(pitches: Ints) -> Ints:
    """[R] the pitch that a window [R, N, V] counts from: the first that sounds in it at its start, 0 if none."""
    first = pitches[:, 0]
    sounds = first != SILENT
    return np.where(sounds.any(1), first[np.arange(len(first)), sounds.argmax(1)], 0)


def summed(pitches: Ints, durations: Ints, base: Ints) -> NDArray[np.uint64]:
    """[R] a window's sum before it is mixed: a sonority more adds its own `weighted` voices."""
    length, voices = pitches.shape[1:]
    weights, lengths = _weights(length + 1, voices)
    heights = counted(pitches, base[:, None, None]).astype(np.uint64) * weights[:length]
    lasting = durations.astype(np.uint64) * lengths[: durations.shape[1]]
    total: NDArray[np.uint64] = heights.sum((1, 2)) + lasting.sum(1)
    return total


def counted(pitches: Ints, base: Ints) -> Ints:
    """Pitches as they are counted from the base of their window, as positive numbers."""
    return np.where(pitches == SILENT, _SILENCE, pitches - base + _MIDDLE)


def weighted(counts: Ints, place: int, voices: int) -> NDArray[np.uint64]:
    """What counted pitches [..., V] add to a window's sum as its sonority number `place`, each voice by itself."""
    weights, _ = _weights(place + 1, voices)
    added: NDArray[np.uint64] = counts.astype(np.uint64) * weights[place]
    return added


def finished(sums: NDArray[np.uint64], length: int) -> Hashes:
    """The hashes of sums of windows of a length."""
    return (mixed(sums, length) >> np.uint64(32)).astype(np.uint32)


def mixed(sums: NDArray[np.uint64], length: int) -> NDArray[np.uint64]:
    """The same in all 64 bits."""
    mixed = sums + np.uint64(length)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed


@cache
def _weights(length: int, voices: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """[N, V] for pitches and [N] for durations: odd numbers of 64 bits without a pattern (splitmix64)."""
    numbers = np.arange(1, length * (voices + 1) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(factor)
    table = (numbers ^ (numbers >> np.uint64(31))).reshape(length, voices + 1) | np.uint64(1)
    return table[:, :voices], table[:, voices]


def _longest_run(flags: Bools) -> tuple[int, int]:
    """Where the longest run of flags begins, and how long it is; there is one at least."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    lengths = edges[1::2] - edges[::2]
    best = int(lengths.argmax())
    return int(edges[2 * best]), int(lengths[best])
