"""Near-duplicates: files with the same lines, in any key and format and under any title.

Two files are *related* if they share `RELATED` of the windows of the shorter one: another setting of the same tune, an
excerpt, an arrangement. They are *the same piece* if they share `SAME` of all windows, or of those of both the highest
and the lowest line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoregen.corpora.building.fingerprints import BOTTOM, FLAG_BITS, FLAGS, TOP, levels
from scoregen.corpora.shards import Hashes, ShardSource

RELATED, SAME = 0.3, 0.7
LEAST_SHARED = 8
"""The windows that files must share: fewer can be chance."""
_NEIGHBOURS = 20
"""A window is compared with so many other files that have it, in their order."""
_AT_ONCE = 1 << 24
"""Hashes that are sorted at once."""
_LEVELS = 31

HELD_OUT = "near-duplicate of a validation or test piece: "
SAME_AS = "near-duplicate of "

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two files, by their numbers, and the share of windows that they have in common: of all lines, of the highest and
    of the lowest ones."""

    first: int
    second: int
    share: float
    top: float
    bottom: float

    @property
    def is_same(self) -> bool:
        return self.share >= SAME or min(self.top, self.bottom) >= SAME

    @property
    def measure(self) -> float:
        """The share that decides."""
        return max(self.share, min(self.top, self.bottom))


def near_duplicates(fingerprints: Callable[[], Iterable[Hashes]]) -> list[Likeness]:
    """The pairs of files that are related, in order.

    `fingerprints` gives those of all files, and is called several times if they are too many to be sorted at once.
    """
    counts = np.array([_counts(hashes) for hashes in fingerprints()], dtype=np.int64).reshape(-1, 3, _LEVELS)
    if not len(counts):
        return []
    parts = 1 + int(counts[:, 0, 0].sum()) // _AT_ONCE
    shared: defaultdict[tuple[int, int], Ints] = defaultdict(lambda: np.zeros(3, dtype=np.int64))
    for part in range(parts):
        for pair, numbers in _shared(fingerprints(), part, parts):
            shared[pair] += numbers
    return [
        likeness
        for pair, numbers in sorted(shared.items())
        if numbers[0] >= LEAST_SHARED and (likeness := _likeness(pair, numbers, counts)) is not None
    ]


def _counts(hashes: Hashes) -> Ints:
    """[3, L] the hashes of a file that remain at each level: all, those of the highest and of the lowest line.

    Level 0 of a thinned file is that of its own thinning, below which its hashes are unknown.
    """
    own = levels(hashes)
    kinds = [np.ones(len(hashes), dtype=bool), *((hashes & np.uint64(flag)) != 0 for flag in (TOP, BOTTOM))]
    return np.array([np.bincount(own[kind], minlength=_LEVELS)[::-1].cumsum()[::-1] for kind in kinds])


def _shared(every: Iterable[Hashes], part: int, parts: int) -> Iterator[tuple[tuple[int, int], Ints]]:
    """The pairs of files that have hashes of a part of all hashes in common, and how many of each kind."""
    chosen = [hashes[(hashes >> np.uint64(32)) % np.uint64(parts) == part] for hashes in every]
    owners = np.repeat(np.arange(len(chosen)), [len(hashes) for hashes in chosen])
    hashes = np.concatenate(chosen)
    order = np.lexsort((owners, hashes >> np.uint64(FLAG_BITS)))
    keys, flags, owners = hashes[order] >> np.uint64(FLAG_BITS), hashes[order] & np.uint64(FLAGS), owners[order]
    codes, kinds = [], []
    for distance in range(1, _NEIGHBOURS + 1):
        same = np.flatnonzero(keys[distance:] == keys[:-distance])
        codes.append(owners[same] * len(chosen) + owners[same + distance])
        kinds.append(flags[same] & flags[same + distance])
    return _counted(np.concatenate(codes), np.concatenate(kinds), len(chosen))


def _counted(codes: Ints, kinds: Hashes, files: int) -> Iterator[tuple[tuple[int, int], Ints]]:
    pairs, places = np.unique(codes, return_inverse=True)
    numbers = [np.bincount(places, minlength=len(pairs))]
    numbers += [np.bincount(places, (kinds & np.uint64(flag)) != 0, len(pairs)) for flag in (TOP, BOTTOM)]
    for code, row in zip(pairs.tolist(), np.stack(numbers, axis=1).astype(np.int64), strict=True):
        yield divmod(code, files), row


def _likeness(pair: tuple[int, int], shared: Ints, counts: Ints) -> Likeness | None:
    """How alike two files are; None if they are not related. Both are compared at the level of the more thinned one."""
    level = max(_own_level(counts[file, 0]) for file in pair)
    least = np.minimum(*(counts[file, :, level] for file in pair))
    shares = np.where(least >= LEAST_SHARED, shared / np.maximum(least, 1), 0.0)
    share, top, bottom = (float(min(1.0, value)) for value in shares)
    return Likeness(*pair, share, top, bottom) if share >= RELATED else None


def _own_level(counts: Ints) -> int:
    """The level to which a file is thinned: below it no hash is missing."""
    return int((counts == counts[0]).sum()) - 1


def without_duplicates(
    sources: Sequence[ShardSource],
    pairs: Sequence[Likeness],
    orders: Sequence[tuple[object, ...]],
    *,
    keep: bool = False,
) -> list[ShardSource]:
    """The sources, with those lost that repeat others, and a group for files of the same piece.

    Of the same piece in one split one file is kept, the first by `orders`, all with `keep`. A training file that is
    related to one of validation or test is lost in any case, as is one of validation to one of test: nothing moves to
    another split when files are added.
    """
    alike: defaultdict[int, list[tuple[int, Likeness]]] = defaultdict(list)
    for pair in pairs:
        alike[pair.first].append((pair.second, pair))
        alike[pair.second].append((pair.first, pair))
    result, kept = list(sources), set[int]()
    for number in sorted(range(len(sources)), key=lambda number: (_rank(sources[number]), *orders[number])):
        if result[number].lost:
            continue
        result[number] = _judged(number, sources, alike[number], kept, result, keep=keep)
        if not result[number].lost:
            kept.add(number)
    return result


def _rank(source: ShardSource) -> int:
    """Test pieces come first, since they stay."""
    return ("test", "valid", "train").index(source.split)


def _judged(
    number: int,
    sources: Sequence[ShardSource],
    alike: Sequence[tuple[int, Likeness]],
    kept: set[int],
    result: Sequence[ShardSource],
    *,
    keep: bool,
) -> ShardSource:
    own = sources[number]
    for other, pair in sorted(alike, key=lambda item: (-item[1].measure, item[0])):
        if other not in kept:
            continue
        twin, share = sources[other], f" ({pair.measure:.0%} of its lines)"
        group = result[other].group if pair.is_same else own.group
        if twin.split != own.split:
            return replace(own, group=group, lost=f"{HELD_OUT}{twin.file}{share}")
        if pair.is_same and not keep:
            return replace(own, group=group, lost=f"{SAME_AS}{twin.file}{share}")
        if pair.is_same:
            own = replace(own, group=group)
    return own if own.group else replace(own, group=own.file)
