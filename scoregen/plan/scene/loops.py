"""Sections that loop: where their harmony is free they begin on the tonic and end on the dominant, which leads back.

A loop is a section of a plan file, or the stretch of a scene from one hit to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scoregen.plan.piece.piece_plan import OPEN, PiecePlan, SectionPlan
from scoregen.plan.scene.scene_plan import DOMINANT, FREE, tonic_of

PROLONGED = "/"


@dataclass(frozen=True, slots=True)
class Loop:
    """A stretch of a plan that is repeated: its name, and the indices of its sections, in order."""

    name: str
    sections: tuple[int, ...]


def loops_of_sections(plan: PiecePlan) -> tuple[Loop, ...]:
    """A loop for each section of a plan."""
    return tuple(Loop(section.name, (number,)) for number, section in enumerate(plan.sections))


def loops_of_hits(plan: PiecePlan) -> tuple[Loop, ...]:
    """A loop for each stretch of a scene's plan between rehearsal marks, named by the cue that begins it."""
    starts = [number for number, section in enumerate(plan.sections) if section.mark or number == 0]
    stops = [*starts[1:], len(plan.sections)]
    names = [plan.sections[start].text or plan.sections[start].name for start in starts]
    return tuple(Loop(name, tuple(range(start, stop))) for name, start, stop in zip(names, starts, stops, strict=True))


def looping(plan: PiecePlan, loops: Sequence[Loop]) -> PiecePlan:
    """The plan with a tonic at the start of each loop and a dominant at its end, where its harmony is free there."""
    sections = list(plan.sections)
    for loop in loops:
        first, last = loop.sections[0], loop.sections[-1]
        sections[first] = _beginning(sections[first])
        sections[last] = _leading(sections[last])
    return replace(plan, sections=tuple(sections))


def _beginning(section: SectionPlan) -> SectionPlan:
    rows = _rows(section)
    if section.silence or rows is None or rows[0][0] != FREE:
        return section
    rows[0][0] = tonic_of(section.key)
    if len(rows[0]) > 1 and rows[0][1] == PROLONGED:
        rows[0][1] = FREE
    return _with_rows(section, rows)


def _leading(section: SectionPlan) -> SectionPlan:
    rows = _rows(section)
    beats = len(section.time.groups)
    in_force = [word for word in rows[-1] if word != PROLONGED] if rows else []
    if rows is None or len(rows[-1]) != beats or in_force[-1:] != [FREE] or section.silence >= section.measures:
        return section
    rows[-1][-1] = DOMINANT
    return replace(_with_rows(section, rows), cadences=(OPEN,), phrases=())


def _rows(section: SectionPlan) -> list[list[str]] | None:
    """The words of each measure, nothing fixed in a section without chords; None if cadences decide them."""
    if any(name != OPEN for name in section.cadences):
        return None
    if section.chords:
        rows = [row.split() for row in section.chords.strip().strip("|").split("|")]
        return rows if len(rows) == section.measures and all(rows) else None
    return [[FREE] + [PROLONGED] * (len(section.time.groups) - 1) for _ in range(section.measures)]


def _with_rows(section: SectionPlan, rows: Sequence[Sequence[str]]) -> SectionPlan:
    return replace(section, chords=" | ".join(" ".join(row) for row in rows))
