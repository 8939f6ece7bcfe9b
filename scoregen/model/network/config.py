"""The shape of a network, how it is trained and how it is drawn from: plain values, no torch."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from scoregen.system.errors import InputError


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Widths and rates; they travel in every checkpoint. `roles` names the known voices, in id order.

    `context` 0 leaves out the context encoder: for data of which nothing is ever given. `auxiliary_weight`
    is what a nat of the harmony foreseen wrongly weighs in the training loss beside a nat of the notes.
    The switches take parts away, for ablations.
    """

    roles: tuple[str, ...] = ("soprano", "alto", "tenor", "bass")
    alphabet: str = "spelled"
    metric_features: int = 38
    embedding: int = 64
    context: int = 96
    backbone: int = 160
    layers: int = 2
    in_slice: int = 160
    heads: int = 4
    dropout: float = 0.5
    in_slice_dropout: float = 0.15
    auxiliary_weight: float = 0.1
    locked_dropout: bool = False
    recurrent_dropout: float = 0.0
    event_dropout: float = 0.0
    use_pitch_history: bool = True
    use_matches: bool = True
    use_motion: bool = True
    use_degrees: bool = True


@dataclass(frozen=True, slots=True)
class SamplingOptions:
    """How to draw. `candidates` drafts are drawn at once; in each of `passes` the worst measures are written anew.

    `temperature` and then the nucleus `top_p` act on what the constraints leave. `voice_leading` is
    what a parallel fifth, octave or unison costs, in nats, `crossing` what an attack above a higher
    voice or below a lower one costs (None: as the style has it, which has the other costs too). Every `span` measures
    the drafts wait for each other and go on from the best (0: each goes its own way to the end).
    """

    seed: int = 0
    temperature: float = 1.0
    top_p: float = 0.99
    candidates: int = 8
    passes: int = 1
    voice_leading: float | None = None
    crossing: float | None = None
    span: int = 4

    def __post_init__(self) -> None:
        """Raise InputError for a number that nothing can be drawn with."""
        if not 0 <= self.temperature < math.inf:
            raise InputError(f"the temperature is {self.temperature}; expected 0 or more")
        if not 0 < self.top_p <= 1:
            raise InputError(f"top-p is {self.top_p}; expected more than 0 and at most 1")
        for name, least, most in (("candidates", 1, 4096), ("passes", 0, 1000), ("span", 0, 1000)):
            if not least <= getattr(self, name) <= most:
                raise InputError(f"{name} is {getattr(self, name)}; expected {least} to {most}")


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How to train. A step is one batch; every piece comes in a random key each time.

    `batch_size` counts the pieces of a step over all processes; `transpose` is the most semitones that a
    piece is moved, up or down. The learning rate warms up over `warm_up` steps (an eighth of a short
    run), then falls (`schedule` "cosine") or stays ("constant": the average of the weights takes the
    place of the fall). `save_every` steps the network is validated and the state kept; after `patience`
    validations without a better one, training ends. 0, the default, lets it run: what looks like
    standing still at first often is not.

    At a validation the network draws `drafts` pieces from nothing, to see whether it writes the corpus again;
    with 0 it draws none.

    `voice_orders` says in which order the voices of a roll choose: "fixed", or "any", drawn anew for every
    slice. (Voices of scores are given in all combinations, and always in many orders.)

    `distillation` is the share of the loss that the chances of the teachers have, where there are any, in place of
    the notes that stand in the pieces.

    With an `r_drop` above 0 every batch is shown twice, with other dropout, and so many times the nats that
    the two lie apart are added to the loss: held-out pieces are learned better, in nearly twice the time.

    `mixed_precision`: bfloat16 where PyTorch finds it safe. A CPU that reckons in it (AVX512-BF16, AMX) trains
    in half the time; others have nothing to gain. On CUDA a network of this size waits for its kernels
    to start rather than for their arithmetic, and cuDNN's recurrences come out in 16 bits. `compile` (torch.compile)
    acts on CUDA only; every batch has another shape, so that it pays in long runs only. Both are off.
    """

    steps: int = 2000
    batch_size: int = 16
    learning_rate: float = 3e-3
    weight_decay: float = 0.4
    warm_up: int = 100
    schedule: str = "cosine"
    clip: float = 1.0
    ema_decay: float = 0.995
    save_every: int = 100
    patience: int = 0
    transpose: int = 5
    drafts: int = 16
    voice_orders: str = "fixed"
    distillation: float = 0.7
    r_drop: float = 0.0
    mixed_precision: bool = False
    compile: bool = False
    seed: int = 1

    def __post_init__(self) -> None:
        """Raise InputError for a number that nothing can be trained with."""
        least = {
            "steps": 1,
            "warm_up": 0,
            "batch_size": 1,
            "save_every": 1,
            "patience": 0,
            "drafts": 0,
            "seed": 0,
            "weight_decay": 0,
            "r_drop": 0,
        }
        for name, low in least.items():
            if not getattr(self, name) >= low:
                raise InputError(f"{name} is {getattr(self, name)}; expected {low} or more")
        for name in ("learning_rate", "clip"):
            if not 0 < getattr(self, name) < math.inf:
                raise InputError(f"{name} is {getattr(self, name)}; expected more than 0")
        if self.schedule not in ("cosine", "constant"):
            raise InputError(f"the schedule is {self.schedule!r}; expected cosine or constant")
        if self.voice_orders not in ("fixed", "any"):
            raise InputError(f"the voice orders are {self.voice_orders!r}; expected fixed or any")
        for name, high in {"transpose": 6, "ema_decay": 1, "distillation": 1}.items():
            if not 0 <= getattr(self, name) <= high:
                raise InputError(f"{name} is {getattr(self, name)}; expected 0 to {high}")


RENAMED_NETWORK_OPTIONS = {
    "lexicon": "alphabet",
    "foresight": "auxiliary_weight",
    "locked": "locked_dropout",
    "use_heard": "use_pitch_history",
}
RENAMED_TRAINING_OPTIONS = {"teaching": "distillation", "agreement": "r_drop"}
RENAMED_PARAMETERS = {"advance": "time_shift", "foresight": "auxiliary", "pointer": "copy_attention"}
"""By the first part of a parameter's name."""
RENAMED_CALIBRATION_KEYS = {"likeness": "discriminator"}


def renamed_parameter(name: str) -> str:
    """The present name of a parameter of a checkpoint."""
    head, dot, rest = name.partition(".")
    return f"{RENAMED_PARAMETERS.get(head, head)}{dot}{rest}"


def renamed(names: Iterable[str]) -> str | None:
    """A remark on the first of the names that has changed; None where all are up to date."""
    tables = RENAMED_NETWORK_OPTIONS | RENAMED_TRAINING_OPTIONS | RENAMED_PARAMETERS | RENAMED_CALIBRATION_KEYS
    for name in names:
        head = name.partition(".")[0]
        if head in tables:
            return f"{head!r} is now called {tables[head]!r}"
    return None
