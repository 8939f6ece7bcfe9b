"""The style and the settings of the sampler under which a score is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scoregen.score.ensemble import Ensemble
from scoregen.styles.defaults import default_style
from scoregen.styles.library import StyleChoice, choose_style
from scoregen.system.errors import InputError
from scoregen.tasks.explain.request import ExplainRequest
from scoregen.tasks.explain.writing_record import WritingRecord

if TYPE_CHECKING:
    from scoregen.model.inspection.attribution import SamplerSettings
    from scoregen.model.sampling.pretrained import Pretrained


def style_of(record: WritingRecord, players: Ensemble, style: str | None) -> tuple[StyleChoice, tuple[str, ...]]:
    """The style that is asked for, else that of the provenance; a notice if that one is not there any more."""
    if style is not None:
        return choose_style(style), ()
    usual = default_style(players)
    try:
        return choose_style(record.style or usual), ()
    except InputError:
        return choose_style(usual), (
            f"the score was written in the style {record.style}, which is not found; name it with --style",
        )


def sampler_settings(task: ExplainRequest, pretrained: Pretrained, chosen: StyleChoice) -> SamplerSettings:
    """The settings of the sampler for the options of the score."""
    from scoregen.model.inspection.attribution import SamplerSettings
    from scoregen.model.network.checkpoint import network_of

    network = network_of(pretrained.weights)
    logit_bias = pretrained.calibration.logit_bias if pretrained.calibration else None
    style = chosen.style
    return SamplerSettings(
        network,
        task.rules,
        task.record.options,
        pretrained.index,
        logit_bias,
        style.voice_leading,
        task.descriptions,
        pretrained.style_id(style.network_style),
    )
