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
class ChosenDraft:
    """Why a draft was chosen: by term its cost, and its mean gain against the drafts beside it, in nats per choice."""

    drafts: int
    comparisons: int
    terms: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True)
class WritingRecord:
    """What the provenance of a score says of how it was written.

    `options` are the sampling options, else the defaults; `weights` is the checksum of the weights, or None; `style`
    and `ensemble` are None if it names none. `given` are ranges of measures by part. `ranking` is None if
    it says nothing of it.
    """

    options: SamplingOptions = field(default_factory=SamplingOptions)
    weights: str | None = None
    style: str | None = None
    ensemble: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    ranking: ChosenDraft | None = None


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
        _ranking(_settings(texts.get("ranking", "{}"))),
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


def _ranking(values: Mapping[str, Any]) -> ChosenDraft | None:
    """The ranking of a provenance; None without one or if it is damaged."""
    try:
        cost, gain = dict(values["cost"]), dict(values["gain"])
        names = dict.fromkeys([*cost, *gain])
        terms = tuple((str(name), float(cost.get(name, 0)), float(gain.get(name, 0))) for name in names)
        return ChosenDraft(int(values["drafts"]), int(values["comparisons"]), terms)
    except (KeyError, TypeError, ValueError):
        return None


def ranking_table(ranking: ChosenDraft) -> list[str]:
    """The terms as aligned lines, and their sums."""
    total = ("sum", sum(cost for _, cost, _ in ranking.terms), sum(gain for *_, gain in ranking.terms))
    width = max(len(name) for name, *_ in (*ranking.terms, total))
    lines = [f"{name:{width}}  {cost:8.4f}  {gain:8.4f}" for name, cost, gain in (*ranking.terms, total)]
    times = "once" if ranking.comparisons == 1 else f"{ranking.comparisons} times"
    return [f"{ranking.drafts} drafts, compared {times}", f"{'':{width}}  {'cost':>8}  {'gain':>8}", *lines]
