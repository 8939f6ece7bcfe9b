"""A plan made like a piece: what it leaves open is taken from the density, the texture and the chords of the piece."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scoregen.plan.chords.chord_rows import FREE, Rows, beat_rows, free_rows, set_chord, text_of_rows
from scoregen.plan.form import PieceOptions, phrase_end_place
from scoregen.plan.likeness.likeness import Likeness, mode_of
from scoregen.plan.likeness.progression import filled
from scoregen.plan.piece.contradictions import fault_of_manner
from scoregen.plan.piece.piece_plan import PiecePlan, SectionPlan
from scoregen.plan.piece.reading import with_keys
from scoregen.plan.piece.section_chords import NUMERALS, closing_measures

FREELY = ("moving", "flowing", "driving")
"""The densities under which chords can change on any beat."""


def liking(plan: PiecePlan, likeness: Likeness, seed: int = 0) -> PiecePlan:
    """The plan with suggested chords where none is fixed, and with the density and texture of the piece.

    What the plan says stays, except chords that it suggests. Named cadences become chords, which are suggested too in a
    section whose density leaves no onset for them.
    """
    sections = [_with_chords(section, likeness, f"{seed} {number}") for number, section in enumerate(plan.sections)]
    return with_keys(replace(plan, sections=tuple(sections)), [_manner(section, likeness) for section in sections])


def _with_chords(section: SectionPlan, likeness: Likeness, seed: str) -> SectionPlan:
    rows = _rows(section)
    if rows is None:
        return section
    drawn = filled(rows, likeness, mode_of(section.key), seed)
    for measure in range(section.silence):
        drawn[measure] = rows[measure]
    if drawn == rows:
        return section
    found = replace(section, chords=text_of_rows(drawn), fixed=True)
    return found if fault_of_manner(found) is None else replace(found, fixed=False)


def _rows(section: SectionPlan) -> Rows | None:
    """The fixed chords of a section by beats; None if they are written otherwise."""
    beats = len(section.time.groups)
    if section.chords and section.fixed:
        rows = beat_rows(section.chords, section.measures, beats)
        return rows and [[FREE if word.startswith("(") else word for word in row] for row in rows]
    rows = free_rows(section.measures, beats)
    _set_cadences(rows, section)
    return rows


def _set_cadences(rows: Rows, section: SectionPlan) -> None:
    """Put the chords of the cadences that are named at the ends of their phrases."""
    onset = phrase_end_place(PieceOptions(section.measures, time=str(section.time)), section.time)
    beats, mode = section.time.beat_onsets, mode_of(section.key)
    beat = beats.index(onset)
    for name, stop in zip(section.closes, sorted(closing_measures(section)), strict=False):
        before, goal = NUMERALS.get(name, {mode: ("", "")})[mode]
        if goal:
            rows[stop - 1][beat:] = [goal] + ["/"] * (len(beats) - beat - 1)
        if before:
            measure, place = (stop - 1, beat - 1) if beat else (stop - 2, len(beats) - 1)
            if measure >= 0:
                set_chord(rows, measure, place, before)


def _manner(section: SectionPlan, likeness: Likeness) -> Mapping[str, str]:
    words = section.chords.replace("/", " ").replace("|", " ").split()
    is_fixed = any(word != FREE and not word.startswith("(") for word in words)
    dense = likeness.density
    return {
        "texture": likeness.texture,
        "density": dense if dense in FREELY or not is_fixed else "moving",
    }
