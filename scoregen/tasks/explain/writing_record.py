"""What the provenance of a score says of how it was written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from scoregen.model.network.config import SamplingOptions
from scoregen.score.elements import Score
from scoregen.system.errors import InputError

_FIELD = "scoregen:"


@dataclass(frozen=True, slots=True)
class WritingRecord:
    """What the provenance of a score says of how it was written.

    `options` are the sampling options, else the defaults; `weights` is the checksum of the weights, or None; `style`
    and `ensemble` are None if it names none. `given` are ranges of measures by part.
    """

    options: SamplingOptions = field(default_factory=SamplingOptions)
    weights: str | None = None
    style: str | None = None
    ensemble: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)


def writing_record(score: Score) -> WritingRecord:
    """The record in the miscellaneous fields of a score that scoregen wrote; an empty one for any other score."""
    texts = {name.removeprefix(_FIELD): text for name, text in score.metadata.miscellaneous if name.startswith(_FIELD)}
    if not any(name.startswith("generated:") for name in texts):
        return WritingRecord()
    given = {name.removeprefix("given:"): text for name, text in texts.items() if name.startswith("given:")}
    settings = _settings(texts.get("options", "{}"))
    style, ensemble = (settings.get(name) for name in ("style", "ensemble"))
    return WritingRecord(
        _options(settings),
        texts.get("weights"),
        style if isinstance(style, str) else None,
        ensemble if isinstance(ensemble, str) else None,
        given,
    )


def _settings(text: str) -> dict[str, Any]:
    """The settings of a provenance; none if it is damaged."""
    try:
        settings = json.loads(text)
    except ValueError:
        return {}
    return settings if isinstance(settings, dict) else {}


def _options(settings: Mapping[str, Any]) -> SamplingOptions:
    """The sampling options of a provenance; the defaults if it has none."""
    try:
        options = settings["sampling"]
        return SamplingOptions(**{field.name: options[field.name] for field in fields(SamplingOptions)})
    except (ValueError, KeyError, TypeError, InputError):
        return SamplingOptions()
