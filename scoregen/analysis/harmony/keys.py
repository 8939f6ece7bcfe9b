"""The keys that a score goes through, gathered from its chords.

The key of a moment is found together with its chord (`harmony`): what is heard in it, what follows
what, how far it lies from the signature, and what it costs to leave a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.analysis.harmony.chords import ChordSpan, by_key
from scoregen.score.keys import Key


@dataclass(frozen=True, slots=True)
class KeyRegion:
    """A stretch of the score in one key, in quarters from its start."""

    onset: Fraction
    end: Fraction
    key: Key
    measure_index: int


def key_regions(spans: Sequence[ChordSpan]) -> tuple[KeyRegion, ...]:
    """The keys in order, each from its first chord to the first of the next."""
    runs = by_key(spans)
    ends = [run[0].onset for _, run in runs[1:]] + [spans[-1].end] if runs else []
    return tuple(
        KeyRegion(run[0].onset, end, key, run[0].measure_index) for (key, run), end in zip(runs, ends, strict=True)
    )


def main_key(regions: Sequence[KeyRegion]) -> Key | None:
    """The key of the whole: that of the last region if the piece spends time in it, else the longest.

    A last region counts where it, with its earlier returns, fills a quarter of the piece; a chorale
    that ends on the dominant of its key must not be named after its last measure.
    """
    lengths: dict[Key, Fraction] = {}
    for region in regions:
        lengths[region.key] = lengths.get(region.key, Fraction(0)) + region.end - region.onset
    if not lengths:
        return None
    last = regions[-1].key
    if 4 * lengths[last] >= sum(lengths.values()):
        return last
    return max(lengths, key=lambda key: lengths[key])
