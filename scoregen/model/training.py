"""Training: one visible loop, resumable from its last saved state, bit for bit on CPU."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from scoregen.model.batches import Batch, Example, collate, draw_given, draw_order
from scoregen.model.checkpoint import save_checkpoint
from scoregen.model.config import NetworkConfig, TrainingOptions
from scoregen.model.features import Piece, transposed
from scoregen.model.likelihood import likelihood
from scoregen.model.network import Network
from scoregen.score.pitch import Interval

TRANSPOSITIONS = tuple(
    Interval(steps, semitones)
    for steps, semitones in (
        (-3, -5), (-2, -4), (-2, -3), (-1, -2), (-1, -1), (0, 0), (1, 1), (1, 2), (2, 3), (2, 4), (3, 5)
    )
)  # fmt: skip


@dataclass(slots=True)
class TrainingState:
    """Everything that the next step depends on."""

    network: Network
    average: Network
    optimizer: torch.optim.AdamW
    generator: np.random.Generator
    step: int = 0
    best: float = float("inf")


def train_network(
    train: Sequence[Piece],
    valid: Sequence[Piece],
    out: Path,
    config: NetworkConfig,
    options: TrainingOptions,
    about: dict[str, Any],
    progress: Callable[[int, dict[str, float]], None] | None = None,
) -> dict[str, float]:
    """Train in the folder `out`, going on from where an earlier run stopped.

    Writes out/best.safetensors (the exponential average of the weights with the lowest validation
    loss), out/state.pt and out/curve.jsonl. Returns the figures of the best step.
    """
    out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    state = _resume(out / "state.pt", config, options, device)
    started = time.monotonic()
    while state.step < options.steps:
        loss = _step(state, train, options, device)
        if state.step % options.save_every == 0 or state.step == options.steps:
            figures = {"step": state.step, "train": loss, **evaluate(state.average, valid)}
            figures["seconds"] = round(time.monotonic() - started, 1)
            _keep(state, figures, out, options, about)
            if progress is not None:
                progress(state.step, figures)
    best: dict[str, float] = json.loads((out / "best.json").read_text())["figures"]
    return best


def evaluate(network: Network, pieces: Sequence[Piece]) -> dict[str, float]:
    """Nats an event and an advance, untransposed, with nothing given and with the first voice given."""
    network.eval()
    device = next(network.parameters()).device
    figures = {}
    for name, voices in (("free", 0), ("melody", 1)):
        sums = np.zeros(3)
        for start in range(0, len(pieces), 16):
            examples = [_fixed_example(piece, voices) for piece in pieces[start : start + 16]]
            with torch.no_grad():
                found = likelihood(network, collate(examples).to(device))
            sums += [float(x) for x in (found.nats, found.event_count, found.advance_count)]
        figures[f"valid_{name}"] = float(sums[0] / (sums[1] + sums[2]))
        figures[f"valid_{name}_nats"] = float(sums[0])
    network.train()
    return figures


def _fixed_example(piece: Piece, given_voices: int) -> Example:
    given = np.zeros(piece.events.shape, dtype=bool)
    given[:, :given_voices] = True
    return Example(piece, given, draw_order(given, np.random.default_rng(0)))


def _step(state: TrainingState, train: Sequence[Piece], options: TrainingOptions, device: torch.device) -> float:
    for group in state.optimizer.param_groups:
        group["lr"] = options.learning_rate * _schedule(state.step, options.steps)
    batch = _draw_batch(train, options.batch_size, state.generator).to(device)
    loss = likelihood(state.network, batch).loss
    state.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), options.clip)
    state.optimizer.step()
    state.step += 1
    decay = min(options.ema_decay, state.step / (state.step + 10))
    with torch.no_grad():
        for slow, fast in zip(state.average.parameters(), state.network.parameters(), strict=True):
            slow.lerp_(fast, 1 - decay)
    return float(loss.detach())


def _schedule(step: int, steps: int) -> float:
    """Warm up over the first twentieth, then a half cosine down to a hundredth."""
    warm = max(1, steps // 20)
    if step < warm:
        return (step + 1) / warm
    return float(0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * (step - warm) / max(1, steps - warm))))


def _draw_batch(train: Sequence[Piece], size: int, generator: np.random.Generator) -> Batch:
    examples: list[Example] = []
    while len(examples) < size:
        piece = transposed(
            train[int(generator.integers(len(train)))], TRANSPOSITIONS[int(generator.integers(len(TRANSPOSITIONS)))]
        )
        if piece is not None:
            given = draw_given(piece, generator)
            examples.append(Example(piece, given, draw_order(given, generator)))
    return collate(examples)


def _new_state(config: NetworkConfig, options: TrainingOptions, device: torch.device) -> TrainingState:
    torch.manual_seed(options.seed)
    network = Network(config).to(device)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay, betas=(0.9, 0.98)
    )
    return TrainingState(network, copy.deepcopy(network), optimizer, np.random.default_rng(options.seed))


def _resume(path: Path, config: NetworkConfig, options: TrainingOptions, device: torch.device) -> TrainingState:
    state = _new_state(config, options, device)
    if path.exists():
        saved = torch.load(path, map_location=device, weights_only=True)
        state.network.load_state_dict(saved["network"])
        state.average.load_state_dict(saved["average"])
        state.optimizer.load_state_dict(saved["optimizer"])
        state.generator.bit_generator.state = json.loads(saved["numpy"])
        torch.set_rng_state(saved["torch"].cpu())
        state.step, state.best = saved["step"], saved["best"]
    return state


def _keep(
    state: TrainingState, figures: dict[str, float], out: Path, options: TrainingOptions, about: dict[str, Any]
) -> None:
    """The weights if they are the best so far, one line of the curve, and the state to resume from."""
    if figures["valid_free"] + figures["valid_melody"] < state.best:
        state.best = figures["valid_free"] + figures["valid_melody"]
        save_checkpoint(state.average, out / "best", {**about, "training": asdict(options), "figures": figures})
    with (out / "curve.jsonl").open("a") as stream:
        stream.write(json.dumps(figures) + "\n")
    saved = {
        "network": state.network.state_dict(),
        "average": state.average.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "numpy": json.dumps(state.generator.bit_generator.state),
        "torch": torch.get_rng_state(),
        "step": state.step,
        "best": state.best,
    }
    temporary = out / "state.pt.part"
    torch.save(saved, temporary)
    temporary.replace(out / "state.pt")
