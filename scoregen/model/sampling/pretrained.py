"""Who writes: the weights, and if they lie beside them, the windows of their corpus and the calibration to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scoregen.model.network.checkpoint import SHIPPED, Checkpoint, load_checkpoint
from scoregen.model.sampling.feature_matching_file import Calibration, load_calibration
from scoregen.model.sampling.novelty_limit import load_index
from scoregen.score.ensemble import Ensemble
from scoregen.system.errors import InputError
from scoregen.system.resources import weights
from scoregen.tokens.window_hashes import NoveltyIndex


@dataclass(frozen=True, slots=True)
class Pretrained:
    model: Checkpoint
    index: NoveltyIndex | None
    calibration: Calibration | None


def load_pretrained(checkpoint: Path | None, players: Ensemble) -> Pretrained:
    """The author of that checkpoint, by default the package's; InputError where it writes for others."""
    model = load_checkpoint(checkpoint)
    if model.network.config.alphabet != "spelled":
        raise InputError("these weights read piano rolls, for a benchmark; name weights that were trained on scores")
    wanted = tuple(role.name for role in players.roles)
    if model.network.config.roles != wanted:
        known = ", ".join(model.network.config.roles)
        raise InputError(f"these weights write for {known}; {players.name} needs {', '.join(wanted)}")
    beside = checkpoint or weights() / SHIPPED
    return Pretrained(model, load_index(beside), load_calibration(beside, wanted))
