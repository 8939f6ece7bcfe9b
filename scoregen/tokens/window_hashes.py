"""Windows of sonorities that a piece shares with a corpus, compared by their hashes.

A window is N consecutive sonorities: the pitches of all voices, relative to the first sounding pitch, and the
durations of all sonorities but the last. A transposed window is the same one; in other note values it is
another. An index contains the hashes of all windows of a corpus, not its music. Scores for one ensemble have different
numbers of voices, and chords in them: for these a sonority is the highest and the lowest note that sounds.

R rows, T sonorities, V voices, N the length of a window.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scoregen.system.errors import ReadError
from scoregen.tokens.events import TokenScore
from scoregen.tokens.sonorities import SILENT, Sonorities, outer_sonorities, sonorities

Bools = NDArray[np.bool_]
Hashes = NDArray[np.uint32]
Ints = NDArray[np.int64]

LIMIT = 12
"""A generated piece may have no window of this length in common with the corpus."""
SHORTEST = 4
"""Shorter windows are common property and are not counted."""
OUTER_LENGTH, OUTER_LIMIT = 12, 24
"""For outer voices: the length of the windows that an index has, and the limit. Figures of accompaniment are common
property too, and two voices say less than four."""
Compared = Literal["all", "outer"]
"""The voices of a sonority: all of them, or the highest and the lowest note alone."""
_MAGIC = b"scoregen novelty 1\n"
_MIDDLE, _SILENCE = 256, 1


@dataclass(frozen=True, slots=True)
class NoveltyIndex:
    """The windows of a corpus: by length, sorted hashes without duplicates.

    A hash has 32 bits. A window is looked up only if the shorter one at its start is in the corpus, so that
    fewer than about one in a million answers is wrong. Windows that are longer than those of the longest table are runs
    of them. A generated piece may have no window of `limit` sonorities in common with the corpus.
    """

    tables: Mapping[int, Hashes]
    voices: Compared = "all"
    limit: int = LIMIT

    @classmethod
    def of(cls, pieces: Iterable[TokenScore]) -> NoveltyIndex:
        """The index of a corpus."""
        return cls.of_sonorities(map(sonorities, pieces))

    @classmethod
    def of_sonorities(cls, pieces: Iterable[Sonorities]) -> NoveltyIndex:
        """The index of pieces that are sonorities already."""
        return cls(_tables(pieces, range(SHORTEST, LIMIT + 1)))

    @classmethod
    def of_outer_voices(cls, pieces: Iterable[TokenScore]) -> NoveltyIndex:
        """The index of the outer voices of a corpus for any ensemble."""
        return cls(_tables(map(outer_sonorities, pieces), (OUTER_LENGTH,)), "outer", OUTER_LIMIT)

    @property
    def limits_choices(self) -> bool:
        """Whether it can exclude the choices of the last voice: outer voices are known when a slice is complete."""
        return self.voices == "all"

    def read(self, tokens: TokenScore) -> Sonorities:
        """What the index compares of a piece."""
        return sonorities(tokens) if self.voices == "all" else outer_sonorities(tokens)

    def merged(self, other: NoveltyIndex) -> NoveltyIndex:
        """The index of both corpora, which compare the same voices."""
        return replace(self, tables={n: np.union1d(table, other.tables[n]) for n, table in self.tables.items()})

    def contains(self, hashes: Hashes, length: int) -> Bools:
        """Which windows of this length occur in the corpus."""
        table = self.tables[length]
        if not len(table):
            return np.zeros(hashes.shape, dtype=np.bool_)
        matches: Bools = table[np.minimum(np.searchsorted(table, hashes), len(table) - 1)] == hashes
        return matches

    def matches(self, piece: Sonorities) -> dict[int, Bools]:
        """By length, whether the window of a piece from each sonority on occurs in the corpus."""
        matches: dict[int, Bools] = {}
        for length, hashes in window_hashes(piece, sorted(self.tables)).items():
            here = np.ones(len(hashes), dtype=np.bool_)
            if length - 1 in matches and len(here):
                here = matches[length - 1][:-1] & matches[length - 1][1:]
            here[here] = self.contains(hashes[here], length)
            matches[length] = here
        return matches

    def to_bytes(self) -> bytes:
        """The content of a file."""
        windows = {str(length): len(table) for length, table in self.tables.items()}
        header = json.dumps({"windows": windows, "voices": self.voices, "limit": self.limit})
        return _MAGIC + header.encode() + b"\n" + b"".join(t.astype("<u4").tobytes() for t in self.tables.values())

    @classmethod
    def from_bytes(cls, data: bytes) -> NoveltyIndex:
        """The inverse of `to_bytes`; ReadError if the data is not an index."""
        if not data.startswith(_MAGIC):
            raise ReadError(f"found {data[:20]!r} at the start; expected {_MAGIC!r}")
        header, _, body = data[len(_MAGIC) :].partition(b"\n")
        about = json.loads(header)
        counts = {int(length): int(count) for length, count in about["windows"].items()}
        voices, limit = about.get("voices", "all"), int(about.get("limit", LIMIT))
        lengths = {"all": [*range(SHORTEST, LIMIT + 1)], "outer": [OUTER_LENGTH]}.get(voices)
        if list(counts) != lengths or min(counts.values()) < 0 or limit < max(lengths):
            raise ReadError(f"found windows of the lengths {', '.join(map(str, counts))} for {voices} voices")
        if len(body) != 4 * sum(counts.values()):
            raise ReadError(f"found {len(body)} bytes of hashes; expected {4 * sum(counts.values())}")
        rows = np.split(np.frombuffer(body, dtype="<u4").astype(np.uint32), np.cumsum(list(counts.values()))[:-1])
        return cls(dict(zip(counts, rows, strict=True)), voices, limit)


@dataclass(frozen=True, slots=True)
class SharedWindows:
    """The windows that a piece shares with a corpus.

    `longest`: the length of the longest one, 0 if it is shorter than `shortest`; `breaches`: the number of windows of
    length `limit`; `measure`: the index of the measure in which the longest begins, or -1; `share`: the share of the
    windows of length `shortest`.
    """

    longest: int
    breaches: int
    measure: int = -1
    share: float = 0.0
    shortest: int = SHORTEST
    limit: int = LIMIT


def shared_windows(index: NoveltyIndex, piece: Sonorities, new: Bools) -> SharedWindows:
    """The windows with new music that occur in the corpus; `new` [measures] tells which measures are new.

    `piece` is what the index reads of it. A longer window than those of the index is a run of consecutive ones.
    """
    piece, shortest, most = piece.changes(), min(index.tables), max(index.tables)
    new_before = np.append(0, np.cumsum(new[piece.measure]))
    longest, breaches, measure, share = 0, 0, -1, 0.0
    for length, matches in index.matches(piece).items():
        is_new = (new_before[length:] > new_before[:-length])[: len(matches)] if len(matches) else matches
        copies = matches & is_new
        if not copies.any():
            continue
        first, run = _longest_run(copies)
        longest, measure = length, int(piece.measure[first])
        if length == shortest:
            share = float(copies.sum() / is_new.sum())
        if length == most:
            longest, breaches = length + run - 1, _count_runs(copies, index.limit - most + 1)
    return SharedWindows(longest, breaches, measure, share, shortest, index.limit)


def _tables(pieces: Iterable[Sonorities], lengths: Sequence[int]) -> dict[int, Hashes]:
    rows = [window_hashes(piece.changes(), lengths) for piece in pieces]
    nothing = np.zeros(0, dtype=np.uint32)
    return {n: np.unique(np.concatenate([nothing, *(hashes[n] for hashes in rows)])) for n in lengths}


def window_hashes(piece: Sonorities, lengths: Sequence[int]) -> dict[int, Hashes]:
    """By length N, [T - N + 1] the hash of every window of a piece of changes.

    The sums of all lengths are one cumulative sum, because a window begins with the shorter ones.
    """
    (count, voices), longest = piece.pitches.shape, max(lengths)
    weights, weights_of_lengths = _weights(longest, voices)
    places = np.arange(count)[:, None] + np.arange(longest)
    places = np.minimum(places, count - 1)  # windows beyond the end are cut off below
    heights = relative_pitches(piece.pitches[places], reference_pitch(piece.pitches[:, None])[:, None, None])
    sums = (heights.astype(np.uint64) * weights).sum(2)
    sums[:, 1:] += piece.durations[places[:, :-1]].astype(np.uint64) * weights_of_lengths[:-1]
    sums = sums.cumsum(1)
    return {length: hashes_of_sums(sums[: max(0, count - length + 1), length - 1], length) for length in lengths}


def hash_windows(pitches: Ints, durations: Ints) -> Hashes:
    """[R] hashes of windows: pitches [R, N, V], SILENT for none, and durations [R, N - 1] in ticks."""
    return hashes_of_sums(window_sums(pitches, durations, reference_pitch(pitches)), pitches.shape[1])


def reference_pitch(pitches: Ints) -> Ints:
    """[R] the reference pitch of windows [R, N, V]: the first that sounds at the start, 0 if there is none."""
    first = pitches[:, 0]
    sounds = first != SILENT
    return np.where(sounds.any(1), first[np.arange(len(first)), sounds.argmax(1)], 0)


def window_sums(pitches: Ints, durations: Ints, base: Ints) -> NDArray[np.uint64]:
    """[R] the sum of each window, before `mix_bits`; a further sonority adds its `pitch_terms`."""
    length, voices = pitches.shape[1:]
    weights, lengths = _weights(length + 1, voices)
    heights = relative_pitches(pitches, base[:, None, None]).astype(np.uint64) * weights[:length]
    lasting = durations.astype(np.uint64) * lengths[: durations.shape[1]]
    total: NDArray[np.uint64] = heights.sum((1, 2)) + lasting.sum(1)
    return total


def relative_pitches(pitches: Ints, base: Ints) -> Ints:
    """Pitches relative to the reference pitch of their window, as positive numbers."""
    return np.where(pitches == SILENT, _SILENCE, pitches - base + _MIDDLE)


def pitch_terms(pitches: Ints, place: int, voices: int) -> NDArray[np.uint64]:
    """[..., V] the terms of relative pitches [..., V] in the sum of a window whose sonority number `place` they are."""
    weights, _ = _weights(place + 1, voices)
    terms: NDArray[np.uint64] = pitches.astype(np.uint64) * weights[place]
    return terms


def hashes_of_sums(sums: NDArray[np.uint64], length: int) -> Hashes:
    """The hashes of the sums of windows of one length."""
    return (mix_bits(sums, length) >> np.uint64(32)).astype(np.uint32)


def mix_bits(sums: NDArray[np.uint64], length: int) -> NDArray[np.uint64]:
    """The hashes of sums in 64 bits."""
    bits = sums + np.uint64(length)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
    return bits


@cache
def _weights(length: int, voices: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """[N, V] for pitches and [N] for durations: odd numbers of 64 bits without a pattern (splitmix64)."""
    numbers = np.arange(1, length * (voices + 1) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(factor)
    table = (numbers ^ (numbers >> np.uint64(31))).reshape(length, voices + 1) | np.uint64(1)
    return table[:, :voices], table[:, voices]


def _longest_run(flags: Bools) -> tuple[int, int]:
    """The start and the length of the longest run of flags; there is at least one."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    lengths = edges[1::2] - edges[::2]
    best = int(lengths.argmax())
    return int(edges[2 * best]), int(lengths[best])


def _count_runs(flags: Bools, length: int) -> int:
    """The number of runs of so many flags in a row, which may overlap."""
    sums = np.append(0, np.cumsum(flags))
    return int((sums[length:] - sums[:-length] == length).sum())
