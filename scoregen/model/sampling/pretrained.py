"""A checkpoint for sampling: its weights, and what is next to them, such as its novelty index and its planner."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scoregen.model.harmony.planner import Planner
from scoregen.model.harmony.planner_file import load_planner
from scoregen.model.network.checkpoint import SHIPPED, Weights, read_weights
from scoregen.model.sampling.costs.successions import load_successions
from scoregen.model.sampling.feature_matching_file import Calibration, load_calibration
from scoregen.model.sampling.novelty_limit import load_index
from scoregen.score.ensemble import Ensemble
from scoregen.system import resources
from scoregen.system.errors import InputError
from scoregen.tokens.successions import SuccessionTable
from scoregen.tokens.window_hashes import NoveltyIndex


@dataclass(frozen=True, slots=True)
class Pretrained:
    weights: Weights
    index: NoveltyIndex | None
    calibration: Calibration | None
    successions: SuccessionTable | None
    planner: Planner | None


def load_pretrained(checkpoint: Path | None, players: Ensemble) -> Pretrained:
    """A checkpoint, by default the package's. InputError if it is for another ensemble."""
    weights = read_weights(checkpoint)
    config = weights.config
    if config.alphabet != "spelled":
        raise InputError("these weights read piano rolls, for a benchmark; use weights that were trained on scores")
    roles = tuple(role.name for role in players.roles)
    if config.roles != roles:
        others = ", ".join(config.roles)
        raise InputError(f"these weights write for {others}; {players.name} needs {', '.join(roles)}")
    path = checkpoint or resources.weights() / SHIPPED
    return Pretrained(
        weights, load_index(path), load_calibration(path, roles), load_successions(path), load_planner(path)
    )
