"""The training set of a mixture of corpora in tokens (`corpora.shards`); movements are read when they are drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from scoregen.corpora.shards import CorpusIndex, corpora_in, load_index
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.training.training_set import TrainingSet
from scoregen.system.errors import InputError

LEAST_MOVEMENTS = 15
"""A composer with fewer movements for training has no style of their own: these have the style of their corpus."""
LEAST_SLICES = 12
"""The slices of a movement that says something."""
KEPT = 200_000
"""The slices of movements that a process keeps in memory: about 1 KB each."""


@dataclass(frozen=True, slots=True)
class MixtureSource:
    """A corpus of a mixture: the name of its folder, its share of the examples, and the part that is given in its
    task of validation, from 0."""

    name: str
    share: float
    given_part: int = 0


def read_mixture(
    folder: Path, sources: Sequence[MixtureSource], network: NetworkConfig, options: TrainingOptions
) -> TrainingSet:
    """The training set of a folder of corpora; InputError if a source has no movement for training or validation."""
    from scoregen.model.features.metric_features import METRIC_FEATURES
    from scoregen.model.training.mixture import Source, mixture_examples
    from scoregen.model.training.stored_movements import StoredMovements

    indices = {source.name: _index(folder, source.name) for source in sources}
    styles = _styles(indices)
    kept = KEPT // len(sources)
    ready = [
        Source(
            source.name,
            source.share,
            StoredMovements(indices[source.name], "train", styles, kept),
            StoredMovements(indices[source.name], "valid", styles, kept),
            source.given_part,
        )
        for source in sources
    ]
    for source in ready:
        if not len(source.train) or not len(source.valid):
            found = f"{len(source.train)} movements for training and {len(source.valid)} for validation"
            raise InputError(f"{folder / source.name}: found {found}; expected some of each: add more scores")
    config = replace(network, roles=(), styles=styles, alphabet="spelled", metric_features=METRIC_FEATURES)
    measures = sum(int(index.columns["measures"].sum()) for index in indices.values())
    about = _about(indices) | {"pieces": sum(len(each.train) for each in ready)}
    about["valid_pieces"] = sum(len(each.valid) for each in ready)
    return TrainingSet(mixture_examples(ready, options.transpose), config, about, (), None, measures)


def all_sources(folder: Path) -> tuple[MixtureSource, ...]:
    """The corpora of a folder, each with a share by the root of its size; none if it has no corpus."""
    indices = [load_index(path) for path in corpora_in(folder)]
    roots = [float(index.columns["slices"].sum()) ** 0.5 for index in indices]
    return tuple(
        MixtureSource(index.folder.name, root / sum(roots)) for index, root in zip(indices, roots, strict=True)
    )


def _index(folder: Path, name: str) -> CorpusIndex:
    """The index of a corpus in a folder, which may be the corpus itself."""
    own = folder / name
    return load_index(own if own.is_dir() or folder.name != name else folder)


def _styles(indices: Mapping[str, CorpusIndex]) -> tuple[str, ...]:
    """The corpora, then the composers with enough movements for training."""
    count: Counter[str] = Counter()
    for index in indices.values():
        train = index.of_split("train")
        own = train[index.columns["slices"][train] >= LEAST_SLICES]
        count.update(index.styles[number] for number in index.columns["style"][own].tolist())
    frequent = sorted(name for name, number in count.items() if number >= LEAST_MOVEMENTS and name not in indices)
    return (*indices, *frequent)


def _about(indices: Mapping[str, CorpusIndex]) -> dict[str, Any]:
    used = [
        index.licences[number]
        for index in indices.values()
        for number in np.unique(index.columns["licence"][index.of_split("train")]).tolist()
    ]
    return {
        "corpus": ", ".join(indices),
        "source": ", ".join(indices),
        "licence": "; ".join(dict.fromkeys(used)),
        "ensemble": "any",
    }
