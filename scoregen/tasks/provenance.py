"""The provenance of a composition: the origin of every measure, and everything that reproduces the score."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

from scoregen.model.network.config import SamplingOptions
from scoregen.plan.sections import Sections, first_occurrence
from scoregen.score.elements import Score
from scoregen.system.version import __version__

if TYPE_CHECKING:
    from scoregen.model.network.checkpoint import Weights
    from scoregen.model.sampling.drafts import Draft


def provenance(score: Score, weights: Weights, options: SamplingOptions, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The origin of every measure of every part, and everything that reproduces the score."""
    return {
        "version": __version__,
        "weights": weights.checksum,
        "sampling": asdict(options),
        **settings,
        "measures": {
            part.id: [
                {"number": measure.number, "origin": _origin(measure.voices, part.id)} for measure in score.measures
            ]
            for part in score.parts
        },
    }


def provenance_fields(record: Mapping[str, Any]) -> dict[str, str]:
    """The same record for the miscellaneous fields of a MusicXML file: short texts by name."""
    fields = {
        "scoregen:version": str(record["version"]),
        "scoregen:weights": str(record["weights"]),
        "scoregen:seed": str(record["sampling"]["seed"]),
        "scoregen:options": json.dumps(_options_of(record), sort_keys=True, ensure_ascii=False),
        "scoregen:novelty": json.dumps(record["novelty"], sort_keys=True),
        "scoregen:phrase_ends": " ".join(_phrase_end(end) for end in record["phrase_ends"]),
    }
    if record.get("ranking"):
        fields["scoregen:ranking"] = json.dumps(record["ranking"])
    for part, measures in record["measures"].items():
        for origin in ("given", "generated", "mixed"):
            numbers = [entry["number"] for entry in measures if entry["origin"] == origin]
            if numbers:
                fields[f"scoregen:{origin}:{part}"] = _runs(numbers, [entry["number"] for entry in measures])
    return fields


def _options_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a record, without its results."""
    results = ("version", "weights", "measures", "novelty", "phrase_ends", "ranking")
    return {key: value for key, value in record.items() if key not in results}


def _phrase_end(end: Mapping[str, str]) -> str:
    """A phrase end as `4:2=G`: the number of the measure, the onset, and the chord."""
    return f"{end['measure']}:{end['onset']}={end['chord']}"


def novelty_record(draft: Draft, score: Score, form: Sections, lengths: Sequence[int] = ()) -> dict[str, Any]:
    """The novelty record of the provenance: the limit, and the passages shared with the corpus of the weights.

    `scoregen novelty` finds the works of the passages.
    """
    shared = draft.shared
    if shared is None:
        return {"limit_events": None}
    measures = len(draft.tokens.measures)
    begins = (
        score.measures[first_occurrence(shared.measure, measures, form, lengths)].number if shared.longest else None
    )
    return {
        "limit_events": shared.limit,
        "longest_shared_events": shared.longest,
        "longest_shared_from_measure": begins,
        f"shared_windows_of_{shared.shortest}_percent": round(100 * shared.share, 1),
        "windows_over_the_limit": shared.breaches,
    }


def ranking_record(draft: Draft) -> dict[str, Any] | None:
    """Why the draft was chosen: the drafts, the comparisons, and by term its cost and its gain where they are not 0."""
    if draft.ranking is None:
        return None
    drafts, comparisons, cost, gain = draft.ranking
    return {"drafts": drafts, "comparisons": comparisons, "cost": _rounded(cost), "gain": _rounded(gain)}


def _rounded(terms: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in terms.items() if round(value, 4)}


def _origin(voices: Sequence[Any], part_id: str) -> str:
    origins = {voice.origin for voice in voices if voice.slot.part == part_id}
    return origins.pop() if len(origins) == 1 else "mixed" if origins else "given"


def _runs(numbers: Sequence[str], every: Sequence[str]) -> str:
    """Measure numbers as ranges: `1-4 7 9-12`."""
    chosen = set(numbers)
    groups = [list(group) for is_chosen, group in groupby(every, key=chosen.__contains__) if is_chosen]
    return " ".join(group[0] if len(group) == 1 else f"{group[0]}-{group[-1]}" for group in groups)
