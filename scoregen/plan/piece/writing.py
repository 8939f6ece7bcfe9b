"""Writes the plan of a piece as TOML that a person can read and edit; `reading` reads it back to an equal plan."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from scoregen.plan.piece.piece_plan import PiecePlan, SectionPlan
from scoregen.system.errors import CONTROLS

_SIGNS = {"crescendo": "<", "diminuendo": ">"}


def plan_text(plan: PiecePlan, remarks: Mapping[str, Sequence[str]] = MappingProxyType({})) -> str:
    """The file, with comments: how long each section lasts, and `remarks` on sections by their names."""
    lines = list(_head(plan))
    for section in plan.sections:
        lines += ["", *(f"# {remark}" for remark in remarks.get(section.name, ())), *_section(section)]
    return "\n".join(lines) + "\n"


def _head(plan: PiecePlan) -> Iterator[str]:
    yield f"# {plan.measures} measures, {float(plan.seconds):.0f} seconds"
    if plan.title:
        yield f"title = {_quoted(plan.title)}"
    if not any(len(section.name.split()) > 1 for section in plan.sections):
        yield f"form = {_quoted(plan.form)}"  # a form cannot name a section of several words
    if plan.anacrusis:
        yield f"anacrusis = {_number(plan.anacrusis)}  # quarters"
    if plan.instrumentation:
        yield f"instrumentation = {_quoted(plan.instrumentation)}"


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
    if section.dynamics or section.mood is not None:
        words = (word for level in section.dynamics for word in (level.mark, _SIGNS.get(level.hairpin or "", "")))
        yield f"dynamics = {_quoted(' '.join(filter(None, words)))}"
    for key in ("mark", "text"):
        if text := getattr(section, key):
            yield f"{key} = {_quoted(text)}"
    if section.silence:
        yield f"silence = {section.silence}  # measures of rest at the start"
    if section.hit:
        yield "hit = true  # all parts begin a note at the start"
    yield from _manner(section)


def _manner(section: SectionPlan) -> Iterator[str]:
    """The manner; with a mood all of it, because a mood decides what is left open."""
    has_mood = section.mood is not None
    if has_mood:
        yield f"mood = {_quoted(str(section.mood))}"
    for key in ("density", "articulation", "texture"):
        if has_mood or getattr(section, key):
            yield f"{key} = {_quoted(getattr(section, key))}"
    if has_mood or section.register:
        yield f"register = {section.register}  # semitones"
    for key in ("motif", "motif_part"):
        if text := getattr(section, key):
            yield f"{key} = {_quoted(text)}"
    if section.motif_at:
        yield f"motif_at = [{', '.join(map(str, section.motif_at))}]  # measures"


def _quoted(text: str) -> str:
    """The text as TOML and JSON write it, with escapes for control characters."""
    return CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _number(value: Fraction) -> str:
    return f"{float(value):.4f}".rstrip("0").rstrip(".")
