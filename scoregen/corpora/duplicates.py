"""Near-duplicates: files with the same lines, in any key and under any title.

A window is a row of attacks of one voice, as steps in semitones and distances in quarters. Two files are
near-duplicates if they share a part of the windows of the shorter one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

from scoregen.corpora.shards import ShardPiece, ShardSource, read_shard, shard_files, write_shard
from scoregen.tokens.events import TokenScore
from scoregen.tokens.vocabulary import vocabulary

STEPS = 10
"""The steps from note to note in a window."""
LEAST_SHARED = 0.3
"""The share of windows that near-duplicates have in common."""
_LEAST_DIFFERENT = 5
"""The different steps of a window that says something; scales, trills and repeated notes have fewer."""
_MOST_OWNERS = 20
"""A window of more files than this is a figure that everyone uses."""
_LEAST_WINDOWS = 8

DUPLICATE = "near-duplicate of a validation or test piece: "


def group_shards(folders: Sequence[Path]) -> list[tuple[ShardSource, ShardSource]]:
    """Name the same group in all near-duplicates of some shards, which are returned in pairs.

    A training file like one of another split is marked as lost, so that nobody trains on it.
    """
    paths = [path for folder in folders for path in shard_files(folder)]
    sources, windows = {}, {}
    for path in paths:
        sources[path], pieces = read_shard(path)
        windows[path] = file_windows(pieces)
    pairs = near_duplicates(windows)
    for path, source in _grouped(sources, pairs).items():
        if source != sources[path]:
            _rewrite(path, source)
    return [(sources[first], sources[second]) for first, second in pairs]


def file_windows(pieces: Iterable[ShardPiece]) -> frozenset[int]:
    """The keys of the windows of all voices."""
    lines = (line for piece in pieces for line in _lines(piece.tokens))
    return frozenset(key for line in lines for key in _window_keys(line))


def near_duplicates(windows: Mapping[Path, frozenset[int]]) -> list[tuple[Path, Path]]:
    """The pairs of files that share many windows."""
    owners: dict[int, list[Path]] = defaultdict(list)
    for path, keys in windows.items():
        for key in keys:
            owners[key].append(path)
    shared = Counter(pair for paths in owners.values() if len(paths) <= _MOST_OWNERS for pair in combinations(paths, 2))
    shorter = {pair: min(len(windows[path]) for path in pair) for pair in shared}
    return [pair for pair, count in shared.items() if count >= max(LEAST_SHARED * shorter[pair], _LEAST_WINDOWS)]


def _lines(tokens: TokenScore) -> Iterator[list[tuple[int, int]]]:
    """For each voice its attacks: the MIDI number of the highest note, and the time in ticks."""
    ticks = vocabulary().ticks_per_quarter
    for index in range(len(tokens.slots)):
        line, start = [], 0
        for measure in tokens.measures:
            for piece in measure.slices:
                if piece.events[index].pitches:
                    line.append((piece.events[index].pitches[-1].midi_pitch, start + int(piece.onset * ticks)))
            start += int(measure.header.duration * ticks)
        yield line


def _window_keys(line: Sequence[tuple[int, int]]) -> Iterator[int]:
    steps = [(high - low, end - begin) for (low, begin), (high, end) in pairwise(line)]
    for index in range(len(steps) - STEPS + 1):
        window = tuple(steps[index : index + STEPS])
        if len(set(window)) >= _LEAST_DIFFERENT:
            yield hash(window)


def _grouped(sources: Mapping[Path, ShardSource], pairs: Sequence[tuple[Path, Path]]) -> dict[Path, ShardSource]:
    """The sources with their groups; a group has the name of its first file."""
    leader = {path: path for path in sources}
    for first, second in pairs:
        low, high = sorted((leader[first], leader[second]))
        leader |= {path: low for path, group in leader.items() if group == high}
    held_out = {leader[path]: source.file for path, source in sources.items() if source.split != "train"}
    return {
        path: _marked(source, sources[leader[path]].file, held_out.get(leader[path]))
        for path, source in sources.items()
    }


def _marked(source: ShardSource, group: str, held_out: str | None) -> ShardSource:
    leaks = source.split == "train" and held_out is not None and not source.lost
    return replace(source, group=group, lost=DUPLICATE + str(held_out) if leaks else source.lost)


def _rewrite(path: Path, source: ShardSource) -> None:
    _, pieces = read_shard(path)
    write_shard(path.parent.parent, source, () if source.lost else [replace(piece, source=source) for piece in pieces])
