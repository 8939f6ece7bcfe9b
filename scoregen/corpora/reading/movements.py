"""Where one movement of a score ends and the next begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from scoregen.score.directions import RepeatMark
from scoregen.score.elements import Measure, Score
from scoregen.score.metre import last_key, last_time

_OPENINGS = ("0", "1")
_RETURNS = ("dacapo", "dalsegno")


def movement_spans(score: Score) -> Iterator[tuple[int, int]]:
    """The index of the first measure of each movement, and the index after its last, in order.

    A movement begins where the numbers of the measures begin again, with another signature, a tempo or a final barline
    before it. Where the numbers go on it takes all of these, and a new system or page; but no movement ends where a
    later jump leads back over it. Final barlines alone also close sections, such as a minuet before its trio.
    """
    measures = score.measures
    begins = [index for index, pair in enumerate(pairwise(measures), 1) if _is_boundary(*pair)]
    begins += [index for index, pair in enumerate(pairwise(measures), 1) if _is_unnumbered_boundary(*pair)]
    ends = sorted({*begins, len(measures)})
    kept = [index for index in ends if _restarts(measures, index) or not _returns(measures, index, ends)]
    yield from pairwise([0, *(index for index in kept if 0 < index < len(measures)), len(measures)])


def _is_boundary(before: Measure, after: Measure) -> bool:
    """Whether the numbers begin again between two measures, for a reason."""
    if not (before.number.isdigit() and after.number.isdigit()):
        return _restarts_after_unnumbered(before, after)
    return int(after.number) <= 1 < int(before.number) and _is_marked(before, after)


def _restarts_after_unnumbered(before: Measure, after: Measure) -> bool:
    """Whether the first number follows a measure without one, such as X2, that ends a movement, perhaps repeated."""
    if after.number not in _OPENINGS or before.barline.style != "light-heavy":
        return False
    return _is_marked(before, after) if before.ends_section else _is_new(before, after) and bool(after.tempos)


def _is_unnumbered_boundary(before: Measure, after: Measure) -> bool:
    """Whether a movement ends although the numbers go on."""
    starts_line = after.break_before is not None
    return before.ends_section and starts_line and _is_new(before, after) and any(each.text for each in after.tempos)


def _is_marked(before: Measure, after: Measure) -> bool:
    return _is_new(before, after) or bool(after.tempos) or before.ends_section


def _is_new(before: Measure, after: Measure) -> bool:
    """Whether a signature changes."""
    return last_key(before) != after.key or last_time(before) != after.time


def _restarts(measures: Sequence[Measure], index: int) -> bool:
    return index == len(measures) or _is_boundary(measures[index - 1], measures[index])


def _returns(measures: Sequence[Measure], index: int, ends: Sequence[int]) -> bool:
    """Whether the music after a boundary jumps back before it ends: a trio and its da capo."""
    following = next((end for end in ends if end > index), len(measures))
    marks = (each.value for measure in measures[index:following] for each in measure.directions)
    return any(isinstance(mark, RepeatMark) and mark.type in _RETURNS for mark in marks)
