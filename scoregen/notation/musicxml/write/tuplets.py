"""Tuplet brackets: notes of one ratio, grouped until they fill a plain length."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, groupby
from typing import NamedTuple

from scoregen.score.elements import Element


class TupletBrackets(NamedTuple):
    """Indices of the elements that open and of those that close a bracket."""

    starts: frozenset[int]
    stops: frozenset[int]

    @property
    def alone(self) -> frozenset[int]:
        """Elements alone in their bracket: their ratio only notates an odd length."""
        return self.starts & self.stops


def tuplet_brackets(elements: Sequence[Element]) -> TupletBrackets:
    """The brackets of a voice in one measure; grace notes are outside them."""
    timed = [(index, element) for index, element in enumerate(elements) if not element.grace]
    groups: list[tuple[int, int]] = []
    for (actual, normal), run in groupby(timed, key=lambda item: (item[1].value.actual, item[1].value.normal)):
        if actual != normal:
            groups.extend(_groups_of_run(list(run), actual))
    return TupletBrackets(frozenset(first for first, _ in groups), frozenset(last for _, last in groups))


def closes(written: Fraction, actual: int, least: Fraction) -> bool:
    """Whether notes of length `written` outside the tuplet fill `actual` equal plain notes of `least` or longer."""
    unit = written / actual
    is_plain = unit.numerator & (unit.numerator - 1) == 0 and unit.denominator & (unit.denominator - 1) == 0
    return is_plain and unit >= least


def _groups_of_run(run: list[tuple[int, Element]], actual: int) -> list[tuple[int, int]]:
    """First and last index of each bracket: the shortest ones that together cover the run.

    The notes that a bracket counts are no shorter than its shortest note, so that six 16ths in the time of four
    are one bracket and not two. This condition is dropped if it has no solution.
    """
    lengths = [element.duration * actual / element.value.normal for _, element in run]
    ends = _partition(lengths, actual, True) or _partition(lengths, actual, False) or (len(run),)
    begins = (0, *ends[:-1])
    return [(run[begin][0], run[end - 1][0]) for begin, end in zip(begins, ends, strict=True)]


def _partition(lengths: Sequence[Fraction], actual: int, counts_shortest: bool) -> tuple[int, ...] | None:
    """The ends of the groups; None if the run cannot be cut into complete groups of two or more notes."""
    totals = (Fraction(0), *accumulate(lengths))
    best: list[tuple[int, ...] | None] = [None] * len(lengths) + [()]
    for begin in reversed(range(len(lengths))):
        for end in range(begin + 2, len(lengths) + 1):
            tail = best[end]
            least = min(lengths[begin:end]) if counts_shortest else Fraction(0)
            if tail is not None and closes(totals[end] - totals[begin], actual, least):
                best[begin] = (end, *tail)
                break
    return best[0]
