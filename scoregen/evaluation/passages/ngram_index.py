"""An n-gram index: exact search for the passages of a corpus that are nearest to each passage of a piece.

The index has a posting list for every step: its positions in the corpus. A run of equal steps continues at a
position if the position before it was in the run; the number of equal steps in n aligned ones is counted by diagonal
(position in the corpus minus position in the piece). Both are exact: no passage is missed. The time depends only on
the posting lists of the steps of the piece.

N positions of all sequences end to end, with GAP empty ones before and after each; S sequences, K different steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.evaluation.passages.event_sequences import EventSequence, Ints, Keys

WINDOW = 8
"""The events of a window for which the nearest passage is searched."""
GAP = 8
"""The empty positions between sequences, so that no window extends from one into the next."""
NOWHERE = -1

Occurrences = NDArray[np.int32]
Postings = NDArray[np.intp]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """`length` events from `first` on; `same` of the steps between them are equal to those of the corpus, and the
    first equal step, at event `at`, is at position `place` of the corpus."""

    first: int
    length: int
    same: int
    at: int
    place: int

    @property
    def similarity(self) -> float:
        """The share of equal steps."""
        return self.same / max(self.length - 1, 1)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The passages of one sequence that are shared with the corpus or similar to it.

    runs: [E - 1] the length in steps of the longest run in the corpus that ends with each step; shared: the
    passages that occur in the corpus and are not part of a longer one; similar: the passages nearest to each
    WINDOW of events, joined if they continue along the same music.
    """

    runs: Ints
    shared: tuple[Passage, ...]
    similar: tuple[Passage, ...]

    @property
    def longest(self) -> int:
        """The events of the longest passage that occurs in the corpus; 0 if no step does."""
        return longest(self.runs)


@dataclass(frozen=True, slots=True)
class NgramIndex:
    """keys [K]: sorted; key k is at places[starts[k]:starts[k + 1]], ascending; numbers, pitches, measures [N]: the
    step (NOWHERE if none), the pitch and the measure of each position; firsts [S + 1]: the starts of the sequences;
    works, voices [S]: the work and the voice of each sequence.
    """

    keys: Keys
    starts: NDArray[np.int64]
    places: Occurrences
    numbers: Occurrences
    pitches: NDArray[np.int16]
    measures: Occurrences
    firsts: NDArray[np.int64]
    works: Occurrences
    voices: Occurrences

    @classmethod
    def of(cls, sequences: Iterable[tuple[int, int, EventSequence]]) -> NgramIndex:
        """The index of sequences, each with the number of its work and of its voice, works ascending."""
        rows = list(sequences)
        sizes = [len(row) + GAP for _, _, row in rows]
        firsts = np.concatenate([[GAP], GAP + np.cumsum(sizes)]).astype(np.int64)
        count = int(firsts[-1])
        keys = np.concatenate([np.zeros(0, np.uint64), *(row.keys for _, _, row in rows)])
        steps = [np.arange(len(row.keys)) + first for (_, _, row), first in zip(rows, firsts[:-1], strict=True)]
        places = np.concatenate([np.zeros(0, np.int64), *steps]).astype(np.int32)
        unique, number = np.unique(keys, return_inverse=True)
        numbers, measures = np.full(count, NOWHERE, np.int32), np.full(count, NOWHERE, np.int32)
        pitches = np.full(count, NOWHERE, np.int16)
        numbers[places] = number
        for (_, _, row), first in zip(rows, firsts[:-1], strict=True):
            pitches[first : first + len(row)] = row.pitches
            measures[first : first + len(row)] = row.measures
        order = np.argsort(number, kind="stable")
        starts = np.searchsorted(number[order], np.arange(len(unique) + 1)).astype(np.int64)
        works, voices = (np.array([row[column] for row in rows], np.int32) for column in (0, 1))
        return cls(unique, starts, places[order], numbers, pitches, measures, firsts, works, voices)

    def sequence_at(self, place: int) -> int:
        """The number of the sequence at a position."""
        return int(np.searchsorted(self.firsts, place, side="right")) - 1

    def span(self, first_work: int, end_work: int) -> Span:
        """The positions of the works from one number to another, the last excluded."""
        low, high = np.searchsorted(self.works, (first_work, end_work))
        return int(self.firsts[low]), int(self.firsts[high])

    def runs(self, sequence: EventSequence, without: Sequence[Span] = ()) -> Ints:
        """[E - 1] the length of the longest run in the corpus, without some spans, that ends with each step."""
        return self._runs(self._postings(sequence, without))[0]

    def nearest(self, sequence: EventSequence, without: Sequence[Span] = ()) -> Nearest:
        """The passages of a sequence that are in the corpus, or nearest to it, without some spans."""
        postings = self._postings(sequence, without)
        runs, ends = self._runs(postings)
        return Nearest(runs, tuple(_maximal(runs, ends)), tuple(self._similar(sequence, postings)))

    def _postings(self, sequence: EventSequence, without: Sequence[Span]) -> list[Postings]:
        """The positions of every step of a sequence; equal steps share one array."""
        places = {key: self._places_of(key, without) for key in set(sequence.keys.tolist())}
        return [places[key] for key in sequence.keys.tolist()]

    def _places_of(self, key: int, without: Sequence[Span]) -> Postings:
        number = int(np.searchsorted(self.keys, np.uint64(key)))
        if number == len(self.keys) or self.keys[number] != key:
            return np.zeros(0, np.intp)
        places = self.places[self.starts[number] : self.starts[number + 1]]
        for low, high in without:
            first, end = np.searchsorted(places, (low, high))
            places = np.concatenate([places[:first], places[end:]]) if end > first else places
        return places.astype(np.intp)  # here, to convert only once

    def _runs(self, postings: Sequence[Postings]) -> tuple[Ints, Ints]:
        """The longest run of steps that ends with each step, and the position of its last step."""
        lengths, ends = (np.full(len(postings), value) for value in (0, NOWHERE))
        run = np.zeros(len(self.numbers) + 1, np.uint16)  # by the position after its end
        following = run[1:]
        before = np.zeros(0, np.intp)
        for step, places in enumerate(postings):
            longer = run[places] + np.uint16(1)
            following[before] = 0
            following[places] = longer
            before = places
            if len(places):
                best = int(longer.argmax())
                lengths[step], ends[step] = longer[best], places[best]
        return lengths, ends

    def _similar(self, sequence: EventSequence, postings: Sequence[Postings]) -> Iterable[Passage]:
        """The passages nearest to the windows of a sequence, joined if they continue on one diagonal."""
        steps = min(WINDOW - 1, len(postings))
        if not steps:
            return
        count = len(postings)
        same = np.zeros(len(self.numbers) + count, np.uint8)  # by diagonal, counted from `count`
        first, diagonal = 0, NOWHERE
        for step, places in enumerate(postings):
            same[count - step :][places] += 1
            if step >= steps:
                same[count - step + steps :][postings[step - steps]] -= 1
            if step < steps - 1:
                continue
            best = int(same.argmax())
            continues = diagonal != NOWHERE and same[diagonal] == same[best] > 0
            new = diagonal if continues else best if same[best] else NOWHERE
            start = step - steps + 1
            if new != diagonal and start:
                yield from self._aligned(sequence, first, start + steps - 1, diagonal - count)
            if new != diagonal or not start:
                first, diagonal = start, new
        yield from self._aligned(sequence, first, count, diagonal - count)

    def _aligned(self, sequence: EventSequence, first: int, end: int, shift: int) -> Iterable[Passage]:
        """The passage of the steps from `first` to `end`, aligned with those at `shift`; none without equal steps.

        Steps that differ at either end are left out, as long as a window remains.
        """
        if shift < -first:
            return
        places = np.arange(first, end) + shift
        there = self.numbers[np.minimum(places, len(self.numbers) - 1)]
        equal = np.flatnonzero((there != NOWHERE) & (self.keys[there] == sequence.keys[first:end]))
        at, width = first + int(equal[0]), min(WINDOW - 1, end - first)
        stop = max(first + int(equal[-1]) + 1, min(at + width, end))
        start = min(at, stop - width)
        yield Passage(start, stop - start + 1, len(equal), at, at + shift)


def longest(runs: Ints) -> int:
    """The events of the longest window in runs of steps; 0 if there is none."""
    steps = int(runs.max(initial=0))
    return steps + 1 if steps else 0


def _maximal(runs: Ints, ends: Ints) -> Iterable[Passage]:
    """The runs that are not part of a longer one, in the order of the piece."""
    following = np.append(runs[1:], 0)
    for step in np.flatnonzero((runs > 0) & (following <= runs)).tolist():
        length = int(runs[step])
        first = step - length + 1
        yield Passage(first, length + 1, length, first, int(ends[step]) - length + 1)
