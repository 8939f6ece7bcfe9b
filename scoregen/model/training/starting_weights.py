"""The weights that a training run starts from: those of the package, others by name, or random ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from scoregen.model.engine.graphs import shape_of
from scoregen.model.network import checkpoint as checkpoints
from scoregen.model.network.config import NetworkConfig
from scoregen.score.ensemble import load_ensemble
from scoregen.styles.library import find_style
from scoregen.system import resources
from scoregen.system.errors import InputError

if TYPE_CHECKING:
    from scoregen.tokens.window_hashes import NoveltyIndex

SHIPPED, NONE = "shipped", "none"
"""The weights of the package if they fit, and random ones."""


@dataclass(frozen=True, slots=True)
class StartingWeights:
    """`name` is the name of the weights, or the reason why there are none. `index`: the windows of their corpus.

    `stem` is the path of the weights without a suffix.
    """

    name: str
    checkpoint: checkpoints.Checkpoint | None = None
    index: NoveltyIndex | None = None
    stem: Path | None = None


def starting_weights(start: Path | str, corpus: Path, ensemble: str, network: NetworkConfig | None) -> StartingWeights:
    """The weights that `start` names, for a corpus and an ensemble; `network` is the shape that was asked for, if any.

    InputError if weights that were named do not fit.
    """
    from scoregen.model.sampling.novelty_limit import load_index

    if str(start) == NONE:
        return StartingWeights("random weights")
    path = None if str(start) == SHIPPED else path_of(str(start))
    found = checkpoints.read_weights(path)
    if obstacle := _obstacle(found.config, corpus, ensemble, network):
        if path is None:
            return StartingWeights(f"random weights, because {obstacle}")
        raise InputError(f"--from {start}: {obstacle}; use --from none")
    initial = checkpoints.Checkpoint(checkpoints.network_of(found), found.checksum, found.about)
    stem = path or resources.weights() / checkpoints.SHIPPED
    return StartingWeights(f"the weights {stem.name}", initial, load_index(stem), stem.with_suffix(""))


def path_of(start: str) -> Path:
    """The path of weights, or of a style of this name."""
    try:
        return find_style(start).weights
    except InputError:
        return Path(start)  # reading names the fault


def mixture_weights(start: Path | str, config: NetworkConfig) -> StartingWeights:
    """The weights for a mixture of this configuration: random ones, unless `start` is a checkpoint of its shape.

    Styles keep their vectors by name; a new style starts as unknown. InputError if the shape is another.
    """
    from scoregen.model.network.network import Network

    if str(start) in (SHIPPED, NONE):
        return StartingWeights("random weights")
    found = checkpoints.read_weights(Path(start))
    own = replace(found.config, styles=config.styles)
    if shape_of(own) != shape_of(config):
        raise InputError(f"--from {start}: the configuration asks for a network of another shape; use --from none")
    before = checkpoints.network_of(found)
    network = Network(config)
    state = before.state_dict()
    if config.styles:
        vectors = network.state_dict()["style.weight"].zero_()
        for index, style in enumerate(config.styles, 1):
            if style in found.config.styles:
                vectors[index] = state["style.weight"][1 + found.config.styles.index(style)]
        state["style.weight"] = vectors
    network.load_state_dict(state)
    return StartingWeights(
        f"the weights {Path(start).name}", checkpoints.Checkpoint(network, found.checksum, found.about)
    )


def _obstacle(config: NetworkConfig, corpus: Path, ensemble: str, network: NetworkConfig | None) -> str | None:
    """Why a run cannot start from weights of this shape; None if it can."""
    if corpus.suffix == ".json":
        return "the file holds piano rolls"
    roles = tuple(role.name for role in load_ensemble(ensemble).roles)
    if config.alphabet != "spelled" or config.roles != roles:
        return f"the weights are for {', '.join(config.roles)}, and {ensemble} needs {', '.join(roles)}"
    if network is None:
        return None
    asked = replace(network, roles=roles, alphabet=config.alphabet, metric_features=config.metric_features)
    return None if shape_of(asked) == shape_of(config) else "the configuration asks for a network of another shape"
