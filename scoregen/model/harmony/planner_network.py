"""The planner in PyTorch, for training; `planner.py` runs the same network without PyTorch.

A bidirectional GRU encodes what is given; a GRU over the steps reads the code of each step and the chord before it. At
a step the network chooses whether a chord begins, then its key, its root, its quality and its inversion, each
conditioned on the choices before it. The logits of a root are a sum of terms relative to the signature, to the local
key and to the last root.

B pieces, S steps, I inputs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from scoregen.model.features.metric_features import CLASSES
from scoregen.model.harmony.labels import ATTRIBUTES
from scoregen.model.harmony.planner_inputs import PLANNER_INPUTS

AGES = 9
"""The steps since the last chord began, the last class being that number or more."""


@dataclass(frozen=True, slots=True)
class PlannerConfig:
    inputs: int = PLANNER_INPUTS
    context: int = 96
    hidden: int = 160
    embedding: int = 48
    choice: int = 128
    dropout: float = 0.4


class PlannerNetwork(nn.Module):
    """log p of plans. Labels are [B, S, 4], UNKNOWN nowhere; ages [B, S] count the steps since the last chord began."""

    def __init__(self, config: PlannerConfig) -> None:
        super().__init__()
        self.config = config
        c, h, e, d = config.context, config.hidden, config.embedding, config.choice
        self.read = nn.Linear(config.inputs, c)
        self.context = nn.GRU(c, c, batch_first=True, bidirectional=True)
        self.last = nn.ModuleDict({name: nn.Embedding(size, e) for name, size in _sizes().items()})
        self.age = nn.Embedding(AGES + 1, e)
        self.steps = nn.GRU(2 * c + e, h, batch_first=True)
        self.start = nn.Linear(h + 2 * c, d)
        self.change = nn.Linear(d, 2)
        self.chosen = nn.ModuleDict({name: nn.Embedding(size, d) for name, size in _sizes().items()})
        self.heads = nn.ModuleDict(
            {"key": nn.Linear(d, 2 * CLASSES), "root": nn.Linear(d, 3 * CLASSES)}
            | {name: nn.Linear(d, ATTRIBUTES[name]) for name in ("quality", "inversion")}
        )
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, inputs: Tensor, labels: Tensor, ages: Tensor) -> tuple[Tensor, ...]:
        """log p of every choice, [B, S, classes]: change, key, root, quality, inversion.

        `ages` are those of the chord before each step. The labels before the first step are silence.
        """
        code = self.dropout(self.context(self.dropout(functional.gelu(self.read(inputs), approximate="tanh")))[0])
        before = functional.pad(labels[:, :-1], (0, 0, 1, 0))
        past = self.label_code(before, ages)
        past = past * (torch.arange(past.shape[1]) > 0)[None, :, None]
        hidden = self.dropout(self.steps(torch.cat([code, past], -1))[0])
        return self.choices(torch.cat([hidden, code], -1), before, labels)

    def label_code(self, labels: Tensor, ages: Tensor) -> Tensor:
        """The code of the last chord and of its age, [..., embedding]."""
        code: Tensor = self.age(ages.clamp(max=AGES))
        for name, values in _attributes(labels).items():
            code = code + self.last[name](values)
        return code

    def choices(self, state: Tensor, before: Tensor, labels: Tensor) -> tuple[Tensor, ...]:
        """The logits of all choices at steps, given the choices before each."""
        z = self.start(state)
        now, result = _attributes(labels), []
        result.append(self.change(self.dropout(functional.gelu(z, approximate="tanh"))))
        for name in ATTRIBUTES:
            logits = self.heads[name](self.dropout(functional.gelu(z, approximate="tanh")))
            if name == "root":
                logits = _rooted(logits, now["key"] % CLASSES, before[..., 1])
            result.append(logits)
            z = z + self.chosen[name](now[name])
            if name == "root":
                z = z + self.chosen["degree"](now["degree"])
        return tuple(each.log_softmax(-1) for each in result)


def _sizes() -> dict[str, int]:
    return {**ATTRIBUTES, "degree": CLASSES}


def _attributes(labels: Tensor) -> dict[str, Tensor]:
    """The classes of labels by attribute, and the root relative to the key."""
    values = dict(zip(ATTRIBUTES, labels.unbind(-1), strict=True))
    return {**values, "degree": (values["root"] - values["key"]) % CLASSES}


def _rooted(logits: Tensor, tonic: Tensor, root: Tensor) -> Tensor:
    """[..., 12] the terms [..., 36] relative to the signature, to a tonic and to the last root."""
    own, by_tonic, by_root = logits.reshape(*logits.shape[:-1], 3, CLASSES).unbind(-2)
    places = torch.arange(CLASSES)
    result: Tensor = own
    for terms, centre in ((by_tonic, tonic), (by_root, root)):
        result = result + terms.gather(-1, (places - centre.unsqueeze(-1)) % CLASSES)
    return result


def describe(config: PlannerConfig) -> dict[str, object]:
    return asdict(config)
