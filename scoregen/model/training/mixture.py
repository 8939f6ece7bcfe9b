"""Examples of pieces for any ensemble: excerpts of long scores, a mixture of corpora, voices that are left out.

Every example is an excerpt of a movement, transposed, with some of its voices, some of which are given. So one network
learns to write any part of any subset of an ensemble. T slices, V voices.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from scoregen.model.features.conditioning import Example, draw_order, usual_order
from scoregen.model.features.excerpts import cut, excerpt, select_voices
from scoregen.model.features.inputs import ABSENT, Bools, Ints, PieceArrays
from scoregen.model.features.transposition import transpose_piece
from scoregen.model.training.examples import (
    FREE,
    MAX_FIT_PIECES,
    PLANNED,
    TRANSPOSITIONS,
    PlanDropout,
    TrainingExamples,
    digest_of,
    drop_hints,
    has_plan,
    without_plan,
)
from scoregen.score.pitch import Interval

EXCERPT = 192
"""The most slices of an excerpt."""
MOST_VOICES = 8
"""The most voices of a training example; of larger scores some are left out."""
STYLE_DROPOUT = 0.15
"""The share of the examples whose style is unknown."""
PLANS = PlanDropout(without=0.5, gaps=0.2, sparse=0.15)
"""Half of the examples have no plan: most of what these weights write has none."""


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement in arrays.

    parts: [V] the part of each voice; style: the id of its style; refused: [T] the slices that are read and never
    scored.
    """

    piece: PieceArrays
    parts: Ints
    style: int
    refused: Bools


class Movements(Protocol):
    """The movements of a corpus and split: their lengths in slices, and each by its number."""

    @property
    def lengths(self) -> Ints: ...

    @property
    def digest(self) -> str:
        """What identifies the movements."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> Movement: ...


class HeldMovements:
    """A few movements in memory."""

    def __init__(self, movements: Sequence[Movement]) -> None:
        self._movements = tuple(movements)

    @property
    def lengths(self) -> Ints:
        return np.array([each.piece.length for each in self._movements], dtype=np.int64)

    @property
    def digest(self) -> str:
        return digest_of([each.piece for each in self._movements])

    def __len__(self) -> int:
        return len(self._movements)

    def __getitem__(self, number: int, /) -> Movement:
        return self._movements[number]


@dataclass(frozen=True, slots=True)
class Source:
    """A corpus of the mixture: its share of the examples, and its movements for training and for validation.

    `given_part` is the number of the part that is given in its own task of validation: the singer's, the first
    violin's.
    """

    name: str
    share: float
    train: Movements
    valid: Movements
    given_part: int = 0


def mixture_examples(
    sources: Sequence[Source], transpose: int, measured: int = 24, longest: int = EXCERPT
) -> TrainingExamples:
    """Examples of a mixture. Each source is validated on three tasks: nothing, a part, and the plan given.

    Music of a single part lacks the second task, music without plans the third. The first source's task without
    anything given is FREE. `measured` is the number of excerpts of each task. Examples have up to `longest` slices.
    """
    shares = np.array([source.share for source in sources])
    totals = [np.cumsum(_by_length(source.train.lengths)) for source in sources]
    intervals = [interval for interval in TRANSPOSITIONS if abs(interval.semitones) <= transpose]

    def draw(generator: np.random.Generator) -> Example:
        source = int(generator.choice(len(sources), p=shares / shares.sum()))
        chosen = int(np.searchsorted(totals[source], generator.random(), side="right"))
        return _draw(sources[source].train[min(chosen, len(totals[source]) - 1)], intervals, generator, longest)

    digest = hashlib.sha256(
        "".join(movements.digest for own in sources for movements in (own.train, own.valid)).encode()
    )
    return TrainingExamples(
        draw, _tasks(sources, measured, "valid"), _tasks(sources, measured, "train"), digest.hexdigest()
    )


def _by_length(lengths: Ints) -> np.typing.NDArray[np.float64]:
    """The chance of each movement: by the root of its length, so that symphonies do not drown songs."""
    roots = np.sqrt(lengths)
    result: np.typing.NDArray[np.float64] = roots / roots.sum()
    return result


def _draw(movement: Movement, intervals: Sequence[Interval], generator: np.random.Generator, longest: int) -> Example:
    start, stop = _place(movement.piece, generator, longest)
    whole, moved = cut(movement.piece, start, stop), None
    while moved is None:
        interval = TRANSPOSITIONS[int(generator.integers(len(TRANSPOSITIONS)))]
        moved = _transposed(whole, interval) if interval in intervals else None
    columns = _columns(movement, moved, generator)
    refused = movement.refused[start:stop]
    if len(columns) < moved.events.shape[1]:
        some = select_voices(moved, columns.tolist())
        refused = refused[np.searchsorted(moved.point, some.point)]
        moved = excerpt(some, 0, some.length)
    else:
        moved = _transposed(excerpt(movement.piece, start, stop), interval)
        assert moved is not None
    given = draw_given_parts(moved, movement.parts[columns], generator) | refused[:, None]
    style = 0 if generator.random() < STYLE_DROPOUT else movement.style
    return Example(drop_hints(moved, generator, PLANS), given, draw_order(moved, given, generator), style)


def _transposed(piece: PieceArrays, interval: Interval) -> PieceArrays | None:
    """The piece an interval away; None if it leaves the alphabet."""
    return transpose_piece(piece, interval) if interval.semitones else piece


def _place(piece: PieceArrays, generator: np.random.Generator, longest: int) -> tuple[int, int]:
    """Where an excerpt begins and ends: at barlines; one in five begins with the piece, one in ten ends with it."""
    if piece.length <= longest:
        return 0, piece.length
    bars = np.flatnonzero(np.diff(piece.measure, prepend=-1))
    kind = generator.random()
    latest = int(bars[bars <= piece.length - longest][-1])
    start = 0 if kind < 0.2 else latest if kind < 0.3 else int(generator.choice(bars[bars <= latest]))
    ends = bars[(bars > start) & (bars <= start + longest)]
    stop = int(ends[-1]) if len(ends) and kind >= 0.3 else min(start + longest, piece.length)
    return start, stop


def _columns(movement: Movement, piece: PieceArrays, generator: np.random.Generator) -> Ints:
    """The voices of an example: those present in it; at times without some parts, which are left out."""
    present = np.flatnonzero((piece.events != ABSENT).any(0))
    if not len(present):
        return np.arange(min(piece.events.shape[1], MOST_VOICES))
    parts = np.unique(movement.parts[present])
    if len(parts) > 1 and generator.random() < 0.25:
        count = int(generator.integers(1, len(parts)))
        present = present[np.isin(movement.parts[present], generator.permutation(parts)[:count])]
    if len(present) > MOST_VOICES:
        present = np.sort(generator.permutation(present)[:MOST_VOICES])
    return present


def draw_given_parts(piece: PieceArrays, parts: Ints, generator: np.random.Generator) -> Bools:
    """Draw the given events: nothing, one part, several parts or voices, or all but a hole."""
    voices = piece.events.shape[1]
    given = np.zeros(piece.events.shape, dtype=bool)
    kind = generator.random()
    names = np.unique(parts)
    if kind < 0.4 or voices == 1:
        return given
    if kind < 0.7:
        chosen = names[:1] if generator.random() < 0.5 else generator.permutation(names)[:1]
        given[:, np.isin(parts, chosen)] = len(names) > 1
    elif kind < 0.85:
        given[:, generator.permutation(voices)[: generator.integers(1, voices)]] = True
    else:
        given[:] = True
        first, last = int(piece.measure[0]), int(piece.measure[-1])
        start = int(generator.integers(first, last + 1))
        hole = (piece.measure >= start) & (piece.measure < start + int(generator.integers(1, 9)))
        blank = generator.permutation(voices)[: generator.integers(1, voices + 1)]
        given[np.ix_(hole, blank)] = False
    return given


def _tasks(sources: Sequence[Source], measured: int, split: str) -> dict[str, list[Example]]:
    tasks: dict[str, list[Example]] = {}
    for source in sources:
        movements = source.valid if split == "valid" else source.train
        most = measured if split == "valid" else min(measured, MAX_FIT_PIECES) // 4
        count = min(most, len(movements))
        chosen = [movements[index * len(movements) // count] for index in range(count)]
        free, part = ([opening_of(movement, given) for movement in chosen] for given in (None, source.given_part))
        planned = [example for example in free if has_plan(example.piece)]
        for task, examples in ((FREE, map(unplanned, free)), ("part", map(unplanned, part)), (PLANNED, planned)):
            name = task if source is sources[0] else f"{source.name}_{task}"
            scored = [example for example in examples if not example.given.all()]
            tasks |= {name: scored} if scored else {}
    return tasks


def unplanned(example: Example) -> Example:
    """The example with its plan unknown."""
    return replace(example, piece=without_plan(example.piece))


def opening_of(movement: Movement, given_part: int | None, slices: int = EXCERPT) -> Example:
    """The opening of a movement, untransposed, in the usual order, with its plan."""
    stop = min(slices, movement.piece.length)
    piece = cut(movement.piece, 0, stop)
    columns = np.flatnonzero((piece.events != ABSENT).any(0))[:MOST_VOICES]
    if len(columns) < piece.events.shape[1]:
        piece = select_voices(piece, columns.tolist())
        piece = excerpt(piece, 0, piece.length)
    else:
        piece = excerpt(movement.piece, 0, stop)
    given = np.zeros(piece.events.shape, dtype=bool)
    if given_part is not None:
        given[:, movement.parts[columns] == given_part] = True
    return Example(piece, given, usual_order(given, piece.events == ABSENT), movement.style)
