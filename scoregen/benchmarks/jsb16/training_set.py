"""The training set of the benchmark: piano rolls, with nothing given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from scoregen.benchmarks.jsb16.alphabet import CHROMATIC
from scoregen.benchmarks.jsb16.data import read_jsb16
from scoregen.benchmarks.jsb16.rolls import ROLL_FEATURES, roll_piece, transpose_roll
from scoregen.model.features.conditioning import OUTER_FIRST, Example
from scoregen.model.features.inputs import PieceArrays
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.training.examples import FREE, TrainingExamples, digest_of, spread
from scoregen.model.training.training_set import TrainingSet
from scoregen.system.errors import InputError

ROLL_ORDER = OUTER_FIRST
"""The order of the voices of a roll in validation: a single one, so that the likelihood is well defined."""


def read_jsb16_training_set(path: Path, network: NetworkConfig, options: TrainingOptions) -> TrainingSet:
    """The training and validation parts of JSB16's file; the test part is not read into arrays.

    Raises InputError if the file has no usable piece.
    """
    source = read_jsb16(path)
    train, valid = ([roll_piece(roll) for roll in source.splits[split]] for split in ("train", "valid"))
    if not train or not valid:
        raise InputError(f"{path}: found {len(train)} pieces in train and {len(valid)} in valid; expected one of each")
    config = replace(network, alphabet=CHROMATIC.name, metric_features=ROLL_FEATURES, context=0)
    about = {
        "corpus": "jsb16",
        "source": "the training part of Jsb16thSeparated.json"
        + ("" if source.is_published else ", another file than usual"),
        "licence": "music in the public domain; the file names no licence: for this benchmark only, not for composing",
        "pieces": len(train),
        "valid_pieces": len(valid),
        "order": list(ROLL_ORDER),
        "orders": options.voice_orders,
    }
    examples = roll_examples(train, valid, options.transpose, any_order=options.voice_orders == "any")
    return TrainingSet(examples, config, about, ())


def roll_examples(
    train: Sequence[PieceArrays], valid: Sequence[PieceArrays], transpose: int, *, any_order: bool = False
) -> TrainingExamples:
    """Training examples transposed by `transpose` semitones or fewer.

    With `any_order` the voices of every slice choose in a random order, so that the probabilities of a slice can be
    averaged over all 24 orders (order-agnostic training: Uria et al. 2014, arXiv:1310.1757).
    """

    def draw(generator: np.random.Generator) -> Example:
        piece = None
        while piece is None:
            source = train[int(generator.integers(len(train)))]
            piece = transpose_roll(source, int(generator.integers(-transpose, transpose + 1)))
        example = _roll_example(piece)
        if any_order:
            example = replace(example, order=np.argsort(generator.random(piece.events.shape), axis=1))
        return example

    valid_examples, fit_examples = (
        [_roll_example(piece) for piece in some] for some in (valid, spread(train, len(valid)))
    )
    digest = digest_of([*train, *valid])
    return TrainingExamples(draw, {FREE: valid_examples}, {FREE: fit_examples}, digest, alphabet="chromatic")


def _roll_example(piece: PieceArrays) -> Example:
    return Example(piece, np.zeros(piece.events.shape, dtype=bool), np.tile(ROLL_ORDER, (piece.length, 1)))
