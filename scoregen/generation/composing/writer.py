"""Who writes: an ensemble, a style, and the weights that know both."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from scoregen.generation.composing.request import ComposeRequest
from scoregen.generation.infill_task import check_roles
from scoregen.model.network.config import SamplingOptions
from scoregen.score.ensemble import Ensemble, load_ensemble, with_instruments
from scoregen.styles.defaults import INSTRUMENTS, default_style
from scoregen.styles.library import StyleChoice, choose_style
from scoregen.styles.style import DEFAULT as DEFAULT_STYLE
from scoregen.styles.style import Style
from scoregen.system.errors import InputError

if TYPE_CHECKING:
    from scoregen.model.engine.protocol import Engine
    from scoregen.model.sampling.pretrained import Pretrained


@dataclass(frozen=True, slots=True)
class Writer:
    """The ensemble that is written for, the style, the weights and their engine, and the options of sampling.

    The options have the costs of the style where the user named none.
    """

    ensemble: Ensemble
    style: Style
    pretrained: Pretrained
    engine: Engine
    options: SamplingOptions

    @property
    def is_for_instruments(self) -> bool:
        """Whether the weights know voices by their descriptions, and so write for any ensemble."""
        return self.pretrained.knows_descriptions

    @property
    def network_style(self) -> int:
        """The id that the network has for the style, 0 if it does not know it."""
        return self.pretrained.style_id(self.style.network_style)


def load_writer(request: ComposeRequest) -> Writer:
    """The writer of a request; InputError if no weights fit it."""
    from scoregen.model.engine.loading import load_engine
    from scoregen.model.sampling.mixture import load_chosen

    ensemble = with_instruments(load_ensemble(request.ensemble), (*request.add, *request.parts))
    if request.score is None and request.parts:
        ensemble = _of_parts(ensemble, request.parts)
    is_named = request.style != DEFAULT_STYLE
    chosen = choose_style(request.style if is_named else default_style(ensemble))
    _check_checkpoint(chosen, request.checkpoint)
    pretrained = load_chosen(chosen, ensemble, request.checkpoint, may_stand_in=True)
    if pretrained.knows_descriptions:
        chosen = choose_style(INSTRUMENTS) if chosen.style.name == DEFAULT_STYLE else chosen
    options = _with_costs(request.sampling, chosen.style)
    engine = load_engine(pretrained.weights, request.device, options.candidates)
    return Writer(ensemble, chosen.style, pretrained, engine, options)


def _of_parts(ensemble: Ensemble, parts: Collection[str]) -> Ensemble:
    check_roles(ensemble, parts, "--parts")
    return replace(ensemble, roles=tuple(role for role in ensemble.roles if role.name in parts))


def _check_checkpoint(chosen: StyleChoice, checkpoint: Path | str | None) -> None:
    """InputError for a checkpoint beside an own style; it takes the place of shipped weights."""
    if checkpoint is not None and chosen.is_own:
        raise InputError(
            f"--checkpoint {checkpoint}: the style {chosen.style.name} has its own weights; omit one of them"
        )


def _with_costs(options: SamplingOptions, style: Style) -> SamplingOptions:
    """The options with the costs of the style where they name none."""
    costs = style.voice_leading.with_options(options.voice_leading, options.crossing)
    return replace(options, voice_leading=costs.parallel, crossing=costs.crossing)
