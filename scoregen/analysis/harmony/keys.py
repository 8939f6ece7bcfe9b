"""The key regions of a score, from its chords.

The search (`search`) finds the key of a moment together with its chord.
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
    """The key regions in order, each from its first chord to the first chord of the next."""
    runs = by_key(spans)
    ends = [run[0].onset for _, run in runs[1:]] + [spans[-1].end] if runs else []
    return tuple(
        KeyRegion(run[0].onset, end, key, run[0].measure_index) for (key, run), end in zip(runs, ends, strict=True)
    )


def main_key(regions: Sequence[KeyRegion], closing: int | None = None) -> Key | None:
    """The key of the whole piece: the key of the last region if it is long enough, else the key of the longest total.

    The last region is that of the measure `closing`, in which the music ends, if it is given.

    The last key must fill a quarter of the piece in all its regions together; a chorale that ends on the
    dominant must not be named after its last measure.
    """
    lengths: dict[Key, Fraction] = {}
    for region in regions:
        lengths[region.key] = lengths.get(region.key, Fraction(0)) + region.end - region.onset
    if not lengths:
        return None
    heard = [region for region in regions if closing is None or region.measure_index <= closing]
    last = (heard or regions)[-1].key
    if 4 * lengths[last] >= sum(lengths.values()):
        return last
    return max(lengths, key=lambda key: lengths[key])
