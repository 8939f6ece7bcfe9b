"""A nearest-neighbour datastore of the training pieces, interpolated with the network's predictions.

A network that learns a small corpus needs strong regularisation, which blurs frequent idioms. The
datastore restores them. The neighbours of a slice are all places of the corpus with the same sonority, in any
key. Each neighbour votes for its own continuation, with a weight that grows with the features that both
places have in common (`context_features`). While a slice is written voice by voice, neighbours that
contradict an earlier voice lose their vote. The share of the votes in the mixture grows with their total
weight. Compare caches in language models (Grave et al. 2017, arXiv:1711.02604; kNN-LM: Khandelwal et al.
2020, arXiv:1911.00172), which compare hidden states instead of notes.

N places of the corpus, R current places, C neighbours of all of them end to end, V voices, F features, E events,
A time shifts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.benchmarks.jsb16.context_features import UNKNOWN, ContextFeatures, context_features, events_of
from scoregen.model.features.alphabet import UNSCORED, Alphabet
from scoregen.model.features.inputs import PieceArrays

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RetrievalWeights:
    """The log weight of a neighbour is `base` plus `features` [F] for each feature in common.

    All neighbours together have the share `max_share` W / (1 + W), where W is the sum of their weights.
    """

    base: float
    features: Floats
    max_share: float


@dataclass(frozen=True, slots=True, eq=False)
class Datastore:
    """The places of a corpus: sonority [N], ascending; features [N, F]; moves [N, V]; time_shift [N]."""

    alphabet: Alphabet
    sonority: Ints
    features: Ints
    moves: Ints
    time_shift: Ints
    weights: RetrievalWeights

    @classmethod
    def of(cls, pieces: Sequence[PieceArrays], alphabet: Alphabet, weights: RetrievalWeights) -> Datastore:
        """All places of these pieces at which the move of every voice is known."""
        result = [context_features(piece, alphabet) for piece in pieces]
        sonority, features, moves = (
            np.concatenate([getattr(each, name) for each in result]) for name in ("sonority", "features", "moves")
        )
        time_shift = np.concatenate([piece.time_shift for piece in pieces])
        usable = (sonority != UNKNOWN) & (moves != UNKNOWN).all(1) & (time_shift != UNSCORED)
        order = np.flatnonzero(usable)[np.argsort(sonority[usable], kind="stable")]
        return cls(alphabet, sonority[order], features[order], moves[order], time_shift[order], weights)

    def neighbours(self, query: ContextFeatures, before: Ints) -> Neighbours:
        """The neighbours of R places, where the last pitches of the voices are `before` [R, V]."""
        start = np.searchsorted(self.sonority, query.sonority, "left")
        count = np.where(query.sonority == UNKNOWN, 0, np.searchsorted(self.sonority, query.sonority, "right") - start)
        row = np.repeat(np.arange(len(count)), count)
        place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + start[row]
        there, ours = self.features[place], query.features[row]
        common = (there == ours) & (ours != UNKNOWN)
        weight = np.exp(self.weights.base + common @ self.weights.features)
        return Neighbours(self, row, place, before, common, weight)


class Neighbours:
    """The neighbours of R slices that are being written.

    row, place: [C] the slice of each neighbour, and its place in the corpus; common: [C, F] the features in
    common; weight: [C], 0 for neighbours that contradict the slice.
    """

    def __init__(
        self, datastore: Datastore, row: Ints, place: Ints, before: Ints, common: NDArray[np.bool_], weight: Floats
    ) -> None:
        self.row, self.place, self.common, self.weight = row, place, common, weight
        self._datastore, self._before = datastore, before

    def events(self, voice: Ints) -> Ints:
        """[C] the event of `voice` [R] for which each neighbour votes; UNKNOWN if it has none."""
        own = voice[self.row]
        moves = self._datastore.moves[self.place, own]
        return events_of(moves, self._before[self.row, own], self._datastore.alphabet)

    def interpolate(self, probabilities: Floats, votes: Ints) -> Floats:
        """[R, E] the network's probabilities [R, E], interpolated with the neighbours' `votes` [C].

        An event with probability 0 keeps it.
        """
        rows, width = probabilities.shape
        valid = votes != UNKNOWN
        mass = np.bincount(
            self.row[valid] * width + votes[valid], weights=self.weight[valid], minlength=rows * width
        ).reshape(rows, width)
        mass *= probabilities > 0
        total = mass.sum(1, keepdims=True)
        share = self._datastore.weights.max_share * total / (1 + total)
        mixture: Floats = (1 - share) * probabilities + share * mass / np.where(total > 0, total, 1)
        return mixture

    def keep_agreeing(self, votes: Ints, choice: Ints) -> None:
        """Set the weight of all neighbours to 0 whose vote [C] is not the choice [R]."""
        self.weight = np.where(votes == choice[self.row], self.weight, 0.0)

    def time_shifts(self) -> Ints:
        """[C] the time shift for which each neighbour votes."""
        return self._datastore.time_shift[self.place]
