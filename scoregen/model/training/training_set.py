"""What a corpus teaches: from files to examples, and the shape of a network that can take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from scoregen.corpora.manifest import Corpus, load_corpus, verify
from scoregen.corpora.prepare import Prepared, prepare
from scoregen.corpora.variants import variants
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.score.ensemble import Ensemble, load_ensemble
from scoregen.system.errors import InputError
from scoregen.tokens.events import TokenScore

if TYPE_CHECKING:
    from scoregen.model.training.examples import TrainingExamples
    from scoregen.tokens.window_hashes import NoveltyIndex


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Examples, the network that they are for, what its weights should tell of them, and what was left out.

    `index` holds the windows of the training scores, which the sampler must not repeat; None without one.
    """

    examples: TrainingExamples
    network: NetworkConfig
    about: dict[str, Any]
    refused: tuple[str, ...]
    index: NoveltyIndex | None = None


def read_training_set(corpus: str, ensemble: str, network: NetworkConfig, options: TrainingOptions) -> TrainingSet:
    """The training set of a folder of scores or of a corpus by its name.

    Raises InputError where nothing can be learned from it.
    """
    from scoregen.model.network.inputs import piece_arrays
    from scoregen.model.network.metric_features import METRIC_FEATURES
    from scoregen.model.training.examples import score_examples
    from scoregen.model.training.memorisation import forms
    from scoregen.tokens.window_hashes import NoveltyIndex

    players = load_ensemble(ensemble)
    source = load_corpus(corpus)
    verify(source)
    learned, held_out = _read(source, players, corpus)
    roles = tuple(role.name for role in players.roles)
    config = replace(network, roles=roles, alphabet="spelled", metric_features=METRIC_FEATURES)
    about = {
        "corpus": source.name,
        "source": source.source,
        "licence": source.licence,
        "ensemble": players.name,
        "pieces": len(learned.pieces),
        "valid_pieces": len(held_out.pieces),
    }
    own, others = ([tokens for _, tokens in prepared.pieces] for prepared in (learned, held_out))
    taught = _enriched(own)
    index = NoveltyIndex.of(taught)
    found = score_examples(
        [piece_arrays(tokens) for tokens in taught],
        [piece_arrays(tokens) for tokens in others],
        options.transpose,
        forms(index, own, others, options.drafts),
    )
    return TrainingSet(found, config, about, (*learned.refused, *held_out.refused), index)


def _read(source: Corpus, players: Ensemble, corpus: str) -> tuple[Prepared, Prepared]:
    """The pieces to train on and those to validate with, one of each at least."""
    learned, held_out = prepare(source, "train", players), prepare(source, "valid", players)
    if not learned.pieces or not held_out.pieces:
        found = f"{len(learned.pieces)} pieces to train on and {len(held_out.pieces)} to validate with can be used"
        reason = (*learned.refused, *held_out.refused, "none was refused")[0]
        raise InputError(
            f"{corpus}: {found}; expected one of each with parts for {players.name}; the first refused: {reason}"
        )
    return learned, held_out


def _enriched(pieces: Sequence[TokenScore]) -> list[TokenScore]:
    """The pieces, and for every third one each of its variants; a variant in 6/8 for every piece in 3/4."""
    found = list(pieces)
    for index, tokens in enumerate(pieces):
        made = list(variants(tokens))
        found += made if len(made) == 1 else made[index % 3 : index % 3 + 1]
    return found
