"""Training of the beat network on performances that are made anew in every step; it can go on where it stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scoregen.model.beats.network import BeatNetwork
from scoregen.model.beats.notated import NotatedPiece
from scoregen.model.beats.performances import Performance, perform
from scoregen.model.network.weight_updates import follow_gradient, update_average
from scoregen.transcription.beats.attacks import FEATURES, attacks_of_table
from scoregen.transcription.beats.scale import PERIODS, scale_of

Floats = NDArray[np.float64]
LENGTH = 256
"""Attacks in an example."""
_MELODIES = 0.15
"""The share of examples in which one voice is heard alone."""
_ON_BEAT = 1e-4


@dataclass(frozen=True, slots=True)
class BeatOptions:
    seconds: float = 660
    batch_size: int = 24
    learning_rate: float = 4e-3
    weight_decay: float = 0.02
    warm_up: int = 40
    ema_decay: float = 0.99
    report_every: int = 50
    steps: int = 700
    seed: int = 1


def targets_of(performance: Performance, members: NDArray[np.int64], count: int) -> tuple[Floats, Floats, Floats]:
    """[E] twice 0 or 1, for beats and downbeats, and [E] the place of the beat length on its scale."""
    index = np.clip(
        np.searchsorted(performance.positions, performance.places - _ON_BEAT), 0, len(performance.beats) - 1
    )
    with np.errstate(invalid="ignore"):
        on_beat = np.abs(performance.positions[index] - performance.places) < _ON_BEAT
    beats, downbeats = np.zeros(count), np.zeros(count)
    np.maximum.at(beats, members, on_beat.astype(float))
    np.maximum.at(downbeats, members, (on_beat & performance.downbeats[index]).astype(float))
    times = np.bincount(members, performance.notes[:, 0], count) / np.maximum(np.bincount(members, minlength=count), 1)
    here = np.clip(np.searchsorted(performance.beats, times, side="right") - 1, 0, len(performance.beats) - 2)
    return beats, downbeats, scale_of(np.diff(performance.beats)[here])


def excerpt(piece: NotatedPiece, generator: np.random.Generator) -> NotatedPiece:
    """About as much of a piece as one example holds, transposed and in any octave that is near."""
    density = max(len(np.unique(piece.notes[:, 0])) / len(piece.beats), 0.3)
    wanted = int(LENGTH / density * 1.1) + 4
    first = int(generator.integers(max(len(piece.beats) - wanted, 0) + 1))
    last = min(first + wanted, len(piece.beats) - 1)
    start, end = piece.beats[first], piece.beats[last]
    notes = piece.notes[(piece.notes[:, 0] >= start) & (piece.notes[:, 0] < end)].copy()
    notes[:, 2] = np.clip(notes[:, 2] + generator.integers(-6, 7), 15, 115)
    return NotatedPiece(notes, piece.beats[first : last + 1], piece.downbeats[first : last + 1])


def example(piece: NotatedPiece, generator: np.random.Generator) -> tuple[Floats, Floats] | None:
    """Features [LENGTH, FEATURES] and targets [LENGTH, 4] of a new performance; None if the excerpt is too thin.

    The fourth target is 1 for attacks, 0 for padding.
    """
    part = excerpt(piece, generator)
    if generator.random() < _MELODIES and len(part.notes):
        voice = generator.choice(np.unique(part.notes[:, 3]))
        part = NotatedPiece(part.notes[part.notes[:, 3] == voice], part.beats, part.downbeats)
    if len(part.notes) < 16:
        return None
    performance = perform(part, generator)
    attacks = attacks_of_table(performance.notes)
    columns = targets_of(performance, attacks.members, len(attacks.times))
    features, targets = np.zeros((LENGTH, FEATURES)), np.zeros((LENGTH, 4))
    size = min(LENGTH, len(attacks.times))
    features[:size] = attacks.features[:size]
    targets[:size] = np.column_stack([*columns, np.ones(len(attacks.times))])[:size]
    return features, targets


def draw_batch(pieces: Sequence[NotatedPiece], size: int, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Examples of drawn pieces: features [A, LENGTH, FEATURES] and targets [A, LENGTH, 4]."""
    rows: list[tuple[Floats, Floats]] = []
    while len(rows) < size:
        row = example(pieces[int(generator.integers(len(pieces)))], generator)
        if row is not None:
            rows.append(row)
    features, targets = (np.stack(column).astype(np.float32) for column in zip(*rows, strict=True))
    return torch.from_numpy(features), torch.from_numpy(targets)


def loss_of(output: Tensor, targets: Tensor) -> Tensor:
    """The mean over the attacks of the three cross-entropies."""
    mask = targets[..., 3]
    binary = torch.nn.functional.binary_cross_entropy_with_logits(output[..., :2], targets[..., :2], reduction="none")
    near = torch.exp(-0.5 * (torch.arange(PERIODS) - targets[..., 2:3]) ** 2)
    wanted = near / near.sum(-1, keepdim=True)
    period = -(wanted * output[..., 2:].log_softmax(-1)).sum(-1)
    return ((binary.sum(-1) + 0.25 * period) * mask).sum() / mask.sum()


def train_beats(
    train: Sequence[NotatedPiece],
    valid: Sequence[NotatedPiece],
    options: BeatOptions,
    state: Path,
    report: Callable[[int, float, float], None],
    keep: Callable[[BeatNetwork], None],
) -> None:
    """Train until the steps or the processor seconds are used; `state` is a file from which it goes on.

    `report` receives the step and the losses of training and validation, `keep` the averaged weights.
    """
    torch.manual_seed(options.seed)
    network, average = BeatNetwork(), BeatNetwork()
    optimizer = torch.optim.AdamW(network.parameters(), options.learning_rate, weight_decay=options.weight_decay)
    first, used = _resume(state, network, average, optimizer)
    started, held = time.process_time() - used, draw_batch(valid, 48, np.random.default_rng(options.seed))
    for step in range(first, options.steps):
        if time.process_time() - started > options.seconds:
            return
        generator = np.random.default_rng((options.seed, step))
        rate = options.learning_rate * min(1, (step + 1) / options.warm_up) * _decay(step / options.steps)
        features, targets = draw_batch(train, options.batch_size, generator)
        loss = loss_of(network(features), targets)
        follow_gradient(network, optimizer, loss, rate)
        update_average(average, network, min(options.ema_decay, (step + 1) / (step + 10)))
        if (step + 1) % options.report_every == 0:
            with torch.no_grad():
                report(step + 1, float(loss.detach()), float(loss_of(average(held[0]), held[1])))
            keep(average)
            saved = (network.state_dict(), average.state_dict(), optimizer.state_dict())
            torch.save((step + 1, time.process_time() - started, *saved), state)


def _decay(done: float) -> float:
    return float(0.05 + 0.95 * 0.5 * (1 + np.cos(np.pi * done)))


def _resume(
    state: Path, network: BeatNetwork, average: BeatNetwork, optimizer: torch.optim.Optimizer
) -> tuple[int, float]:
    """The step and the seconds used so far."""
    if not state.exists():
        average.load_state_dict(network.state_dict())
        return 0, 0.0
    step, used, own, averaged, moments = torch.load(state, weights_only=True)
    network.load_state_dict(own)
    average.load_state_dict(averaged)
    optimizer.load_state_dict(moments)
    return step, used
