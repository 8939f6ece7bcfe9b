"""Which passage of a corpus is nearest to each passage of a piece: exact, through an index.

The index holds, for every step, the places of the corpus at which it stands (postings). A run of equal
steps goes on where the place before was in the run; how many of n aligned steps are equal is kept by
diagonal (place in the corpus minus place in the piece). Both are exact: no passage is overlooked. The
work is that of the postings of the steps of the piece, whatever else the corpus holds.

N places of all strands laid end to end, with GAP empty ones before and after each; S strands, K different steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.evaluation.passages.event_sequences import EventSequence, Ints, Keys

WINDOW = 8
"""Events of a passage whose nearest is looked for."""
GAP = 8
"""Empty places between strands, so that no window reaches from one into the next."""
NOWHERE = -1

Occurrences = NDArray[np.int32]
Postings = NDArray[np.intp]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """Events from `first` on, `length` of them; of the steps between them `same` are as in the corpus, and the
    first of these, at event `at`, stands there at `place`."""

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
    """What of one strand stands in the corpus.

    runs: [E - 1] how many steps in a row, the last of them this one, stand there; shared: the passages
    that stand there as they are and are part of no longer one; similar: the nearest to each WINDOW of
    events, those that go on along the same music as one.
    """

    runs: Ints
    shared: tuple[Passage, ...]
    similar: tuple[Passage, ...]

    @property
    def longest(self) -> int:
        """Events of the longest passage that stands in the corpus; 0 where no step does."""
        return longest(self.runs)


@dataclass(frozen=True, slots=True)
class NgramIndex:
    """keys [K], sorted, at places [starts[k]:starts[k + 1]], ascending; of every place [N] its step's number, if
    it has one, its pitch and its measure; firsts [S + 1]: where the strands begin; works, voices [S]: whose they are.
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
    def of(cls, strands: Iterable[tuple[int, int, EventSequence]]) -> NgramIndex:
        """The index of strands, each with the number of its work and of its voice, works ascending."""
        rows = list(strands)
        sizes = [len(strand) + GAP for _, _, strand in rows]
        firsts = np.concatenate([[GAP], GAP + np.cumsum(sizes)]).astype(np.int64)
        count = int(firsts[-1])
        keys = np.concatenate([np.zeros(0, np.uint64), *(strand.keys for _, _, strand in rows)])
        steps = [np.arange(len(strand.keys)) + first for (_, _, strand), first in zip(rows, firsts[:-1], strict=True)]
        places = np.concatenate([np.zeros(0, np.int64), *steps]).astype(np.int32)
        known, number = np.unique(keys, return_inverse=True)
        numbers, measures = np.full(count, NOWHERE, np.int32), np.full(count, NOWHERE, np.int32)
        pitches = np.full(count, NOWHERE, np.int16)
        numbers[places] = number
        for (_, _, strand), first in zip(rows, firsts[:-1], strict=True):
            pitches[first : first + len(strand)] = strand.pitches
            measures[first : first + len(strand)] = strand.measures
        order = np.argsort(number, kind="stable")
        starts = np.searchsorted(number[order], np.arange(len(known) + 1)).astype(np.int64)
        works, voices = (np.array([row[column] for row in rows], np.int32) for column in (0, 1))
        return cls(known, starts, places[order], numbers, pitches, measures, firsts, works, voices)

    def strand_at(self, place: int) -> int:
        """The strand in which a place lies."""
        return int(np.searchsorted(self.firsts, place, side="right")) - 1

    def span(self, first_work: int, end_work: int) -> Span:
        """The places of the works from one number to another, the last not included."""
        low, high = np.searchsorted(self.works, (first_work, end_work))
        return int(self.firsts[low]), int(self.firsts[high])

    def runs(self, strand: EventSequence, without: Sequence[Span] = ()) -> Ints:
        """[E - 1] of every step, how many in a row up to it stand in the corpus, some spans of it left out."""
        return self._runs(self._postings(strand, without))[0]

    def nearest(self, strand: EventSequence, without: Sequence[Span] = ()) -> Nearest:
        """What of a strand stands in the corpus, spans of it left out."""
        postings = self._postings(strand, without)
        runs, ends = self._runs(postings)
        return Nearest(runs, tuple(_maximal(runs, ends)), tuple(self._similar(strand, postings)))

    def _postings(self, strand: EventSequence, without: Sequence[Span]) -> list[Postings]:
        """The places of every step of a strand; of equal steps the same array."""
        places = {key: self._places_of(key, without) for key in set(strand.keys.tolist())}
        return [places[key] for key in strand.keys.tolist()]

    def _places_of(self, key: int, without: Sequence[Span]) -> Postings:
        number = int(np.searchsorted(self.keys, np.uint64(key)))
        if number == len(self.keys) or self.keys[number] != key:
            return np.zeros(0, np.intp)
        found = self.places[self.starts[number] : self.starts[number + 1]]
        for low, high in without:
            first, end = np.searchsorted(found, (low, high))
            found = np.concatenate([found[:first], found[end:]]) if end > first else found
        return found.astype(np.intp)  # once, and not at every use

    def _runs(self, postings: Sequence[Postings]) -> tuple[Ints, Ints]:
        """The longest run of steps that ends with each step, and the place of its last step."""
        lengths, ends = (np.full(len(postings), value) for value in (0, NOWHERE))
        run = np.zeros(len(self.numbers) + 1, np.uint16)  # that ends before a place
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

    def _similar(self, strand: EventSequence, postings: Sequence[Postings]) -> Iterable[Passage]:
        """The passages nearest to the windows of a strand, joined where they go on side by side."""
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
            goes_on = diagonal != NOWHERE and same[diagonal] == same[best] > 0
            found = diagonal if goes_on else best if same[best] else NOWHERE
            start = step - steps + 1
            if found != diagonal and start:
                yield from self._aligned(strand, first, start + steps - 1, diagonal - count)
            if found != diagonal or not start:
                first, diagonal = start, found
        yield from self._aligned(strand, first, count, diagonal - count)

    def _aligned(self, strand: EventSequence, first: int, end: int, shift: int) -> Iterable[Passage]:
        """The steps from `first` to `end` beside those `shift` places on; none where nothing was alike.

        Steps that differ at either end are left out, but for as many as make a window.
        """
        if shift < -first:
            return
        places = np.arange(first, end) + shift
        there = self.numbers[np.minimum(places, len(self.numbers) - 1)]
        equal = np.flatnonzero((there != NOWHERE) & (self.keys[there] == strand.keys[first:end]))
        at, width = first + int(equal[0]), min(WINDOW - 1, end - first)
        stop = max(first + int(equal[-1]) + 1, min(at + width, end))
        start = min(at, stop - width)
        yield Passage(start, stop - start + 1, len(equal), at, at + shift)


def longest(runs: Ints) -> int:
    """Events of the longest window in runs of steps; 0 for none."""
    steps = int(runs.max(initial=0))
    return steps + 1 if steps else 0


def _maximal(runs: Ints, ends: Ints) -> Iterable[Passage]:
    """Every run that the next step does not make longer, in the order of the piece."""
    following = np.append(runs[1:], 0)
    for step in np.flatnonzero((runs > 0) & (following <= runs)).tolist():
        length = int(runs[step])
        first = step - length + 1
        yield Passage(first, length + 1, length, first, int(ends[step]) - length + 1)
