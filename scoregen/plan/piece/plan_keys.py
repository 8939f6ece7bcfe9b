"""Keys that are added to a plan as if they stood in its file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scoregen.plan.piece.piece_plan import PiecePlan
from scoregen.plan.piece.reading import parse_plan
from scoregen.plan.piece.writing import plan_text


def section_keys(plan: PiecePlan) -> list[Mapping[str, Any]]:
    """The keys of each section as they stand in the file of the plan."""
    return list(tomllib.loads(plan_text(plan))["section"])


def with_keys(plan: PiecePlan, keys: Sequence[Mapping[str, str]]) -> PiecePlan:
    """The plan with keys and texts of its sections, as if they stood in its file; those that it has stay."""
    head, *sections = plan_text(plan).split("\n[[section]]\n")
    texts = [head]
    for text, own in zip(sections, keys, strict=True):
        known = tomllib.loads(text)
        lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in own.items() if key not in known]
        texts.append(f"{text.rstrip()}\n{''.join(lines)}\n")
    return replace(parse_plan("\n[[section]]\n".join(texts)), order=plan.order)
