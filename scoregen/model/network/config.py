"""The shape of a network and the options of training and sampling: plain values, no torch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Literal

from scoregen.system.errors import InputError


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Widths and rates, which every checkpoint contains.

    `roles` names the voices, in id order; without names, voices are known by their descriptions (`voice_features`), and
    any number of them can be written. `strand` is the width of the memory of each voice's own events, 0 for none.
    `styles` names the styles that the network was taught, in id order.

    `context` 0 omits the context encoder, for data in which nothing is ever given. `auxiliary_weight` is the weight
    of the auxiliary harmony targets in the training loss. The switches disable parts, for ablations.
    """

    roles: tuple[str, ...] = ("soprano", "alto", "tenor", "bass")
    alphabet: str = "spelled"
    styles: tuple[str, ...] = ()
    metric_features: int = 150
    embedding: int = 64
    context: int = 96
    backbone: int = 160
    layers: int = 2
    in_slice: int = 160
    strand: int = 0
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


MOST_WIDTH, MOST_LAYERS, MOST_VOICES = 4096, 16, 64


def check_shape(config: NetworkConfig) -> None:
    """InputError for a configuration from a file whose values have other types, or could describe no network."""
    for field in fields(config):
        value, expected = getattr(config, field.name), type(field.default)
        if type(value) is not expected and not (expected is float and type(value) is int):
            raise InputError(f"the network has {field.name} {value!r}; expected a {expected.__name__}")
    names = [role for role in config.roles if isinstance(role, str)]
    if not len(names) == len(config.roles) <= MOST_VOICES:
        raise InputError(f"the network has the roles {config.roles!r}; expected up to {MOST_VOICES} names")
    if any(not isinstance(style, str) for style in config.styles):
        raise InputError(f"the network has the styles {config.styles!r}; expected names")
    widths = ("embedding", "context", "backbone", "in_slice", "strand", "heads", "metric_features")
    for name, most in {**dict.fromkeys(widths, MOST_WIDTH), "layers": MOST_LAYERS}.items():
        least = 0 if name in ("context", "metric_features", "strand") else 1
        if not least <= getattr(config, name) <= most:
            raise InputError(f"the network has {name} {getattr(config, name)}; expected {least} to {most}")


@dataclass(frozen=True, slots=True)
class SamplingOptions:
    """How to sample: `candidates` drafts in a batch, whose worst measures are rewritten in each of `passes`.

    `temperature` and then the nucleus `top_p` apply to what the constraints leave. `voice_leading` is the cost in
    nats of a parallel fifth, octave or unison, and `crossing` that of an attack above a higher voice or below a
    lower one (None: the cost of the style, which also sets all other costs). After every `span` measures all drafts
    continue from the best one (0: every draft continues by itself; None: after every measure if a critic judges them,
    else after four). `rhythm`: new voices `follow` the pulse of what is given, are `plain` (on the pulse alone) or
    `flowing` (as the network likes). `difficulty`: `easy` parts have narrow ranges and no leap wider than a fourth.
    """

    seed: int = 0
    temperature: float = 1.0
    top_p: float = 0.99
    candidates: int = 8
    passes: int = 1
    voice_leading: float | None = None
    crossing: float | None = None
    span: int | None = None
    rhythm: Literal["follow", "flowing", "plain"] = "follow"
    difficulty: Literal["normal", "easy"] = "normal"

    def __post_init__(self) -> None:
        """Raise InputError for an invalid value."""
        if not 0 <= self.temperature < math.inf:
            raise InputError(f"the temperature is {self.temperature}; expected 0 or more")
        if not 0 < self.top_p <= 1:
            raise InputError(f"top-p is {self.top_p}; expected more than 0 and at most 1")
        span = 0 if self.span is None else self.span
        numbers = ("candidates", self.candidates, 1, 4096), ("passes", self.passes, 0, 1000), ("span", span, 0, 1000)
        for name, number, least, most in numbers:
            if not least <= number <= most:
                raise InputError(f"{name} is {number}; expected {least} to {most}")
        for name, values in (("rhythm", ("follow", "flowing", "plain")), ("difficulty", ("normal", "easy"))):
            if getattr(self, name) not in values:
                raise InputError(f"the {name} is {getattr(self, name)!r}; expected one of: {', '.join(values)}")


TUNED = ("all", "heads", "adapters")
"""The parameters that a run changes: all; the output layers and all biases; or low-rank adapters of all matrices, all
biases and the vector of the style."""


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How to train. A step is one batch; each piece appears in a random key every time.

    `batch_size` counts the pieces of a step over all processes. `transpose` is the maximum transposition in
    semitones, up or down. The learning rate warms up over `warm_up` steps (an eighth of a short run), then decays
    (`schedule` "cosine") or stays ("constant": weight averaging takes the place of the decay). Every `save_every`
    steps the network is validated and the state saved. Training ends after `patience` validations without
    improvement. The default 0 disables this, because an early plateau often passes.

    A run that starts from trained weights may change a part of the parameters only (`tuned`, one of TUNED), and may
    pull them back to their start: each step goes `pull` times the learning rate of the way (`model.training.tuning`).
    `style_rate` is the learning rate of the vectors of styles, in learning rates of the other parameters.

    At each validation the network samples `drafts` pieces with nothing given, to measure copying; 0 disables this.

    `voice_orders` is the order of the voices of a roll: "fixed", or "any", drawn again for every slice. (The voices
    of scores are given in all combinations, and always in many orders.)

    `distillation` is the weight of the teachers' distributions in the loss, if there are teachers, in place of the
    notes of the pieces (knowledge distillation).

    With `r_drop` above 0, every batch is processed twice with different dropout masks, and the divergence of the two
    distributions, times `r_drop`, is added to the loss (R-Drop). Held-out loss improves, at nearly twice the time.

    With `own_drafts` above 0, a step also learns from so many drafts of the network's own, against its drift
    (`model.training.own_drafts`); the run must start from trained weights. `own_returns` is the weight of what follows
    a choice in them.

    `mixed_precision` uses bfloat16 where PyTorch considers it safe. A CPU with bfloat16 arithmetic (AVX512-BF16, AMX)
    trains in half the time; others gain nothing. On CUDA, the launch of kernels dominates the time of a network of
    this size, and cuDNN's recurrences return 16 bits. `compile` (torch.compile) affects CUDA only; every batch has
    another shape, so it pays only in long runs. Both are off by default.
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
    own_drafts: int = 0
    own_returns: float = 0.1
    tuned: str = "all"
    pull: float = 0.0
    style_rate: float = 1.0
    mixed_precision: bool = False
    compile: bool = False
    seed: int = 1

    def __post_init__(self) -> None:
        """Raise InputError for an invalid value."""
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
            "own_drafts": 0,
            "own_returns": 0,
            "pull": 0,
        }
        for name, low in least.items():
            if not getattr(self, name) >= low:
                raise InputError(f"{name} is {getattr(self, name)}; expected {low} or more")
        for name in ("learning_rate", "clip", "style_rate"):
            if not 0 < getattr(self, name) < math.inf:
                raise InputError(f"{name} is {getattr(self, name)}; expected more than 0")
        if self.schedule not in ("cosine", "constant"):
            raise InputError(f"the schedule is {self.schedule!r}; expected cosine or constant")
        if self.tuned not in TUNED:
            raise InputError(f"the tuned parameters are {self.tuned!r}; expected {' or '.join(TUNED)}")
        if self.tuned == "adapters" and self.pull:
            raise InputError(f"the pull is {self.pull}; expected 0 with adapters, which are small by themselves")
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
CONVERSION = "convert it with tools/convert_checkpoint.py of the repository"


def current_name(name: str) -> str:
    """The current name of a parameter of a checkpoint."""
    head, dot, rest = name.partition(".")
    return f"{RENAMED_PARAMETERS.get(head, head)}{dot}{rest}"


def renaming_notice(names: Iterable[str], table: Mapping[str, str]) -> str | None:
    """A notice that a name has a new name in the table, for the first such name; None if there is none."""
    return next((f"{name!r} is now called {table[name]!r}" for name in names if name in table), None)
