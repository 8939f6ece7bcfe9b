"""What a network is trained with and measured by: examples drawn at random, and examples that stay."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from scoregen.model.network.conditioning import Example, draw_given, draw_order, usual_order
from scoregen.model.network.inputs import PieceArrays, transposed
from scoregen.model.network.metric_features import MODE_FEATURES, PHRASE_FEATURES
from scoregen.model.training.memorisation import Forms
from scoregen.score.pitch import Interval

TRANSPOSITIONS = tuple(
    Interval(steps, semitones)
    for steps, semitones in (
        (-3, -5), (-2, -4), (-2, -3), (-1, -2), (-1, -1), (0, 0), (1, 1), (1, 2), (2, 3), (2, 4), (3, 5)
    )
)  # fmt: skip
FREE = "free"
MOST_FITTED = 32
"""How many training pieces are measured beside the validation pieces: enough to see the gap grow."""


@dataclass(frozen=True, slots=True)
class TrainingExamples:
    """All that training knows of its pieces.

    `draw` makes a training example, from its generator alone. `valid` and `fit` are fixed examples of
    held-out and of training pieces under the name of their task; both name the same tasks, of which
    FREE, with nothing given, is one. `digest` tells one corpus from another. `forms` say what drafts are drawn for
    to see whether they repeat the corpus; None where nothing can be drawn.
    """

    draw: Callable[[np.random.Generator], Example]
    valid: Mapping[str, Sequence[Example]]
    fit: Mapping[str, Sequence[Example]]
    digest: str
    forms: Forms | None = None


def score_examples(
    train: Sequence[PieceArrays], valid: Sequence[PieceArrays], transpose: int, asked: Forms | None = None
) -> TrainingExamples:
    """Train on pieces in keys up to `transpose` semitones away; measure them as they are.

    Measured are the whole texture with nothing given, and the lower voices to the first.
    """
    intervals = [interval for interval in TRANSPOSITIONS if abs(interval.semitones) <= transpose]

    def draw(generator: np.random.Generator) -> Example:
        piece = None
        while piece is None:  # where no key of the alphabet holds it, another is drawn
            source = train[int(generator.integers(len(train)))]
            interval = intervals[int(generator.integers(len(intervals)))]
            piece = transposed(source, interval) if interval.semitones else source
        given = draw_given(piece, generator)
        return Example(drop_hints(piece, generator), given, draw_order(given, generator))

    return TrainingExamples(draw, _tasks(valid), _tasks(spread(train, len(valid))), digest_of([*train, *valid]), asked)


def drop_hints(piece: PieceArrays, generator: np.random.Generator) -> PieceArrays:
    """The piece, now and then without its phrase ends or without its mode: users do not always tell."""
    metric = piece.metric
    for features, share in ((PHRASE_FEATURES, 0.3), (MODE_FEATURES, 0.3)):
        if generator.random() < share:
            metric = metric.copy()
            metric[:, features] = 0
    return replace(piece, metric=metric)


def spread(train: Sequence[PieceArrays], most: int) -> list[PieceArrays]:
    """A few training pieces from all over the corpus."""
    count = min(len(train), most, MOST_FITTED)
    return [train[index * len(train) // count] for index in range(count)]


def _tasks(pieces: Sequence[PieceArrays]) -> dict[str, list[Example]]:
    return {name: [_fixed(piece, voices) for piece in pieces] for name, voices in ((FREE, 0), ("melody", 1))}


def _fixed(piece: PieceArrays, given_voices: int) -> Example:
    given = np.zeros(piece.events.shape, dtype=bool)
    given[:, :given_voices] = True
    return Example(piece, given, usual_order(given))


def digest_of(pieces: Sequence[PieceArrays]) -> str:
    """A checksum of all arrays: the same pieces in the same order, or another one."""
    found = hashlib.sha256()
    for piece in pieces:
        for field in fields(piece):
            found.update(np.ascontiguousarray(getattr(piece, field.name)).tobytes())
    return found.hexdigest()
