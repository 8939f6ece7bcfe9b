"""A checkpoint for sampling: its weights, and what is next to them, such as its novelty index and its planner."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scoregen.model.critic.critic import Critic
from scoregen.model.critic.critic_file import load_critic
from scoregen.model.harmony.outer_voices import ENSEMBLE_INPUTS
from scoregen.model.harmony.planner import Planner
from scoregen.model.harmony.planner_file import load_planner
from scoregen.model.harmony.planner_inputs import PLANNER_INPUTS
from scoregen.model.network.checkpoint import SHIPPED, Weights, read_weights
from scoregen.model.sampling.costs.successions import load_successions
from scoregen.model.sampling.feature_matching_file import Calibration, load_calibration
from scoregen.model.sampling.novelty_limit import load_index
from scoregen.score.ensemble import Ensemble, load_ensemble
from scoregen.system import resources
from scoregen.system.errors import InputError
from scoregen.tokens.successions import SuccessionTable
from scoregen.tokens.window_hashes import NoveltyIndex

PLANNED = "planned"
"""The end of the names of likelihoods under plans."""
ENSEMBLES = "ensembles"
"""The weights of the package for any ensemble."""
CHOIR = "satb"
"""The ensemble whose voices can sing the roles of other choirs."""


@dataclass(frozen=True, slots=True)
class Pretrained:
    """`players` are the roles that the weights write."""

    players: Ensemble
    weights: Weights
    index: NoveltyIndex | None
    calibration: Calibration | None
    successions: SuccessionTable | None
    planner: Planner | None
    critic: Critic | None = None

    @property
    def knows_descriptions(self) -> bool:
        """Whether the network knows voices by their descriptions, and so writes for any ensemble."""
        return not self.weights.config.roles

    def style_id(self, network_style: str) -> int:
        """The id that the network has for a style, 0 if it does not know it."""
        names = self.weights.config.styles
        return 1 + names.index(network_style) if network_style in names else 0


def load_pretrained(checkpoint: Path | None, ensemble: Ensemble, *, may_stand_in: bool = False) -> Pretrained:
    """A checkpoint, by default the package's. InputError if it cannot write for the ensemble.

    With `may_stand_in`, voices of the weights may sing the roles of another choir.
    """
    path = checkpoint or resources.weights() / SHIPPED
    return pretrained_of(read_weights(path), path, ensemble, may_stand_in=may_stand_in)


def pretrained_of(weights: Weights, path: Path, ensemble: Ensemble, *, may_stand_in: bool = False) -> Pretrained:
    """The checkpoint of weights that are read from a path, as `load_pretrained` loads it."""
    config = weights.config
    if config.alphabet != "spelled":
        raise InputError("these weights read piano rolls, for a benchmark; use weights that were trained on scores")
    players = _players(config.roles, ensemble, may_stand_in=may_stand_in)
    calibration = load_calibration(path, config.roles)
    successions, planner = load_successions(path), _planner_of(weights, path) if _reads_plans(weights) else None
    if planner is not None and planner.inputs != (PLANNER_INPUTS if config.roles else ENSEMBLE_INPUTS):
        raise InputError(f"the planner beside {path} is not for these weights; fetch it again or remove it")
    return Pretrained(players, weights, load_index(path), calibration, successions, planner, load_critic(path))


def _planner_of(weights: Weights, path: Path) -> Planner | None:
    """The planner next to the weights. Tuned weights for any ensemble have none, and use the shipped one, which knows
    plans by the style that they began with; the plans of the chorales would be another style to other choirs."""
    own = load_planner(path)
    is_tuned = "start" in weights.about and not weights.config.roles
    return load_planner(resources.weights() / ENSEMBLES) if own is None and is_tuned else own


def _reads_plans(weights: Weights) -> bool:
    """Whether weights were trained under plans; those for choirs are, others were if they were measured under some."""
    return bool(weights.config.roles) or any(name.endswith(PLANNED) for name in weights.about.get("figures", ()))


def _players(roles: tuple[str, ...], ensemble: Ensemble, *, may_stand_in: bool) -> Ensemble:
    """The ensemble whose roles the weights write, if these can be sung or played by `ensemble`; else InputError."""
    names = tuple(role.name for role in ensemble.roles)
    if not roles or roles == names:
        return ensemble
    choir = load_ensemble(CHOIR)
    is_choir = roles == tuple(role.name for role in choir.roles)
    if may_stand_in and is_choir and ensemble.is_choir and 2 <= len(names) <= len(roles):
        return choir
    others = " and for other choirs of two to four voices" if may_stand_in and is_choir else ""
    raise InputError(
        f"these weights write for {', '.join(roles)}{others}; {ensemble.name} needs {', '.join(names)};"
        " name weights that were trained for it with --checkpoint"
    )
