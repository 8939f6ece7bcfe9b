"""Training the planner: its examples, its loss, and its likelihood in bits a beat.

In training some voices are given (nothing, the first, or any), some chords are fixed (none, those of phrase ends, or
those of some stretches), and phrase ends and mode are hidden at times.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scoregen.model.features.metric_features import MODE_FEATURES, PHRASE_FEATURES
from scoregen.model.harmony.labels import ATTRIBUTES, UNKNOWN, begins, labels_of
from scoregen.model.harmony.planner_inputs import PlannerPiece, planner_inputs, planner_piece
from scoregen.model.harmony.planner_network import AGES, PlannerConfig, PlannerNetwork
from scoregen.model.network.weight_updates import follow_gradient, update_average
from scoregen.plan.harmonic_plan import chords_of
from scoregen.tokens.events import TokenScore

POOL = 8
"""Steps whose batches are drawn together."""
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PlannerExample:
    """What the planner reads of a piece [S, I], its labels [S, 4], the attributes that are fixed [S, 4], and the steps
    at which the plan of the piece is known [S]."""

    inputs: Floats
    labels: Ints
    fixed: Ints
    known: Bools


class LabelledPiece(Protocol):
    """A piece from which training examples are drawn."""

    @property
    def length(self) -> int:
        """Steps of its examples, at most."""

    def draw(self, generator: np.random.Generator) -> PlannerExample:
        """A training example, from the generator alone."""


@dataclass(frozen=True, slots=True)
class Chorale:
    """A piece for a choir with its labels [S, 4]."""

    piece: PlannerPiece
    labels: Ints

    @property
    def length(self) -> int:
        return len(self.labels)

    def draw(self, generator: np.random.Generator) -> PlannerExample:
        return draw_example(self.piece, self.labels, generator)


@dataclass(frozen=True, slots=True)
class PlannerOptions:
    steps: int = 600
    batch_size: int = 24
    learning_rate: float = 3e-3
    weight_decay: float = 0.3
    warm_up: int = 100
    ema_decay: float = 0.995
    seed: int = 1


def labelled(tokens: TokenScore) -> Chorale:
    """A finished piece for a choir, with the labels of the plan in its headers."""
    piece = planner_piece(tokens)
    return Chorale(piece, plan_labels(piece)[0])


def plan_labels(piece: PlannerPiece) -> tuple[Ints, Bools]:
    """The labels [S, 4] of the plan in the headers of a piece, and the steps [S] at which it has a chord.

    At the others the chord before goes on. ValueError for a piece without a plan.
    """
    chords = chords_of(piece.headers, piece.steps)
    last = next((chord for chord in chords if chord is not None), None)
    if last is None:
        raise ValueError("the piece has no plan")
    held = [last := chord or last for chord in chords]
    return labels_of(held, piece.signatures), np.array([chord is not None for chord in chords], dtype=np.bool_)


def drop_place_hints(place: Floats, generator: np.random.Generator) -> Floats:
    """The metric features of the steps, at times without phrase ends or without the mode."""
    place = place.copy()
    for features in (PHRASE_FEATURES, MODE_FEATURES):
        if generator.random() < 0.2:
            place[:, features] = 0
    return place


def draw_example(piece: PlannerPiece, labels: Ints, generator: np.random.Generator) -> PlannerExample:
    """A training example of a chorale."""
    place = drop_place_hints(piece.place, generator)
    given = np.zeros_like(piece.is_given)
    kind, voices = generator.random(), given.shape[1]
    if kind < 0.5:
        given[:, 0] = True
    elif kind < 0.75:
        given[:, generator.permutation(voices)[: generator.integers(1, voices + 1)]] = True
    return _example(replace(piece, place=place), labels, given, draw_fixed(piece, labels, generator))


def _example(piece: PlannerPiece, labels: Ints, given: Bools, fixed: Ints) -> PlannerExample:
    inputs = planner_inputs(piece, given & piece.is_given, fixed)
    return PlannerExample(inputs, labels, fixed, np.ones(len(labels), dtype=np.bool_))


def draw_fixed(piece: PlannerPiece, labels: Ints, generator: np.random.Generator) -> Ints:
    """[S, 4] the attributes that are known beforehand."""
    fixed, kind = np.full_like(labels, UNKNOWN), generator.random()
    if kind < 0.45:
        return fixed
    chosen = piece.ends.copy()
    if kind < 0.75:
        chosen |= np.append(chosen[2:], [False, False]) & (generator.random(len(chosen)) < 0.6)
    else:
        length = 2 ** generator.integers(1, 6)
        stretch = np.arange(len(labels)) // length
        chosen = (generator.random(int(stretch[-1]) + 1) < generator.random())[stretch]
    fixed[chosen] = labels[chosen]
    if generator.random() < 0.7:  # chord symbols name no key
        fixed[:, 0] = UNKNOWN
    return fixed


@dataclass(frozen=True, slots=True)
class _Batch:
    inputs: Tensor
    labels: Tensor
    ages: Tensor
    begins: Tensor
    mask: Tensor
    free: Tensor


def _collate(examples: Sequence[PlannerExample]) -> _Batch:
    rows = [
        (
            each.inputs,
            each.labels,
            ages_before(each.labels),
            begins(each.labels),
            each.known,
            each.fixed == UNKNOWN,
        )
        for each in examples
    ]
    padded = (
        torch.nn.utils.rnn.pad_sequence([torch.from_numpy(x) for x in column], batch_first=True)
        for column in zip(*rows, strict=True)
    )
    return _Batch(*padded)


def ages_before(labels: Ints) -> Ints:
    """[S] how many steps the chord before each step has lasted, at most AGES; 0 at the first."""
    ages = np.zeros(len(labels), dtype=np.int64)
    start = begins(labels)
    for step in range(1, len(labels)):
        ages[step] = 1 if start[step - 1] else min(ages[step - 1] + 1, AGES)
    return ages


def nats(network: PlannerNetwork, batch: _Batch) -> Tensor:
    """[B, S, 5] -log p of every choice, 0 where it is not made or fixed."""
    log_p = network(batch.inputs, batch.labels, batch.ages)
    targets = [batch.begins.long(), *batch.labels.unbind(-1)]
    columns = []
    for index, (each, target) in enumerate(zip(log_p, targets, strict=True)):
        made = batch.mask if index == 0 else batch.mask & batch.begins & batch.free[..., index - 1]
        columns.append(-each.gather(-1, target.unsqueeze(-1))[..., 0] * made)
    return torch.stack(columns, -1)


def bits_per_beat(network: PlannerNetwork, examples: Sequence[PlannerExample]) -> dict[str, float]:
    """Bits a beat (a pair of steps), in total and by attribute."""
    network.eval()
    total, beats = torch.zeros(1 + len(ATTRIBUTES)), 0.0
    with torch.no_grad():
        for start in range(0, len(examples), 32):
            chunk = examples[start : start + 32]
            total += nats(network, _collate(chunk)).sum((0, 1))
            beats += sum(int(each.known.sum()) for each in chunk) / 2
    network.train()
    values = (total / beats / math.log(2)).tolist()
    return {"all": sum(values), **dict(zip(("change", *ATTRIBUTES), values, strict=True))}


def fixed_example(chorale: Chorale, voices: int) -> PlannerExample:
    """An example of validation: the first `voices` voices are given, no chord is fixed."""
    given = np.zeros_like(chorale.piece.is_given)
    given[:, :voices] = True
    return _example(chorale.piece, chorale.labels, given, np.full_like(chorale.labels, UNKNOWN))


def chorale_tasks(valid: Sequence[Chorale]) -> dict[str, list[PlannerExample]]:
    """The tasks of validation for choirs: nothing and the melody given."""
    return {name: [fixed_example(each, voices) for each in valid] for name, voices in (("free", 0), ("melody", 1))}


def _draw_batch(train: Sequence[LabelledPiece], options: PlannerOptions, step: int) -> _Batch:
    """The batch of a step: pieces of similar lengths, so that there is little padding."""
    pool, place = divmod(step, POOL)
    drawn = np.random.default_rng((options.seed, pool)).integers(len(train), size=POOL * options.batch_size)
    chosen: list[int] = sorted(drawn.tolist(), key=lambda index: train[index].length)
    turn = int(np.random.default_rng((options.seed, pool)).permutation(POOL)[place])
    generator = np.random.default_rng((options.seed, pool, turn))
    own = chosen[turn * options.batch_size : (turn + 1) * options.batch_size]
    return _collate([train[index].draw(generator) for index in own])


def train_planner(
    train: Sequence[LabelledPiece],
    tasks: Mapping[str, Sequence[PlannerExample]],
    config: PlannerConfig,
    options: PlannerOptions,
    report: Callable[[int, dict[str, float]], None],
    keep: Callable[[PlannerNetwork], None],
) -> None:
    """Train on labelled pieces. `keep` receives the averaged weights whenever their likelihood of the validation pieces
    is the best so far, as the mean of the tasks; `report` the figures of each validation.
    """
    torch.manual_seed(options.seed)
    network, average = PlannerNetwork(config), PlannerNetwork(config)
    average.load_state_dict(network.state_dict())
    optimizer = torch.optim.AdamW(network.parameters(), options.learning_rate, weight_decay=options.weight_decay)
    best = math.inf
    for step in range(options.steps):
        batch = _draw_batch(train, options, step)
        loss = nats(network, batch).sum() / batch.mask.sum()
        follow_gradient(network, optimizer, loss, options.learning_rate * min(1.0, (step + 1) / options.warm_up))
        update_average(average, network, min(options.ema_decay, (step + 1) / (step + 10)))
        if (step + 1) % 50 == 0:
            figures = {name: bits_per_beat(average, examples) for name, examples in tasks.items()}
            mean = sum(each["all"] for each in figures.values())
            if mean < best:
                best = mean
                keep(average)
            rows = {f"{task} {name}": value for task, each in figures.items() for name, value in each.items()}
            report(step + 1, {"train": float(loss.detach()) * 2 / math.log(2), **rows})
