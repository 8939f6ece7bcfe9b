"""Sections that loop: where their harmony is free they begin on the tonic and end on the dominant, which leads back.

A long section gets a progression of the grammar where its harmony is free, a chord to a measure, drawn by the seed:
left to itself it would stand on its tonic. It is suggested; what is fixed in the section stays.

A loop is a section of a plan file, or the stretch of a scene from one hit to the next.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scoregen.plan.chords.chord_rows import FREE, PROLONGED, is_free, set_chord, text_of_rows
from scoregen.plan.piece.piece_plan import OPEN, PiecePlan, SectionPlan
from scoregen.plan.scene.scene_plan import DOMINANT
from scoregen.plan.scene.suggested_harmony import rows_of, suggested, tonic_of


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


def looping(plan: PiecePlan, loops: Sequence[Loop], seed: int = 0) -> PiecePlan:
    """The plan with a tonic at the start of each loop and a dominant at its end, where its harmony is free there."""
    sections = [
        _moving(section, random.Random(f"{seed} {number} loops")) for number, section in enumerate(plan.sections)
    ]
    for loop in loops:
        first, last = loop.sections[0], loop.sections[-1]
        sections[first] = _beginning(sections[first], plan.sections[first])
        sections[last] = _leading(sections[last])
    return replace(plan, sections=tuple(sections))


def _moving(section: SectionPlan, chance: random.Random) -> SectionPlan:
    """A long section with a progression that is suggested where it is free; its last beat stays free."""
    rows = rows_of(section)
    if rows is None or section.measures - section.silence < LONG:
        return section
    found = suggested(section, chance)
    if found == section or not is_free(rows, -1, beat := _last_onset(section)):
        return found
    moved = rows_of(found)
    assert moved is not None
    moved[-1][beat:] = [FREE] + [PROLONGED] * (len(section.time.groups) - 1 - beat)
    return replace(found, chords=text_of_rows(moved))


def _last_onset(section: SectionPlan) -> int:
    """The last beat of a measure at which something may begin."""
    beats = section.time.beat_onsets
    return beats.index((section.slow_onsets or beats)[-1])


LONG = 4
"""The measures of a section from which on its harmony moves."""


def _beginning(section: SectionPlan, given: SectionPlan) -> SectionPlan:
    """The section with a tonic at its start, where the given one is free."""
    rows, own, tonic = rows_of(section), rows_of(given), tonic_of(section.key)
    if section.silence or rows is None or own is None or not is_free(own, 0, 0) or rows[0][0] == tonic:
        return section
    set_chord(rows, 0, 0, tonic)
    return replace(section, chords=text_of_rows(rows))


def _leading(section: SectionPlan) -> SectionPlan:
    """The section with a dominant from its last beat on, or from the last onset of a still one."""
    rows, beat = rows_of(section), _last_onset(section)
    held = range(beat, len(section.time.groups))
    if rows is None or section.silence >= section.measures or not all(is_free(rows, -1, each) for each in held):
        return section
    rows[-1][beat:] = [DOMINANT] + [PROLONGED] * (len(held) - 1)
    return replace(section, chords=text_of_rows(rows), cadences=(OPEN,), phrases=())
