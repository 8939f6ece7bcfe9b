"""Training of the critic: windows of chorales against windows of drafts of the same melodies.

B windows, T slices, F inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from scoregen.model.critic.critic_inputs import CRITIC_INPUTS, Floats, critic_inputs
from scoregen.model.critic.critic_network import CriticConfig, CriticNetwork
from scoregen.model.network.weight_updates import follow_gradient
from scoregen.tokens.events import TokenScore
from scoregen.tokens.sonorities import sonorities

Report = Callable[[int, float], None]


@dataclass(frozen=True, slots=True)
class CriticOptions:
    """A step is `batch_size` windows of `shortest` to `longest` slices, half of them of chorales.

    Training ends after `patience` steps without a better loss of the held-out pieces, which is measured every `every`
    steps.
    """

    steps: int = 1500
    batch_size: int = 64
    shortest: int = 6
    longest: int = 32
    learning_rate: float = 2e-3
    weight_decay: float = 0.3
    patience: int = 300
    every: int = 50
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The inputs [T, F] of a chorale and of a draft of its melody."""

    name: str
    chorale: Floats
    draft: Floats

    @classmethod
    def of(cls, name: str, chorale: TokenScore, draft: TokenScore, *, flowing: bool) -> Pair | None:
        """None if the two have not the same measures.

        The chorale gets the headers of the draft: the key and the phrase ends that were found in the melody alone,
        which would otherwise tell the two apart.
        """
        lengths = [[measure.header.duration for measure in each.measures] for each in (chorale, draft)]
        if lengths[0] != lengths[1]:
            return None
        measures = tuple(
            replace(measure, header=other.header)
            for measure, other in zip(chorale.measures, draft.measures, strict=True)
        )
        sides = replace(chorale, measures=measures), draft
        return cls(name, *(critic_inputs(each, sonorities(each), flowing=flowing) for each in sides))


def train_critic(
    train: Sequence[Pair], held: Sequence[Pair], config: CriticConfig, options: CriticOptions, report: Report
) -> tuple[CriticNetwork, int]:
    """The network at the step with the least loss of the held-out pieces, and that step; without held-out pieces, that
    of the last step. `report` receives the steps and the losses in nats a window."""
    torch.manual_seed(options.seed)
    generator = np.random.default_rng(options.seed)
    network = CriticNetwork(config)
    optimizer = torch.optim.AdamW(network.parameters(), options.learning_rate, weight_decay=options.weight_decay)
    best, state, least = 0, network.state_dict(), np.inf
    for step in range(1, options.steps + 1):
        loss = _loss(network, *_draw(train, options, generator))
        follow_gradient(network, optimizer, loss, options.learning_rate)
        if held and step % options.every == 0:
            now = held_loss(network, held, options)
            report(step, now)
            if now < least:
                best, least = step, now
                state = {name: value.clone() for name, value in network.state_dict().items()}
            elif step - best >= options.patience:
                break
    if held:
        network.load_state_dict(state)
    return network.eval(), best if held else options.steps


def held_loss(network: CriticNetwork, held: Sequence[Pair], options: CriticOptions) -> float:
    """The mean loss of the windows of held-out pieces."""
    chorales, drafts = log_ratios(network, held, options)
    return float(np.logaddexp(0, -chorales).mean() + np.logaddexp(0, drafts).mean()) / 2


def log_ratios(network: CriticNetwork, pairs: Sequence[Pair], options: CriticOptions) -> tuple[Floats, Floats]:
    """The log ratios of all windows of the longest size, of the chorales and of the drafts."""
    was_training = network.training
    network.eval()
    with torch.no_grad():
        sides = [
            [_windows(side, options.longest) for side in each]
            for each in ([pair.chorale for pair in pairs], [pair.draft for pair in pairs])
        ]
        result = [np.concatenate([network(torch.from_numpy(rows)).sum(1).numpy() for rows in side]) for side in sides]
    network.train(was_training)
    return result[0], result[1]


def auc(positive: Floats, negative: Floats) -> float:
    """The chance that a value of the first is greater than one of the second."""
    rank = np.argsort(np.argsort(np.concatenate([positive, negative]))) + 1.0
    least = len(positive) * (len(positive) + 1) / 2
    return float((rank[: len(positive)].sum() - least) / (len(positive) * len(negative)))


def _windows(piece: Floats, size: int) -> Floats:
    """[B, T, F] windows that overlap by a half; the whole piece if it is shorter."""
    size = min(size, len(piece))
    return np.stack([piece[start : start + size] for start in range(0, len(piece) - size + 1, max(1, size // 2))])


def _draw(
    train: Sequence[Pair], options: CriticOptions, generator: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Windows [B, T, F], whether each slice is there [B, T], and whether each is of a chorale [B]."""
    count, size = options.batch_size // 2, int(generator.integers(options.shortest, options.longest + 1))
    weights = np.array([len(pair.chorale) for pair in train], dtype=np.float64)
    drawn = generator.choice(len(train), count, p=weights / weights.sum())
    pieces = [train[index].chorale for index in drawn] + [train[index].draft for index in drawn]
    windows = np.zeros((2 * count, size, CRITIC_INPUTS), dtype=np.float32)
    there = np.zeros((2 * count, size), dtype=np.float32)
    for row, piece in enumerate(pieces):
        start = int(generator.integers(max(1, len(piece) - size + 1)))
        window = piece[start : start + size]
        windows[row, : len(window)], there[row, : len(window)] = window, 1
    is_chorale = np.repeat(np.array([1, 0], dtype=np.float32), count)
    return torch.from_numpy(windows), torch.from_numpy(there), torch.from_numpy(is_chorale)


def _loss(network: CriticNetwork, windows: Tensor, there: Tensor, is_chorale: Tensor) -> Tensor:
    log_ratio = (network(windows) * there).sum(1)
    return functional.binary_cross_entropy_with_logits(log_ratio, is_chorale)
