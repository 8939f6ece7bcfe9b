"""The examples of a training run: random ones for training, fixed ones for validation."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from scoregen.model.features.alphabet import GRID
from scoregen.model.features.conditioning import Example, draw_given, draw_order, usual_order
from scoregen.model.features.inputs import ABSENT, Bools, Ints, PieceArrays
from scoregen.model.features.metric_features import HARMONY_FEATURES, MODE_FEATURES, PHRASE_FEATURES
from scoregen.model.features.transposition import transpose_piece
from scoregen.model.training.memorisation import Forms
from scoregen.score.pitch import Interval
from scoregen.tokens.events import TokenScore

TRANSPOSITIONS = tuple(
    Interval(steps, semitones)
    for steps, semitones in (
        (-3, -5), (-2, -4), (-2, -3), (-1, -2), (-1, -1), (0, 0), (1, 1), (1, 2), (2, 3), (2, 4), (3, 5)
    )
)  # fmt: skip
FREE = "free"
PLANNED = "planned"
"""The tasks with nothing given, and with the plan alone."""
MANY_GAPS, MOST_GAPS = 0.25, 0.75
"""The shares of a plan with gaps that are hidden: here and there, or nearly everywhere, as with a few chord symbols."""
MAX_FIT_PIECES = 32
"""The maximum number of training pieces that are measured, which suffices to see the gap to the validation pieces."""


@dataclass(frozen=True, slots=True)
class PlanDropout:
    """The shares of the examples without a plan, of those whose plan has gaps, and of those that keep little of it.

    The last two are shares of all examples, also of those without a plan.
    """

    without: float = 0.35
    gaps: float = 0.3
    sparse: float = 0.0


@dataclass(frozen=True, slots=True)
class TrainingExamples:
    """The examples of a training run.

    `draw` makes a training example from its random generator alone. `valid` and `fit` are fixed examples of
    held-out and of training pieces by task. Both have the same tasks, one of which is FREE, with nothing given.
    `digest` identifies the pieces, `alphabet` is the name of theirs. `forms` are the forms of the drafts that measure
    copying; None if no drafts can be sampled. `pieces` are the training pieces in tokens with their plans, whose forms
    own drafts take (`own_drafts`); none for piano rolls and mixtures.
    """

    draw: Callable[[np.random.Generator], Example]
    valid: Mapping[str, Sequence[Example]]
    fit: Mapping[str, Sequence[Example]]
    digest: str
    forms: Forms | None = None
    alphabet: str = "spelled"
    pieces: tuple[TokenScore, ...] = ()


def score_examples(
    train: Sequence[PieceArrays],
    valid: Sequence[PieceArrays],
    transpose: int,
    forms: Forms | None = None,
    pieces: Sequence[TokenScore] = (),
) -> TrainingExamples:
    """Train on pieces transposed by `transpose` semitones or fewer; measure pieces untransposed.

    The tasks are all voices with nothing given, the lower voices with the first voice given, and all voices under the
    harmonic plan alone, if the pieces have plans.
    """
    intervals = [interval for interval in TRANSPOSITIONS if abs(interval.semitones) <= transpose]

    def draw(generator: np.random.Generator) -> Example:
        piece = None
        while piece is None:  # no key of the alphabet holds this transposition: draw again
            source = train[int(generator.integers(len(train)))]
            interval = intervals[int(generator.integers(len(intervals)))]
            piece = transpose_piece(source, interval) if interval.semitones else source
        given = draw_given(piece, generator)
        return Example(drop_hints(piece, generator), given, draw_order(piece, given, generator))

    return TrainingExamples(
        draw,
        tasks_of(valid),
        tasks_of(spread(train, len(valid))),
        digest_of([*train, *valid]),
        forms,
        pieces=tuple(pieces),
    )


CHORALE_PLANS = PlanDropout()
"""For a corpus whose every piece has a whole plan."""


def drop_hints(piece: PieceArrays, generator: np.random.Generator, plans: PlanDropout = CHORALE_PLANS) -> PieceArrays:
    """The piece, at times without its phrase ends, its mode or its plan, which users do not always provide.

    A plan is dropped whole, or here and there for a few beats.
    """
    metric = piece.metric.copy()
    for features, share in ((PHRASE_FEATURES, 0.3), (MODE_FEATURES, 0.3), (HARMONY_FEATURES, plans.without)):
        if generator.random() < share:
            metric[:, features] = 0
    kind = generator.random()
    if kind < plans.gaps + plans.sparse:
        hidden = MANY_GAPS if kind < plans.gaps else MOST_GAPS
        metric[_gaps(piece.position, hidden, generator), HARMONY_FEATURES] = 0
    return replace(piece, metric=metric)


def _gaps(position: Ints, hidden: float, generator: np.random.Generator) -> Bools:
    """[Q] the points in stretches of up to two measures of 4/4, which are this share of a piece."""
    length = GRID * 2 ** generator.integers(0, 4)
    stretch = position // length
    return np.asarray((generator.random(int(stretch[-1]) + 1) < hidden)[stretch])


def has_plan(piece: PieceArrays) -> bool:
    """Whether some of the piece has a plan."""
    return bool(piece.metric[:, HARMONY_FEATURES].any())


def without_plan(piece: PieceArrays) -> PieceArrays:
    """The piece with its plan unknown."""
    metric = piece.metric.copy()
    metric[:, HARMONY_FEATURES] = 0
    return replace(piece, metric=metric)


def spread(train: Sequence[PieceArrays], most: int) -> list[PieceArrays]:
    """A few training pieces, spaced evenly over the corpus."""
    count = min(len(train), most, MAX_FIT_PIECES)
    return [train[index * len(train) // count] for index in range(count)]


def tasks_of(pieces: Sequence[PieceArrays]) -> dict[str, list[Example]]:
    plain = [without_plan(piece) for piece in pieces]
    tasks = {name: [_fixed(piece, voices) for piece in plain] for name, voices in ((FREE, 0), ("melody", 1))}
    if any(map(has_plan, pieces)):
        tasks[PLANNED] = [_fixed(piece, 0) for piece in pieces]
    return tasks


def _fixed(piece: PieceArrays, given_voices: int) -> Example:
    given = np.zeros(piece.events.shape, dtype=bool)
    given[:, :given_voices] = True
    return Example(piece, given, usual_order(given, piece.events == ABSENT))


def digest_of(pieces: Sequence[PieceArrays]) -> str:
    """A checksum of all arrays of the pieces in their order."""
    digest = hashlib.sha256()
    for piece in pieces:
        for field in fields(piece):
            digest.update(np.ascontiguousarray(getattr(piece, field.name)).tobytes())
    return digest.hexdigest()
