"""The movements of a corpus for training, read from their shards when they are drawn: the corpus is never in memory.

A movement depends on its place in the index alone, so that every process of a run, and a run that is resumed, draw the
same ones; those that were drawn last are kept, up to a number of slices.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoregen.corpora.manifest import Split
from scoregen.corpora.shards import CorpusIndex, ShardPiece
from scoregen.model.features.inputs import piece_arrays
from scoregen.model.training.mixture import Movement
from scoregen.model.training.mixture_set import LEAST_SLICES
from scoregen.plan.supported_plans import with_modes


class StoredMovements:
    """The movements of a split of a corpus that have `LEAST_SLICES`; `kept` slices of the last ones stay in memory."""

    def __init__(self, index: CorpusIndex, split: Split, styles: Sequence[str], kept: int) -> None:
        own = index.of_split(split)
        self._index, self._styles, self._kept = index, tuple(styles), kept
        self._places = own[index.columns["slices"][own] >= LEAST_SLICES]
        self._last: OrderedDict[int, Movement] = OrderedDict()
        self._slices = 0

    @property
    def lengths(self) -> NDArray[np.int64]:
        return self._index.columns["slices"][self._places]

    @property
    def digest(self) -> str:
        return self._index.digest

    @property
    def places(self) -> NDArray[np.int64]:
        """Their positions in the index."""
        return self._places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, number: int, /) -> Movement:
        """A movement by its number. ReadError if its shard is damaged or gone."""
        found = self._last.pop(number, None)
        if found is None:
            found = movement(self._index.piece(int(self._places[number])), self._styles)
            self._slices += found.piece.length
        self._last[number] = found
        while self._slices > self._kept and len(self._last) > 1:
            self._slices -= self._last.popitem(last=False)[1].piece.length
        return found


def movement(piece: ShardPiece, styles: Sequence[str]) -> Movement:
    """A movement of a shard in arrays. Its style is its composer's if that is one of the styles, else its corpus's."""
    name = piece.style if piece.style in styles else piece.corpus
    return movement_in_style(piece, 1 + list(styles).index(name))


def movement_in_style(piece: ShardPiece, style: int) -> Movement:
    """A movement in arrays, with the id of its style."""
    arrays = piece_arrays(with_modes(piece.tokens), None, piece.descriptions, whole=False)
    parts = np.array([description.part for description in piece.descriptions])
    return Movement(arrays, parts, style, np.isin(arrays.measure, sorted(piece.refused)))
