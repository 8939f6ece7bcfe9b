"""The training set of a folder of scores for any ensemble, for weights that know voices by their descriptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from scoregen.corpora.manifest import Corpus, load_corpus, verify
from scoregen.corpora.reading.folders import ANY, FolderMovements, read_movements
from scoregen.corpora.shards import ShardPiece
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.training.mixture import HeldMovements, Movement, Source, mixture_examples
from scoregen.model.training.stored_movements import movement_in_style
from scoregen.model.training.training_set import TrainingSet
from scoregen.plan.supported_plans import with_piece_plan
from scoregen.score.ensemble import Ensemble
from scoregen.system.errors import InputError
from scoregen.tokens.window_hashes import NoveltyIndex

MEASURED = 24
"""The most movements that are measured."""
LONGEST = 96
"""The most slices of an example: how a figure begins is learned from beginnings, of which short examples have more."""
MOST_PLANNED = 40
"""The most movements on each side whose harmony is analysed, which takes seconds for a long one."""


@dataclass(frozen=True, slots=True)
class FolderSet:
    """The movements of a folder with their plans: `pieces` in tokens, `train` and `valid` in arrays, of no style."""

    corpus: Corpus
    pieces: FolderMovements
    train: tuple[Movement, ...]
    valid: tuple[Movement, ...]

    @property
    def count(self) -> int:
        """The movements of the folder."""
        return len(self.train) + (0 if self.pieces.is_cut else len(self.valid))


def read_folder_set(corpus: str, ensemble: Ensemble | None) -> FolderSet:
    """The movements of a folder or of a corpus by its name.

    InputError if no movement can be used for training or for validation.
    """
    source = load_corpus(corpus)
    verify(source)
    found = read_movements(source, ensemble)
    if not found.train or not found.valid:
        counts = f"{len(found.train)} movements for training and {len(found.valid)} for validation can be used"
        reason = (*found.refused, "none was refused")[0]
        raise InputError(
            f"{corpus}: {counts}; expected one movement of four measures or more, or several; first refusal: {reason}"
        )
    planned = replace(found, train=_planned(found.train), valid=_planned(found.valid))
    return FolderSet(source, planned, _in_arrays(planned.train), _in_arrays(planned.valid))


def _planned(pieces: Sequence[ShardPiece]) -> tuple[ShardPiece, ...]:
    """The movements, of which up to MOST_PLANNED, spaced evenly, have the plan that they follow."""
    count = min(MOST_PLANNED, len(pieces))
    chosen = {number * len(pieces) // count for number in range(count)}
    return tuple(with_piece_plan(piece) if number in chosen else piece for number, piece in enumerate(pieces))


def _in_arrays(pieces: Sequence[ShardPiece]) -> tuple[Movement, ...]:
    return tuple(movement_in_style(piece, 0) for piece in pieces)


def folder_training_set(
    folder: FolderSet, style: int, network: NetworkConfig, options: TrainingOptions, ensemble: str
) -> TrainingSet:
    """The training set in which all movements have the style with this id; `ensemble` is the name of theirs."""
    train, valid = (
        HeldMovements([replace(each, style=style) for each in side]) for side in (folder.train, folder.valid)
    )
    source = Source(folder.corpus.name, 1.0, train, valid)
    examples = mixture_examples([source], options.transpose, MEASURED, LONGEST)
    pieces = folder.pieces
    tokens = [tuple(piece.tokens for piece in side) for side in (pieces.train, pieces.valid)]
    measures = sum(len(each.measures) for side in tokens for each in side)
    return TrainingSet(
        examples,
        network,
        _about(folder, ensemble),
        pieces.refused,
        NoveltyIndex.of_outer_voices(tokens[0]),
        measures=measures,
        pieces=tokens[0],
        valid=tokens[1],
        held_out="measures" if pieces.is_cut else "pieces",
    )


def _about(folder: FolderSet, ensemble: str) -> dict[str, Any]:
    corpus = folder.corpus
    about = {
        "corpus": corpus.name,
        "source": corpus.source,
        "licence": corpus.licence,
        "ensemble": ensemble or ANY,
        "pieces": len(folder.train),
        "valid_pieces": len(folder.valid),
        "manifest": {each.source.file: each.source.sha256 for each in (*folder.pieces.train, *folder.pieces.valid)},
    }
    return about | ({"held_out": "measures"} if folder.pieces.is_cut else {})
