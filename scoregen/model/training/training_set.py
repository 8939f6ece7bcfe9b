"""Training sets: from the files of a corpus to examples, and the shape of a network for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from scoregen.corpora.held_out import cut_each, cut_in_two, sides, splits_to_read
from scoregen.corpora.manifest import Corpus, CorpusPiece, checksums, load_corpus, verify
from scoregen.corpora.prepare import prepare
from scoregen.corpora.variants import variants
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.training.verdict import HeldOut
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
    sampler must not repeat; None without one. `pieces` and `valid` are the scores in tokens, without variants; none for
    piano rolls. `held_out` is what the result is measured on: pieces, or the last measures of one or two pieces.
    """

    examples: TrainingExamples
    network: NetworkConfig
    about: dict[str, Any]
    refused: tuple[str, ...]
    index: NoveltyIndex | None = None
    measures: int = 0
    pieces: tuple[TokenScore, ...] = ()
    valid: tuple[TokenScore, ...] = ()
    held_out: HeldOut = "pieces"


def read_training_set(corpus: str, ensemble: str, network: NetworkConfig, options: TrainingOptions) -> TrainingSet:
    """The training set of a folder of scores, or of a corpus given by name.

    Raises InputError if no piece can be used for training or validation.
    """
    from scoregen.model.features.inputs import piece_arrays
    from scoregen.model.features.metric_features import METRIC_FEATURES
    from scoregen.model.training.examples import score_examples
    from scoregen.model.training.memorisation import forms
    from scoregen.tokens.window_hashes import NoveltyIndex

    players = load_ensemble(ensemble)
    source = load_corpus(corpus)
    verify(source)
    found = _read(source, players, corpus)
    roles = tuple(role.name for role in players.roles)
    config = replace(network, roles=roles, alphabet="spelled", metric_features=METRIC_FEATURES)
    about = {
        "corpus": source.name,
        "source": source.source,
        "licence": source.licence,
        "ensemble": players.name,
        "pieces": len(found.train),
        "valid_pieces": len(found.valid),
    }
    about |= {"held_out": found.held_out} if found.held_out != "pieces" else {}
    about |= {} if source.is_listed else {"manifest": checksums(found.files)}
    own, others = ([with_harmony(tokens) for tokens in pieces] for pieces in (found.train, found.valid))
    augmented = _augment(own)
    index = NoveltyIndex.of(augmented)
    examples = score_examples(
        [piece_arrays(tokens) for tokens in augmented],
        [piece_arrays(tokens) for tokens in others],
        options.transpose,
        forms(index, own, others, options.drafts),
        own,
    )
    measures = sum(len(tokens.measures) for tokens in (*found.train, *found.valid))
    return TrainingSet(
        examples, config, about, found.refused, index, measures, found.train, found.valid, found.held_out
    )


@dataclass(frozen=True, slots=True)
class _Pieces:
    """The pieces for training and those for validation, the files left out, each with the reason, and those used."""

    train: tuple[TokenScore, ...]
    valid: tuple[TokenScore, ...]
    refused: tuple[str, ...]
    files: tuple[CorpusPiece, ...]
    held_out: HeldOut = "pieces"


def _read(source: Corpus, players: Ensemble, corpus: str) -> _Pieces:
    """The pieces for training and for validation, at least one of each; of one or two pieces their last measures."""
    prepared = [prepare(source, split, players) for split in splits_to_read(source)]
    usable = [item for each in prepared for item in each.pieces]
    refused = tuple(reason for each in prepared for reason in each.refused)
    files = tuple(piece for piece, _ in usable)
    is_short = not source.is_split and len(usable) < 3
    if is_short and (cut := cut_each([tokens for _, tokens in usable], cut_in_two)):
        return _Pieces(*cut, refused, files, "measures")
    train, valid = (tuple(tokens for _, tokens in side) for side in sides(usable, is_split=source.is_split))
    if not train or not valid:
        counts = f"{len(train)} pieces for training and {len(valid)} for validation can be used"
        reason = (*refused, "none was refused")[0]
        raise InputError(
            f"{corpus}: {counts}; expected one piece of four measures or more, or several, "
            f"with parts for {players.name}; first refusal: {reason}"
        )
    return _Pieces(train, valid, refused, files)


def _augment(pieces: Sequence[TokenScore]) -> list[TokenScore]:
    """Augment the pieces: one metric variant of every third piece, and a variant in 6/8 of every piece in 3/4."""
    result = list(pieces)
    for index, tokens in enumerate(pieces):
        metric_variants = list(variants(tokens))
        result += metric_variants if len(metric_variants) == 1 else metric_variants[index % 3 : index % 3 + 1]
    return result
