"""What a training run is to be: its pieces, the weights that it starts from, and its options, by what the user asks.

Choirs of four voices have weights of their own; scores for any other ensemble are read voice by voice, for weights that
write for all of them. Of these a few pieces change a style vector and adapters only: what they say of a style is little
beside what the weights know of music.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoregen.corpora.manifest import load_corpus
from scoregen.corpora.reading.folders import ANY, ensemble_of
from scoregen.model.engine.graphs import shape_of
from scoregen.model.network.checkpoint import Checkpoint, network_of, read_weights
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.own_styles.folder_set import FolderSet, folder_training_set, read_folder_set
from scoregen.model.own_styles.nearest_style import nearest_style, shipped_for
from scoregen.model.sampling.novelty_limit import load_index
from scoregen.model.sampling.pretrained import CHOIR, ENSEMBLES
from scoregen.model.training.starting_weights import (
    NONE,
    SHIPPED,
    StartingWeights,
    path_of,
    starting_weights,
)
from scoregen.model.training.training_set import TrainingSet, read_training_set
from scoregen.score.ensemble import load_ensemble
from scoregen.styles.defaults import default_style
from scoregen.styles.library import base_of, is_own_style
from scoregen.styles.style import load_style, shipped_name
from scoregen.system import resources
from scoregen.system.errors import InputError

if TYPE_CHECKING:
    from scoregen.model.network.network import Network

FINE_TUNING = TrainingOptions(
    steps=200, learning_rate=5e-4, weight_decay=0, pull=20, save_every=20, patience=4, warm_up=20, ema_decay=0.98
)
"""The options for a run that starts from trained weights."""
FEW_PIECES: Mapping[str, Any] = {"steps": 120, "batch_size": 8, "save_every": 10}
"""What differs if there are fewer than MANY pieces: they are learned, and learned by heart, in fewer steps."""
MANY = 20
ANY_ENSEMBLE: Mapping[str, Any] = {
    "steps": 100,
    "batch_size": 8,
    "save_every": 10,
    "patience": 3,
    "ema_decay": 0.95,
    "style_rate": 20.0,
}
"""What differs for weights for any ensemble, whose steps take longer, and whose style is a vector of large values."""
ADAPTED: Mapping[str, Any] = {"tuned": "adapters", "learning_rate": 2e-3, "pull": 0.0}
"""What differs for them with fewer than ENOUGH pieces."""
ENOUGH = 20
MIXED = "chamber"
"""The style that random weights begin with for scores without a common ensemble."""
ReadChoral = Callable[[str, str, NetworkConfig, TrainingOptions], TrainingSet]


@dataclass(frozen=True, slots=True)
class RunPlan:
    """`base` is the shipped style that the result completes as an own one, None if it is no style; `ensemble` the name
    of that of the pieces, empty without a common one; `folder` the movements of scores for any ensemble, and `style`
    the id that they have in the network."""

    training_set: TrainingSet
    starting: StartingWeights
    options: TrainingOptions
    base: str | None
    ensemble: str = ""
    folder: FolderSet | None = None
    style: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asks for: `ensemble` None for that of the scores, `network` None for the shape of the starting
    weights; `changes` are the options that are named one by one, `options` all of them."""

    corpus: Path
    start: str
    ensemble: str | None
    network: NetworkConfig | None
    options: TrainingOptions | None
    changes: Mapping[str, Any]

    def chosen(self, defaults: TrainingOptions, *more: Mapping[str, Any]) -> TrainingOptions:
        """The options of the user in place of the defaults, and of those in `more`."""
        if self.options is not None:
            return replace(self.options, **self.changes)
        merged = dict(pair for each in more for pair in each.items())
        return replace(defaults, **{**merged, **self.changes})


def run_plan(asked: Asked) -> RunPlan:
    """The plan of a run on a folder of scores or a corpus by its name.

    InputError if no piece can be used, or if the starting weights do not fit.
    """
    choir = load_ensemble(CHOIR)
    named = None if asked.start in (SHIPPED, NONE) else read_weights(path_of(asked.start)).config
    if named is not None and named.roles:
        return choral_plan(asked, asked.ensemble or CHOIR)
    ensemble = asked.ensemble or ensemble_of(load_corpus(str(asked.corpus)), choir)
    if ensemble == CHOIR and named is None:
        return choral_plan(asked, CHOIR)
    return _ensemble_plan(asked, "" if ensemble == ANY else ensemble)


def choral_plan(asked: Asked, ensemble: str, read: ReadChoral = read_training_set) -> RunPlan:
    """The plan of a run for weights with a voice for each role of an ensemble, whose pieces `read` reads."""
    starting = starting_weights(asked.start, asked.corpus, ensemble, asked.network)
    initial = starting.checkpoint
    options = asked.chosen(FINE_TUNING if initial else TrainingOptions())
    shape = asked.network or (initial.network.config if initial else NetworkConfig())
    training_set = read(str(asked.corpus), ensemble, shape, options)
    if initial and training_set.about["pieces"] + training_set.about["valid_pieces"] < MANY:
        options = asked.chosen(FINE_TUNING, FEW_PIECES)
    base = base_of(starting.stem) if initial and starting.stem and training_set.pieces else None
    return RunPlan(training_set, starting, options, base)


def _ensemble_plan(asked: Asked, ensemble: str) -> RunPlan:
    """The plan of a run for weights that write for any ensemble."""
    folder = read_folder_set(str(asked.corpus), load_ensemble(asked.ensemble) if asked.ensemble else None)
    stem = resources.weights() / ENSEMBLES if asked.start in (SHIPPED, NONE) else path_of(asked.start)
    found = read_weights(stem)
    config, obstacle = _shape(asked, found.config)
    if obstacle:
        base, network_style = _usual_base(ensemble, config)
        starting, defaults = StartingWeights(obstacle), TrainingOptions()
    else:
        network = network_of(found)
        base, network_style, why = _base(asked.start, network, folder, _usual_base(ensemble, config)[0])
        initial = Checkpoint(network, found.checksum, found.about)
        starting = StartingWeights(f"the weights {stem.name} in the style {base}{why}", initial, load_index(stem), stem)
        defaults = replace(FINE_TUNING, **ANY_ENSEMBLE)
    few = [ADAPTED] if starting.checkpoint and folder.count < ENOUGH else []
    options, style = asked.chosen(defaults, *few), 1 + config.styles.index(network_style)
    training_set = folder_training_set(folder, style, config, options, ensemble)
    return RunPlan(training_set, starting, options, base, ensemble, folder, style)


def _shape(asked: Asked, shipped: NetworkConfig) -> tuple[NetworkConfig, str]:
    """The shape of the network, and why it starts from random weights; empty if it does not."""
    if asked.network is None:
        return shipped, "random weights" if asked.start == NONE else ""
    fixed = {name: getattr(shipped, name) for name in ("roles", "styles", "alphabet", "metric_features")}
    wanted = replace(asked.network, **fixed)
    if asked.start == NONE:
        return wanted, "random weights"
    if shape_of(wanted) == shape_of(shipped):
        return wanted, ""
    obstacle = "the configuration asks for a network of another shape"
    if asked.start != SHIPPED:
        raise InputError(f"--from {asked.start}: {obstacle}; use --from none")
    return wanted, f"random weights, because {obstacle}"


def _usual_base(ensemble: str, config: NetworkConfig) -> tuple[str, str]:
    """The style that an ensemble has by default and its name in the network, for weights that know none yet."""
    name = default_style(load_ensemble(ensemble)) if ensemble else MIXED
    own = load_style(name).network_style
    return (name, own) if own in config.styles else (MIXED, load_style(MIXED).network_style)


def _base(start: str, network: Network, folder: FolderSet, usual: str) -> tuple[str, str, str]:
    """The shipped style to begin with, its name in the network, and why it is that one.

    A style that the user names is its own base, else the nearest one is.
    """
    named = _style_of(start)
    own = load_style(named).network_style if named else ""
    if named and own in network.config.styles:
        return named, own, ""
    nearest = nearest_style(network, folder.train, shipped_for(ENSEMBLES, network.config.styles), usual)
    without = f"{nearest.nats:.2f} nats per choice, {nearest.unknown:.2f} without a style"
    return nearest.name, nearest.network_style, f", the nearest of {nearest.count} ({without})"


def _style_of(start: str) -> str | None:
    """The shipped style that `start` names, or that an own style of this name has as its base; None for weights."""
    if start in (SHIPPED, NONE):
        return None
    shipped = shipped_name(start)
    if shipped is not None:
        return shipped
    stem = path_of(start)
    return base_of(stem) if is_own_style(stem) else None
