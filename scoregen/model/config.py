"""The shape of a network, how it is trained and how it is drawn from: plain values, no torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Widths and rates; they travel in every checkpoint. `roles` names the known voices, in id order."""

    roles: tuple[str, ...] = ("soprano", "alto", "tenor", "bass")
    embedding: int = 64
    context: int = 96
    backbone: int = 160
    in_slice: int = 160
    heads: int = 4
    dropout: float = 0.5
    in_slice_dropout: float = 0.15


@dataclass(frozen=True, slots=True)
class SamplingOptions:
    """How to draw. `candidates` drafts are drawn at once, of which the best are kept.

    `voice_leading` is what a parallel fifth, octave or unison costs, in nats, `crossing` what an
    attack above a higher voice or below a lower one costs.
    """

    seed: int = 0
    temperature: float = 0.9
    candidates: int = 8
    voice_leading: float = 6.0
    crossing: float = 1.0


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How to train. A step is one batch; every piece comes in a random key each time."""

    steps: int = 2000
    batch_size: int = 16
    learning_rate: float = 3e-3
    weight_decay: float = 0.4
    clip: float = 1.0
    ema_decay: float = 0.995
    save_every: int = 100
    seed: int = 1
