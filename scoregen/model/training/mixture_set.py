"""The training set of a mixture of corpora, from their shards (`corpora.shards`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from scoregen.corpora.manifest import Split
from scoregen.corpora.shards import ShardPiece, load_shards
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.training.training_set import TrainingSet
from scoregen.system.errors import InputError

LEAST_MOVEMENTS = 15
"""A composer with fewer movements for training has no style of their own: these have the style of their corpus."""
LEAST_SLICES = 12


@dataclass(frozen=True, slots=True)
class MixtureSource:
    """A corpus of a mixture: the folder of its shards, its share of the examples, and the part that is given in its
    task of validation, from 0."""

    name: str
    share: float
    given_part: int = 0


def read_mixture(
    folder: Path, sources: Sequence[MixtureSource], network: NetworkConfig, options: TrainingOptions
) -> TrainingSet:
    """The training set of a folder of shards; InputError if a source has no movement for training or validation."""
    from scoregen.model.features.metric_features import METRIC_FEATURES
    from scoregen.model.training.mixture import Source, mixture_examples

    pieces = {source.name: _read(folder, source.name) for source in sources}
    styles = _styles(pieces)
    ready = [
        Source(
            source.name,
            source.share,
            [_movement(piece, styles) for piece in pieces[source.name][0]],
            [_movement(piece, styles) for piece in pieces[source.name][1]],
            source.given_part,
        )
        for source in sources
    ]
    config = replace(network, roles=(), styles=styles, alphabet="spelled", metric_features=METRIC_FEATURES)
    every = [piece for both in pieces.values() for split in both for piece in split]
    measures = sum(len(piece.tokens.measures) for piece in every)
    about = _about(pieces)
    return TrainingSet(mixture_examples(ready, options.transpose), config, about, (), None, measures)


Pieces = dict[str, tuple[list[ShardPiece], list[ShardPiece]]]


def _read(folder: Path, name: str) -> tuple[list[ShardPiece], list[ShardPiece]]:
    def split(which: Split) -> list[ShardPiece]:
        return [piece for piece in load_shards(folder / name, which) if _slices(piece) >= LEAST_SLICES]

    train, valid = split("train"), split("valid")
    if not train or not valid:
        found = f"{len(train)} movements for training and {len(valid)} for validation"
        raise InputError(f"{folder / name}: found {found}; expected some of each: build the shards first")
    return train, valid


def _slices(piece: ShardPiece) -> int:
    return sum(len(measure.slices) for measure in piece.tokens.measures)


def _styles(pieces: Pieces) -> tuple[str, ...]:
    """The corpora, then the composers with enough movements."""
    count = Counter(piece.style for train, _ in pieces.values() for piece in train)
    frequent = sorted(name for name, number in count.items() if number >= LEAST_MOVEMENTS and name not in pieces)
    return (*pieces, *frequent)


def _movement(piece: ShardPiece, styles: Sequence[str]) -> Any:
    from scoregen.model.features.inputs import piece_arrays
    from scoregen.model.training.mixture import Movement
    from scoregen.plan.supported_plans import with_modes

    arrays = piece_arrays(with_modes(piece.tokens), None, piece.descriptions, whole=False)
    name = piece.style if piece.style in styles else piece.corpus
    parts = np.array([description.part for description in piece.descriptions])
    return Movement(arrays, parts, 1 + list(styles).index(name), np.isin(arrays.measure, sorted(piece.refused)))


def _about(pieces: Pieces) -> dict[str, Any]:
    train = [piece for own, _ in pieces.values() for piece in own]
    valid = [piece for _, own in pieces.values() for piece in own]
    return {
        "corpus": ", ".join(pieces),
        "source": ", ".join(pieces),
        "licence": "; ".join(_once(piece.licence for piece in train)),
        "ensemble": "any",
        "pieces": len(train),
        "valid_pieces": len(valid),
    }


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
