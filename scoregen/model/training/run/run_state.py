"""The state of a training run on disk, from which it can resume after any interruption.

`state.pt` holds the run: weights, optimizer, learning curve and the best weights so far. It is replaced atomically.
The other files, `best.safetensors` and `best.json`, `curve.jsonl` and the event file, are derived from it. They are
written after it, and again when a run resumes, so that an interruption between them does no harm.

No state of a random generator is saved, because the random numbers of a step depend only on the seed and the step
(`loop.draw_batch`).
"""

from __future__ import annotations

import copy
import io
import json
import math
import pickle
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from scoregen.model.network.checkpoint import Checkpoint, save_checkpoint
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.network.network import Network
from scoregen.model.training.run.adapters import AdapterOptimizer, groups
from scoregen.model.training.run.tensorboard import append_events, write_events
from scoregen.model.training.run.tuning import freeze_others
from scoregen.system.errors import CONTENT_FAULTS, InputError, Place
from scoregen.system.files import write_files

FORMAT = 4
"""The format of state.pt."""

Figures = dict[str, float]
"""One line of the curve."""


@dataclass(slots=True)
class TrainingState:
    """Everything on which the next step depends, and the results so far.

    `running_sums` are the nats and choices of the batches since the last line of the curve, float64. `before` is the
    validation loss before the first step. `origin` are the starting weights that the run is pulled back to.
    """

    network: Network
    average: Network
    optimizer: torch.optim.AdamW
    running_sums: Tensor
    origin: Mapping[str, Tensor] = field(default_factory=dict)
    step: int = 0
    seconds: float = 0.0
    before: float | None = None
    curve: list[Figures] = field(default_factory=list)
    best_weights: dict[str, Tensor] = field(default_factory=dict)

    @property
    def best(self) -> Figures:
        """The first line with the lowest validation loss; empty if there is none."""
        return min(self.curve, key=lambda figures: figures["valid"], default={})

    @property
    def validations_since_best(self) -> int:
        return len(self.curve) - 1 - self.curve.index(self.best) if self.curve else 0


@dataclass(frozen=True, slots=True)
class Run:
    """The identity of a run: its folder, shape, options, pieces, description, and teachers by checksum.

    `start` are the weights that the run starts from; None for random ones.
    """

    folder: Path
    config: NetworkConfig
    options: TrainingOptions
    digest: str
    about: Mapping[str, Any]
    teachers: Sequence[str] = ()
    start: Checkpoint | None = None

    def begin(self, device: torch.device) -> TrainingState:
        """The saved state of the folder's run, or the initial one. InputError if that run was another."""
        torch.manual_seed(self.options.seed)
        network = Network(self.config).to(device)
        if self.start is not None:
            network.load_state_dict(self.start.network.state_dict())
        freeze_others(network, self.options.tuned)
        optimizer = self._optimizer(network)
        running_sums = torch.zeros(2, dtype=torch.float64, device=device)
        state = TrainingState(network, copy.deepcopy(network), optimizer, running_sums, self._origin(device))
        if (self.folder / "state.pt").exists():
            self._load(state)
        return state

    def _optimizer(self, network: Network) -> torch.optim.AdamW:
        """The optimizer of the parameters that change, for a network with its starting weights."""
        options = self.options
        rates: dict[str, Any] = {
            "lr": options.learning_rate,
            "betas": (0.9, 0.98),
            "weight_decay": options.weight_decay,
        }
        if options.tuned == "adapters":
            return AdapterOptimizer(network, options.seed, options.style_rate, **rates)
        changed = ((name, weight) for name, weight in network.named_parameters() if weight.requires_grad)
        return torch.optim.AdamW(groups(changed, options.style_rate), **rates)

    def _origin(self, device: torch.device) -> dict[str, Tensor]:
        if self.start is None or not self.options.pull:
            return {}
        return {name: weight.to(device) for name, weight in self.start.network.state_dict().items()}

    def _load(self, state: TrainingState) -> None:
        path = self.folder / "state.pt"
        try:
            saved = torch.load(path, map_location=state.running_sums.device, weights_only=True)
            description = json.loads(saved["story"])
            version = description["format"]
        except (*CONTENT_FAULTS, pickle.UnpicklingError) as error:
            raise InputError(
                f"the state cannot be read ({type(error).__name__}); remove {self.folder} to start again",
                Place(str(path)),
            ) from error
        if version != FORMAT:
            raise InputError(f"the state is of another version; remove {self.folder} to start again", Place(str(path)))
        check_same_run(path, description["run"], self._identity())
        for name in ("network", "average", "optimizer"):
            getattr(state, name).load_state_dict(saved[name])
        state.running_sums, state.best_weights = saved["since"], saved["best_weights"]
        state.step, state.seconds, state.curve = description["step"], description["seconds"], description["curve"]
        state.before = description["before"]

    def save(self, state: TrainingState) -> None:
        """Replace state.pt atomically."""
        description = {"format": FORMAT, "run": self._identity(), "step": state.step, "seconds": state.seconds}
        description["before"] = state.before
        saved = {name: getattr(state, name).state_dict() for name in ("network", "average", "optimizer")}
        saved |= {"since": state.running_sums, "best_weights": state.best_weights}
        buffer = io.BytesIO()
        torch.save({**saved, "story": json.dumps({**description, "curve": state.curve})}, buffer)
        write_files([(self.folder / "state.pt", buffer.getvalue())], force=True)

    def write_outputs(self, state: TrainingState) -> None:
        """Rewrite all files derived from the state, and remove partial files that a killed process has left."""
        for partial in self.folder.glob(".scoregen-*.part"):
            partial.unlink()
        self._write_curve(state)
        write_events(self.folder, state.curve, time.time() - state.seconds)
        if state.curve:
            self._write_best(state)

    def update_outputs(self, state: TrainingState, start_time: float) -> None:
        """Add the last line of the curve to the files derived from the state."""
        self._write_curve(state)
        append_events(self.folder, state.curve[-1], start_time)
        if state.validations_since_best == 0:
            self._write_best(state)

    def _write_curve(self, state: TrainingState) -> None:
        """Write the whole curve, which is short, so that no line is partial or duplicate."""
        lines = "".join(f"{json.dumps(figures)}\n" for figures in state.curve)
        write_files([(self.folder / "curve.jsonl", lines.encode())], force=True)

    def _write_best(self, state: TrainingState) -> None:
        self._write(state, state.best_weights)

    def write_average(self, state: TrainingState) -> None:
        """Write the current weights as the best, for a run that is stopped before its first validation."""
        self._write(state, state.average.state_dict())

    def _write(self, state: TrainingState, weights: Mapping[str, Tensor]) -> None:
        network = Network(self.config)
        network.load_state_dict(weights)
        description = {**self.about, "training": asdict(self.options), "figures": state.best}
        save_checkpoint(network, self.folder / "best", description)

    def _identity(self) -> dict[str, Any]:
        """What must be the same for a run to resume, as JSON values."""
        tables = {
            "training": asdict(self.options),
            "network": asdict(self.config),
            "pieces": {"sha256": self.digest},
            "teachers": {"sha256": list(self.teachers)},
            "starting weights": {"sha256": self.start.checksum if self.start else None},
        }
        identity: dict[str, Any] = json.loads(json.dumps(tables))
        return identity


def check_same_run(path: Path, saved: Mapping[str, Any], current: Mapping[str, Any]) -> None:
    """InputError names the first option that differs from the saved run.

    Only the number of steps and the patience may grow.
    """
    for table in current:
        for name in {**saved[table], **current[table]}:
            after = current[table].get(name)
            before = saved[table].get(name, _DEFAULTS.get(table, {}).get(name))
            if before == after or _may_grow(table, name, before, after):
                continue
            if table in ("pieces", "teachers", "starting weights"):
                raise InputError(f"the run was started with other {table}; {_AGAIN}", Place(str(path)))
            raise InputError(f"the run was started with {name} {before}, not {after}; {_AGAIN}", Place(str(path)))


_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    table: json.loads(json.dumps(asdict(defaults)))
    for table, defaults in (("training", TrainingOptions()), ("network", NetworkConfig()))
}
"""What options had that did not exist yet when a run was saved."""
_AGAIN = "use the same to resume, or another output to start again"


def _may_grow(table: str, name: str, before: Any, after: Any) -> bool:
    """Whether an option may change from `before` to `after`; a patience of 0 is infinite."""
    if table != "training" or name not in ("steps", "patience") or before is None or after is None:
        return False
    endless = math.inf if name == "patience" else 0
    return (after or endless) > (before or endless)
