"""What a network is trained with and measured by: examples drawn at random, and examples that stay."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from scoregen.benchmarks.jsb16.rolls import transposed_roll
from scoregen.model.network.batches import OUTER_FIRST, Example, draw_given, draw_order, usual_order
from scoregen.model.network.inputs import MODE_FEATURES, PHRASE_FEATURES, Piece, transposed
from scoregen.model.training.memorisation import Forms
from scoregen.score.pitch import Interval

TRANSPOSITIONS = tuple(
    Interval(steps, semitones)
    for steps, semitones in (
        (-3, -5), (-2, -4), (-2, -3), (-1, -2), (-1, -1), (0, 0), (1, 1), (1, 2), (2, 3), (2, 4), (3, 5)
    )
)  # fmt: skip
ROLL_ORDER = OUTER_FIRST
"""In which order the voices of a roll choose when they are measured: one, so that a likelihood is one."""
FREE = "free"
MOST_FITTED = 32
"""How many training pieces are measured beside the validation pieces: enough to see the gap grow."""


@dataclass(frozen=True, slots=True)
class Lessons:
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


def lessons(train: Sequence[Piece], valid: Sequence[Piece], transpose: int, asked: Forms | None = None) -> Lessons:
    """Train on pieces in keys up to `transpose` semitones away; measure them as they are.

    Measured are the whole texture with nothing given, and the lower voices to the first.
    """
    intervals = [interval for interval in TRANSPOSITIONS if abs(interval.semitones) <= transpose]

    def draw(generator: np.random.Generator) -> Example:
        piece = None
        while piece is None:  # where no key of the lexicon holds it, another is drawn
            source = train[int(generator.integers(len(train)))]
            interval = intervals[int(generator.integers(len(intervals)))]
            piece = transposed(source, interval) if interval.semitones else source
        given = draw_given(piece, generator)
        return Example(knowing_less(piece, generator), given, draw_order(given, generator))

    return Lessons(draw, _tasks(valid), _tasks(_some(train, len(valid))), _digest([*train, *valid]), asked)


def roll_lessons(train: Sequence[Piece], valid: Sequence[Piece], transpose: int, *, any_order: bool = False) -> Lessons:
    """Train on rolls, of which nothing is ever given, in keys up to `transpose` semitones away.

    With `any_order` the voices of every slice choose in an order of their own: 24 tasks for one, and a
    slice's chances can be averaged over all of them (order-agnostic training: Uria et al. 2014).
    """

    def draw(generator: np.random.Generator) -> Example:
        piece = None
        while piece is None:
            source = train[int(generator.integers(len(train)))]
            piece = transposed_roll(source, int(generator.integers(-transpose, transpose + 1)))
        example = _roll_example(piece)
        if any_order:
            example = replace(example, order=np.argsort(generator.random(piece.events.shape), axis=1))
        return example

    valid_examples, fit_examples = (
        [_roll_example(piece) for piece in some] for some in (valid, _some(train, len(valid)))
    )
    return Lessons(draw, {FREE: valid_examples}, {FREE: fit_examples}, _digest([*train, *valid]))


def knowing_less(piece: Piece, generator: np.random.Generator) -> Piece:
    """The piece, now and then without its phrase ends or without its mode: users do not always tell."""
    metric = piece.metric
    for features, share in ((PHRASE_FEATURES, 0.3), (MODE_FEATURES, 0.3)):
        if generator.random() < share:
            metric = metric.copy()
            metric[:, features] = 0
    return replace(piece, metric=metric)


def _some(train: Sequence[Piece], most: int) -> list[Piece]:
    """A few training pieces from all over the corpus."""
    count = min(len(train), most, MOST_FITTED)
    return [train[index * len(train) // count] for index in range(count)]


def _roll_example(piece: Piece) -> Example:
    return Example(piece, np.zeros(piece.events.shape, dtype=bool), np.tile(ROLL_ORDER, (piece.length, 1)))


def _tasks(pieces: Sequence[Piece]) -> dict[str, list[Example]]:
    return {name: [_fixed(piece, voices) for piece in pieces] for name, voices in ((FREE, 0), ("melody", 1))}


def _fixed(piece: Piece, given_voices: int) -> Example:
    given = np.zeros(piece.events.shape, dtype=bool)
    given[:, :given_voices] = True
    return Example(piece, given, usual_order(given))


def _digest(pieces: Sequence[Piece]) -> str:
    """A checksum of all arrays: the same pieces in the same order, or another one."""
    found = hashlib.sha256()
    for piece in pieces:
        for field in fields(piece):
            found.update(np.ascontiguousarray(getattr(piece, field.name)).tobytes())
    return found.hexdigest()
