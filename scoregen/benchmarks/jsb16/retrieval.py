"""Precedents: places of a corpus where the same sonority stood, and what followed there.

A network that learns a small corpus must be held back, or it learns the pieces by heart; what it then blurs
are turns of phrase that the corpus has again and again. Here the corpus itself speaks beside the network. Of a
place, all places with the same sonority are looked up, in any key; each speaks as loud as it has the past, the
beat and the degree in common with here (`situations`), and for what was done there. While a slice is written,
those fall silent that did something else with the voices written before. The louder they are together, the
larger is their share beside the network's: a cache over the training corpus, as in language models (Grave et
al. 2017, arXiv:1711.02604; Khandelwal et al. 2020, arXiv:1911.00172), that compares music and not states.

N places of the corpus, R places now, C precedents of all of them end to end, V voices, F codes, E events,
A time shifts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.benchmarks.jsb16.context_features import UNKNOWN, ContextFeatures, context_features, events_of
from scoregen.model.network.alphabet import UNSCORED, Alphabet
from scoregen.model.network.inputs import PieceArrays

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RetrievalWeights:
    """How loud a precedent is: the logarithm is `base` and, for each code in common, that of `codes` [F].

    All of them together have the share `most` W / (1 + W), W being the sum of how loud they are.
    """

    base: float
    codes: Floats
    most: float


@dataclass(frozen=True, slots=True, eq=False)
class Datastore:
    """The places of a corpus, by sonority. sonority: [N], ascending; codes: [N, F]; doing: [N, V]; advance: [N]."""

    alphabet: Alphabet
    sonority: Ints
    codes: Ints
    doing: Ints
    time_shift: Ints
    weights: RetrievalWeights

    @classmethod
    def of(cls, pieces: Sequence[PieceArrays], alphabet: Alphabet, weights: RetrievalWeights) -> Datastore:
        """All places of these pieces at which it is known how every voice goes on from where it was."""
        found = [context_features(piece, alphabet) for piece in pieces]
        sonority, codes, doing = (
            np.concatenate([getattr(each, name) for each in found]) for name in ("sonority", "codes", "doing")
        )
        time_shift = np.concatenate([piece.time_shift for piece in pieces])
        told = (sonority != UNKNOWN) & (doing != UNKNOWN).all(1) & (time_shift != UNSCORED)
        order = np.flatnonzero(told)[np.argsort(sonority[told], kind="stable")]
        return cls(alphabet, sonority[order], codes[order], doing[order], time_shift[order], weights)

    def speaking(self, here: ContextFeatures, before: Ints) -> RetrievedVotes:
        """The precedents of R places, where the voices' last pitches are `before` [R, V]."""
        start = np.searchsorted(self.sonority, here.sonority, "left")
        count = np.where(here.sonority == UNKNOWN, 0, np.searchsorted(self.sonority, here.sonority, "right") - start)
        row = np.repeat(np.arange(len(count)), count)
        place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + start[row]
        there, ours = self.codes[place], here.codes[row]
        alike = (there == ours) & (ours != UNKNOWN)
        loud = np.exp(self.weights.base + alike @ self.weights.codes)
        return RetrievedVotes(self, row, place, before, alike, loud)


class RetrievedVotes:
    """Precedents while slices are written. row, place: [C] where each speaks, and what place of the corpus it is;
    alike: [C, F] which codes they have in common; loud: [C], 0 once it has been contradicted.
    """

    def __init__(
        self, datastore: Datastore, row: Ints, place: Ints, before: Ints, alike: NDArray[np.bool_], loud: Floats
    ) -> None:
        self.row, self.place, self.alike, self.loud = row, place, alike, loud
        self._precedents, self._before = datastore, before

    def events(self, voice: Ints) -> Ints:
        """[C] the event that each speaks for, where it is the turn of `voice` [R]; UNKNOWN where there is none."""
        own = voice[self.row]
        doing = self._precedents.doing[self.place, own]
        return events_of(doing, self._before[self.row, own], self._precedents.alphabet)

    def blended(self, chances: Floats, said: Ints) -> Floats:
        """[R, E] the network's chances [R, E] and those of the precedents, which speak for `said` [C].

        What the network holds for impossible stays so.
        """
        rows, width = chances.shape
        known = said != UNKNOWN
        votes = np.bincount(
            self.row[known] * width + said[known], weights=self.loud[known], minlength=rows * width
        ).reshape(rows, width)
        votes *= chances > 0
        total = votes.sum(1, keepdims=True)
        share = self._precedents.weights.most * total / (1 + total)
        found: Floats = (1 - share) * chances + share * votes / np.where(total > 0, total, 1)
        return found

    def tell(self, said: Ints, chosen: Ints) -> None:
        """What was chosen [R]; from now on those are silent that spoke for anything else."""
        self.loud = np.where(said == chosen[self.row], self.loud, 0.0)

    def time_shifts(self) -> Ints:
        """[C] the time shift that each speaks for."""
        return self._precedents.time_shift[self.place]
