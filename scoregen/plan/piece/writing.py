"""Writes the plan of a piece as TOML that a person can read and edit; `reading` reads it back to an equal plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction

from scoregen.plan.piece.piece_plan import PiecePlan, SectionPlan
from scoregen.system.errors import CONTROLS

_SIGNS = {"crescendo": "<", "diminuendo": ">"}


def plan_text(plan: PiecePlan) -> str:
    """The file, with a comment that tells how long each section lasts."""
    return "\n".join([*_head(plan), *(line for section in plan.sections for line in ("", *_section(section)))]) + "\n"


def _head(plan: PiecePlan) -> Iterator[str]:
    yield f"# {plan.measures} measures, {float(plan.seconds):.0f} seconds"
    if plan.title:
        yield f"title = {_quoted(plan.title)}"
    if not any(len(section.name.split()) > 1 for section in plan.sections):
        yield f"form = {_quoted(plan.form)}"  # a form cannot name a section of several words
    if plan.anacrusis:
        yield f"anacrusis = {_number(plan.anacrusis)}  # quarters"
    yield from _others(plan.others)


def _section(section: SectionPlan) -> Iterator[str]:
    yield "[[section]]"
    yield f"name = {_quoted(section.name)}"
    yield f"measures = {section.measures}  # {float(section.seconds):.1f} seconds"
    yield f"key = {_quoted(str(section.key))}"
    yield f"time = {_quoted(str(section.time))}"
    yield f"tempo = {_number(section.tempo)}"
    if section.phrases:
        yield f"phrases = [{', '.join(map(str, section.phrases))}]"
    if section.cadences:
        yield f"cadences = [{', '.join(map(_quoted, section.cadences))}]"
    if section.chords:
        yield f"chords = {_quoted(section.chords)}"
        yield f"harmony = {_quoted('fixed' if section.fixed else 'suggested')}"
    if section.dynamics:
        words = (word for level in section.dynamics for word in (level.mark, _SIGNS.get(level.hairpin or "", "")))
        yield f"dynamics = {_quoted(' '.join(filter(None, words)))}"
    for key in ("mark", "text"):
        if text := getattr(section, key):
            yield f"{key} = {_quoted(text)}"
    if section.silence:
        yield f"silence = {section.silence}  # measures of rest at the start"
    yield from _others(section.others)


def _others(others: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for key, text in others:
        yield f"{key} = {_quoted(text)}"


def _quoted(text: str) -> str:
    """The text as TOML and JSON write it, with escapes for control characters."""
    return CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _number(value: Fraction) -> str:
    return f"{float(value):.4f}".rstrip("0").rstrip(".")
