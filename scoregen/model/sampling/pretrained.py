"""A checkpoint for sampling: its network, and its novelty index and calibration if there are any."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scoregen.model.engine.loading import LoadedModel, load_model
from scoregen.model.network.checkpoint import SHIPPED
from scoregen.model.sampling.feature_matching_file import Calibration, load_calibration
from scoregen.model.sampling.novelty_limit import load_index
from scoregen.score.ensemble import Ensemble
from scoregen.system.errors import InputError
from scoregen.system.resources import weights
from scoregen.tokens.window_hashes import NoveltyIndex


@dataclass(frozen=True, slots=True)
class Pretrained:
    model: LoadedModel
    index: NoveltyIndex | None
    calibration: Calibration | None


def load_pretrained(checkpoint: Path | None, players: Ensemble, device: str = "auto", rows: int = 1) -> Pretrained:
    """A checkpoint, by default the package's, on the device for this number of drafts.

    InputError if it is for another ensemble.
    """
    model = load_model(checkpoint, device, rows)
    config = model.engine.config
    if config.alphabet != "spelled":
        raise InputError("these weights read piano rolls, for a benchmark; use weights that were trained on scores")
    roles = tuple(role.name for role in players.roles)
    if config.roles != roles:
        others = ", ".join(config.roles)
        raise InputError(f"these weights write for {others}; {players.name} needs {', '.join(roles)}")
    path = checkpoint or weights() / SHIPPED
    return Pretrained(model, load_index(path), load_calibration(path, roles))
