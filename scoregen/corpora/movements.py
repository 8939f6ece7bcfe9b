"""Where one movement of a score ends and the next begins."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from scoregen.score.elements import Measure, Score
from scoregen.score.metre import last_key, last_time


def movement_spans(score: Score) -> Iterator[tuple[int, int]]:
    """The index of the first measure of each movement, and the index after its last, in order.

    A movement begins where the numbers of the measures begin again, with another signature, a tempo or a final
    barline before it. Final barlines alone also close sections, such as a minuet before its trio.
    """
    begins = [0, *(index for index, pair in enumerate(pairwise(score.measures), 1) if _is_boundary(*pair))]
    yield from pairwise([*begins, len(score.measures)])


def _is_boundary(before: Measure, after: Measure) -> bool:
    if not (before.number.isdigit() and after.number.isdigit()):
        return _restarts_after_unnumbered(before, after)
    return int(after.number) <= 1 < int(before.number) and _is_marked(before, after)


def _restarts_after_unnumbered(before: Measure, after: Measure) -> bool:
    """Whether the first number follows a measure without one, such as X2, that ends a movement."""
    return after.number in ("0", "1") and before.ends_section and _is_marked(before, after)


def _is_marked(before: Measure, after: Measure) -> bool:
    new_signature = last_key(before) != after.key or last_time(before) != after.time
    return new_signature or bool(after.tempos) or before.ends_section
