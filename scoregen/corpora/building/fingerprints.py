"""The fingerprint of a file: hashes of stretches of its lines, the same in any key and any format.

A line is a row of pitches without repetitions; its windows are `STEPS` successive steps in semitones. Rhythm is left
out, since files of one piece differ in it most: repeated notes for held ones, halves for quarters, played MIDI. The
lines are those of the voices, and the highest and the lowest attacks of all voices together, which also an arrangement
keeps. Of long files a part of the hashes suffices: those that are divisible by a power of two, so that the hashes of
two files can be compared at the rarer of both (containment by modulo sketches; Broder 1997).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scoregen.corpora.shards import Hashes, ShardPiece
from scoregen.tokens.events import TokenScore

STEPS = 10
"""The steps from note to note in a window."""
LEAST_DIFFERENT = 5
"""The different steps of a window that says something; scales, trills and arpeggios have fewer."""
MOST = 1024
"""The hashes that are kept of a file, at most."""
TOP, BOTTOM = 1, 2
"""The lowest bits of a hash: whether it is one of the highest and one of the lowest line."""
FLAGS = TOP | BOTTOM
FLAG_BITS = 2

_FACTOR = 0x9E3779B97F4A7C15


def fingerprint(pieces: Iterable[ShardPiece]) -> Hashes:
    """The hashes of a file, ascending, each once."""
    found: list[Hashes] = []
    for piece in pieces:
        for line, flag in _lines(piece.tokens):
            found.append(window_hashes(line) | np.uint64(flag))
    return _thinned(_merged(np.concatenate(found))) if found else np.zeros(0, dtype=np.uint64)


def _lines(tokens: TokenScore) -> Iterator[tuple[list[int], int]]:
    """The lines as MIDI numbers, with their flags."""
    voices: list[list[int]] = [[] for _ in tokens.slots]
    top: list[int] = []
    bottom: list[int] = []
    for measure in tokens.measures:
        for piece in measure.slices:
            attacked = [event.pitches for event in piece.events if event.pitches]
            for line, event in zip(voices, piece.events, strict=True):
                if event.pitches:
                    line.append(event.pitches[-1].midi_pitch)
            if attacked:
                top.append(max(pitches[-1].midi_pitch for pitches in attacked))
                bottom.append(min(pitches[0].midi_pitch for pitches in attacked))
    yield from ((line, 0) for line in voices)
    yield from ((top, TOP), (bottom, BOTTOM))


def window_hashes(line: Sequence[int]) -> Hashes:
    """The hashes of the windows of a line that say something, without flags."""
    steps = np.diff(np.array(line, dtype=np.int64))
    steps = steps[steps != 0]
    if len(steps) < STEPS:
        return np.zeros(0, dtype=np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(steps, STEPS)
    kinds = (np.diff(np.sort(windows, axis=1), axis=1) != 0).sum(axis=1) + 1
    return _hashed(windows[kinds >= LEAST_DIFFERENT])


def _hashed(windows: NDArray[np.int64]) -> Hashes:
    """A hash of each row, with free bits for flags (SplitMix64; Steele, Lea and Flood 2014)."""
    result = np.zeros(len(windows), dtype=np.uint64)
    for column in windows.T:
        result = _mixed(result ^ column.astype(np.uint64))
    return result << np.uint64(FLAG_BITS)


def _mixed(values: Hashes) -> Hashes:
    values = values + np.uint64(_FACTOR)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Hashes = values ^ (values >> np.uint64(31))
    return mixed


def _merged(hashes: Hashes) -> Hashes:
    """Each hash once, with the flags of all its lines."""
    keys, places = np.unique(hashes >> np.uint64(FLAG_BITS), return_inverse=True)
    flags = np.zeros(len(keys), dtype=np.uint64)
    np.bitwise_or.at(flags, places, hashes & np.uint64(FLAGS))
    merged: Hashes = (keys << np.uint64(FLAG_BITS)) | flags
    return merged


def _thinned(hashes: Hashes) -> Hashes:
    """No more than `MOST`, by the lowest power of two that leaves so few."""
    level = 0
    while len(hashes) > MOST:
        level += 1
        hashes = hashes[levels(hashes) >= level]
    return hashes


def levels(hashes: Hashes) -> NDArray[np.int64]:
    """How often each hash can be halved, up to 30: the power of two at which a thinned file still has it."""
    keys = (hashes >> np.uint64(FLAG_BITS)) | np.uint64(1 << 30)
    lowest = keys & (~keys + np.uint64(1))
    return np.log2(lowest.astype(np.float64)).astype(np.int64)
