"""A training run on disk, so that it can end at any moment and go on as if it had not.

`state.pt` is the run: weights, optimizer, learning curve and the best weights so far, replaced in one
rename. The other files, `best.safetensors` and `best.json`, `curve.jsonl` and the event file, only
show what stands in it. They are written after it, and once more when a run goes on, so that it does
not matter between which two of them the power went.

Nothing in it is a state of a random generator: what a step draws follows from the seed and the number
of the step (`training.draw_batch`).
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

from scoregen.model.network.checkpoint import save_checkpoint
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.network.network import Network
from scoregen.model.training.tensorboard import append_events, write_events
from scoregen.system.errors import InputError, Place
from scoregen.system.files import write_files

FORMAT = 3
"""Of state.pt; another number is another version's."""

Figures = dict[str, float]
"""One line of the curve."""


@dataclass(slots=True)
class TrainingState:
    """Everything that the next step depends on, and what came of the steps before.

    `since` are the nats and choices of the batches since the last line of the curve, float64.
    """

    network: Network
    average: Network
    optimizer: torch.optim.AdamW
    since: Tensor
    step: int = 0
    seconds: float = 0.0
    curve: list[Figures] = field(default_factory=list)
    best_weights: dict[str, Tensor] = field(default_factory=dict)

    @property
    def best(self) -> Figures:
        """The line of the lowest validation loss, the first of them; empty before any."""
        return min(self.curve, key=lambda figures: figures["valid"], default={})

    @property
    def checks_since_best(self) -> int:
        return len(self.curve) - 1 - self.curve.index(self.best) if self.curve else 0


@dataclass(frozen=True, slots=True)
class Run:
    """What a run is, for as long as it lasts: its folder, shape, options, pieces, story, and teachers by checksum."""

    folder: Path
    config: NetworkConfig
    options: TrainingOptions
    digest: str
    about: Mapping[str, Any]
    teachers: Sequence[str] = ()

    def begin(self, device: torch.device) -> TrainingState:
        """Where the folder's run stopped, or the start. InputError where that was another run."""
        torch.manual_seed(self.options.seed)
        network = Network(self.config).to(device)
        rates = {"lr": self.options.learning_rate, "weight_decay": self.options.weight_decay}
        optimizer = torch.optim.AdamW(network.parameters(), betas=(0.9, 0.98), **rates)  # type: ignore[arg-type]
        since = torch.zeros(2, dtype=torch.float64, device=device)
        state = TrainingState(network, copy.deepcopy(network), optimizer, since)
        if (self.folder / "state.pt").exists():
            self._load(state)
        return state

    def _load(self, state: TrainingState) -> None:
        path = self.folder / "state.pt"
        try:
            saved = torch.load(path, map_location=state.since.device, weights_only=True)
            story = json.loads(saved["story"])
            found = story["format"]
        except (OSError, RuntimeError, ValueError, KeyError, EOFError, pickle.UnpicklingError) as error:
            raise InputError(
                f"no state can be read ({type(error).__name__}); remove {self.folder} to begin anew", Place(str(path))
            ) from error
        if found != FORMAT:
            raise InputError(f"this is another version's; remove {self.folder} to begin anew", Place(str(path)))
        refuse_other_run(path, story["run"], self._identity())
        for name in ("network", "average", "optimizer"):
            getattr(state, name).load_state_dict(saved[name])
        state.since, state.best_weights = saved["since"], saved["best_weights"]
        state.step, state.seconds, state.curve = story["step"], story["seconds"], story["curve"]

    def save(self, state: TrainingState) -> None:
        """Replace state.pt, whole or not at all."""
        story = {"format": FORMAT, "run": self._identity(), "step": state.step, "seconds": state.seconds}
        saved = {name: getattr(state, name).state_dict() for name in ("network", "average", "optimizer")}
        saved |= {"since": state.since, "best_weights": state.best_weights}
        buffer = io.BytesIO()
        torch.save({**saved, "story": json.dumps({**story, "curve": state.curve})}, buffer)
        write_files([(self.folder / "state.pt", buffer.getvalue())], force=True)

    def show_all(self, state: TrainingState) -> None:
        """All files beside state.pt anew, and none that a killed process has left half written."""
        for left in self.folder.glob(".scoregen-*.part"):
            left.unlink()
        self._show_curve(state)
        write_events(self.folder, state.curve, time.time() - state.seconds)
        if state.curve:
            self._show_best(state)

    def show_last(self, state: TrainingState, began: float) -> None:
        """Bring the files beside state.pt up to the last line of the curve."""
        self._show_curve(state)
        append_events(self.folder, state.curve[-1], began)
        if state.checks_since_best == 0:
            self._show_best(state)

    def _show_curve(self, state: TrainingState) -> None:
        """The curve is short: written whole each time, it never has half a line or one twice."""
        lines = "".join(f"{json.dumps(figures)}\n" for figures in state.curve)
        write_files([(self.folder / "curve.jsonl", lines.encode())], force=True)

    def _show_best(self, state: TrainingState) -> None:
        network = Network(self.config)
        network.load_state_dict(state.best_weights)
        story = {**self.about, "training": asdict(self.options), "figures": state.best}
        save_checkpoint(network, self.folder / "best", story)

    def _identity(self) -> dict[str, Any]:
        """What must be the same for a run to go on, as JSON has it."""
        tables = {
            "training": asdict(self.options),
            "network": asdict(self.config),
            "pieces": {"sha256": self.digest},
            "teachers": {"sha256": list(self.teachers)},
        }
        identity: dict[str, Any] = json.loads(json.dumps(tables))
        return identity


def refuse_other_run(path: Path, begun: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """InputError names the first option that is another than the run was begun with.

    Only the number of steps and the patience may grow.
    """
    for table in now:
        for name in {**begun[table], **now[table]}:
            before, after = begun[table].get(name), now[table].get(name)
            if before == after or _may_grow(table, name, before, after):
                continue
            if table in ("pieces", "teachers"):
                raise InputError(f"the run was begun with other {table}; {_AGAIN}", Place(str(path)))
            raise InputError(f"the run was begun with {name} {before}, not {after}; {_AGAIN}", Place(str(path)))


_AGAIN = "give the same to go on, or another output to begin anew"


def _may_grow(table: str, name: str, before: Any, after: Any) -> bool:
    """A patience of 0 is one without end."""
    if table != "training" or name not in ("steps", "patience") or before is None or after is None:
        return False
    endless = math.inf if name == "patience" else 0
    return (after or endless) > (before or endless)
