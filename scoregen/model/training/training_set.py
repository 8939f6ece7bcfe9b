"""What a corpus teaches: from files to lessons, and the shape of a network that can take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoregen.benchmarks.jsb16.data import read_jsb16
from scoregen.corpora.manifest import Corpus, load_corpus, verify
from scoregen.corpora.prepare import Prepared, prepare
from scoregen.corpora.variants import variants
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.score.ensemble import Ensemble, load_ensemble
from scoregen.system.errors import InputError
from scoregen.tokens.events import TokenScore

if TYPE_CHECKING:
    from scoregen.model.training.examples import Lessons
    from scoregen.tokens.window_hashes import NoveltyIndex


@dataclass(frozen=True, slots=True)
class Course:
    """Lessons, the network that they are for, what its weights should tell of them, and what was left out.

    `index` holds what the network must not write again: the windows of the scores that are learned from, None
    for rolls.
    """

    lessons: Lessons
    network: NetworkConfig
    about: dict[str, Any]
    refused: tuple[str, ...]
    index: NoveltyIndex | None = None


def read_course(corpus: str, ensemble: str, network: NetworkConfig, options: TrainingOptions) -> Course:
    """The course of a folder of scores, of a corpus by its name, or of JSB16 by its file.

    Raises InputError where nothing can be learned from it.
    """
    if Path(corpus).suffix == ".json":
        return _rolls(Path(corpus), network, options)
    return _scores(corpus, load_ensemble(ensemble), network, options)


def _scores(corpus: str, players: Ensemble, network: NetworkConfig, options: TrainingOptions) -> Course:
    from scoregen.model.network.inputs import METRIC_FEATURES, piece_arrays
    from scoregen.model.training.examples import lessons
    from scoregen.model.training.memorisation import forms
    from scoregen.tokens.window_hashes import NoveltyIndex

    source = load_corpus(corpus)
    verify(source)
    learned, held_out = _read(source, players, corpus)
    roles = tuple(role.name for role in players.roles)
    config = replace(network, roles=roles, lexicon="spelled", metric_features=METRIC_FEATURES)
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
    found = lessons(
        [piece_arrays(tokens) for tokens in taught],
        [piece_arrays(tokens) for tokens in others],
        options.transpose,
        forms(index, own, others, options.drafts),
    )
    return Course(found, config, about, (*learned.refused, *held_out.refused), index)


def _rolls(path: Path, network: NetworkConfig, options: TrainingOptions) -> Course:
    """The benchmark's own training part, and nothing else; its test part is not read into arrays."""
    from scoregen.benchmarks.jsb16.rolls import ROLL_FEATURES, roll_piece
    from scoregen.model.training.examples import ROLL_ORDER, roll_lessons

    source = read_jsb16(path)
    train, valid = ([roll_piece(roll) for roll in source.splits[split]] for split in ("train", "valid"))
    if not train or not valid:
        raise InputError(f"{path}: found {len(train)} pieces in train and {len(valid)} in valid; expected one of each")
    config = replace(network, lexicon="chromatic", metric_features=ROLL_FEATURES, context=0)
    about = {
        "corpus": "jsb16",
        "source": "the training part of Jsb16thSeparated.json"
        + ("" if source.is_known else ", another file than usual"),
        "licence": "music in the public domain; the file names no licence: for this benchmark only, not for composing",
        "pieces": len(train),
        "valid_pieces": len(valid),
        "order": list(ROLL_ORDER),
        "orders": options.voice_orders,
    }
    found = roll_lessons(train, valid, options.transpose, any_order=options.voice_orders == "any")
    return Course(found, config, about, ())


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
