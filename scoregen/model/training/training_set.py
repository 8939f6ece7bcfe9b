"""Training sets: from the files of a corpus to examples, and the shape of a network for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from scoregen.corpora.manifest import Corpus, load_corpus, name_hash, verify
from scoregen.corpora.prepare import Prepared, prepare
from scoregen.corpora.variants import variants
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.plan.harmonic_plan import with_harmony
from scoregen.score.ensemble import Ensemble, load_ensemble
from scoregen.system.errors import InputError
from scoregen.tokens.events import TokenScore

if TYPE_CHECKING:
    from scoregen.model.training.examples import TrainingExamples
    from scoregen.tokens.window_hashes import NoveltyIndex


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Examples, the configuration of a network for them, the provenance of the weights, and the refused files.

    `measures` is the number of measures of all pieces. `index` holds the windows of the training scores, which the
    sampler must not repeat; None without one.
    """

    examples: TrainingExamples
    network: NetworkConfig
    about: dict[str, Any]
    refused: tuple[str, ...]
    index: NoveltyIndex | None = None
    measures: int = 0


def read_training_set(corpus: str, ensemble: str, network: NetworkConfig, options: TrainingOptions) -> TrainingSet:
    """The training set of a folder of scores, or of a corpus given by name.

    Raises InputError if no piece can be used for training or validation.
    """
    from scoregen.model.network.inputs import piece_arrays
    from scoregen.model.network.metric_features import METRIC_FEATURES
    from scoregen.model.training.examples import score_examples
    from scoregen.model.training.memorisation import forms
    from scoregen.tokens.window_hashes import NoveltyIndex

    players = load_ensemble(ensemble)
    source = load_corpus(corpus)
    verify(source)
    train, valid = _read(source, players, corpus)
    roles = tuple(role.name for role in players.roles)
    config = replace(network, roles=roles, alphabet="spelled", metric_features=METRIC_FEATURES)
    about = {
        "corpus": source.name,
        "source": source.source,
        "licence": source.licence,
        "ensemble": players.name,
        "pieces": len(train.pieces),
        "valid_pieces": len(valid.pieces),
    }
    own, others = ([with_harmony(tokens) for _, tokens in prepared.pieces] for prepared in (train, valid))
    augmented = _augment(own)
    index = NoveltyIndex.of(augmented)
    examples = score_examples(
        [piece_arrays(tokens) for tokens in augmented],
        [piece_arrays(tokens) for tokens in others],
        options.transpose,
        forms(index, own, others, options.drafts),
    )
    measures = sum(len(tokens.measures) for tokens in (*own, *others))
    return TrainingSet(examples, config, about, (*train.refused, *valid.refused), index, measures)


def _read(source: Corpus, players: Ensemble, corpus: str) -> tuple[Prepared, Prepared]:
    """The pieces for training and for validation, at least one of each.

    If a folder without a manifest has usable pieces of one kind only, one of them changes sides.
    """
    train, valid = prepare(source, "train", players), prepare(source, "valid", players)
    if not source.is_split and len(train.pieces) + len(valid.pieces) > 1:
        train, valid = _with_one(train, valid), _with_one(valid, train)
    if not train.pieces or not valid.pieces:
        counts = f"{len(train.pieces)} pieces for training and {len(valid.pieces)} for validation can be used"
        reason = (*train.refused, *valid.refused, "none was refused")[0]
        raise InputError(
            f"{corpus}: {counts}; expected two pieces or more with parts for {players.name}; first refusal: {reason}"
        )
    return train, valid


def _with_one(some: Prepared, others: Prepared) -> Prepared:
    """`some` with one piece of the others if it has none, or without the piece that the others take from it."""
    first = min(some.pieces or others.pieces, key=lambda item: name_hash(item[0].path.name))
    if not some.pieces:
        return Prepared((first,), some.refused)
    if not others.pieces:
        return Prepared(tuple(item for item in some.pieces if item is not first), some.refused)
    return some


def _augment(pieces: Sequence[TokenScore]) -> list[TokenScore]:
    """Augment the pieces: one metric variant of every third piece, and a variant in 6/8 of every piece in 3/4."""
    result = list(pieces)
    for index, tokens in enumerate(pieces):
        metric_variants = list(variants(tokens))
        result += metric_variants if len(metric_variants) == 1 else metric_variants[index % 3 : index % 3 + 1]
    return result
