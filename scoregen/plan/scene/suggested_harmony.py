"""Harmony for what a scene leaves open: suggested progressions of the grammar, between the chords that are fixed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from scoregen.plan.chords.chord_rows import FREE, PROLONGED, Rows, beat_rows, free_rows, text_of_rows
from scoregen.plan.forms.progressions import Wish, draw_progression
from scoregen.plan.forms.section_drawing import closing_cadence
from scoregen.plan.mood.affect import NEUTRAL
from scoregen.plan.mood.music_table import traits_of
from scoregen.plan.piece.piece_plan import OPEN, PiecePlan, SectionPlan
from scoregen.score.keys import Key

SHORTEST = 2
"""The sounding measures of a section from which on its harmony moves; a shorter one is left to the network."""
DRAWN_MODES = ("major", "minor")


def with_suggested_harmony(plan: PiecePlan, seed: int = 0) -> PiecePlan:
    """The plan with a progression in every section whose harmony is free, by its mood, towards a cadence of its mood.

    The last one closes fully. A section whose cadences are open goes on into the next.
    """
    sections, key = list[SectionPlan](), None
    for number, section in enumerate(plan.sections):
        chance = random.Random(f"{seed} {number} harmony")
        is_last = number + 1 == len(plan.sections)
        cadence = OPEN if section.cadences else closing_cadence(section.mood or NEUTRAL, chance, is_last=is_last)
        is_long = section.measures - section.silence >= SHORTEST
        sections.append(suggested(section, chance, cadence, opens=section.key != key) if is_long else section)
        key = section.key
    return replace(plan, sections=tuple(sections))


def suggested(section: SectionPlan, chance: random.Random, cadence: str = OPEN, *, opens: bool = True) -> SectionPlan:
    """A section with a progression where it is free, towards a cadence; it `opens` on the tonic.

    A section without any chord gets a suggested progression, one with fixed chords single suggestions between them.
    """
    rows = rows_of(section)
    if rows is None or section.key.mode not in DRAWN_MODES or section.silence >= section.measures:
        return section
    own = rows[section.silence :]
    words = _in_force(_drawn(section, len(own), chance, cadence))
    if opens:
        first, tonic = words[0][0], tonic_of(section.key)
        words[0] = [tonic if word == first else word for word in words[0]]
    found = [*rows[: section.silence], *_filled(own, words, is_single=bool(section.chords))]
    if found == rows:
        return section
    return replace(section, chords=text_of_rows(found), fixed=bool(section.chords) and section.fixed)


def _drawn(section: SectionPlan, measures: int, chance: random.Random, cadence: str) -> Rows:
    """A progression with a word for each beat."""
    traits = traits_of(section.mood) if section.mood is not None else None
    wish = Wish(traits.dissonance, traits.chords_a_measure) if traits else Wish()
    text = draw_progression((measures,), (cadence,), section.key, section.time, wish, {}, chance)
    beats = len(section.time.groups)
    rows = [row.split() for row in text.split(" | ")]
    return [row + [PROLONGED] * (beats - len(row)) for row in rows]


def _filled(rows: Rows, words: Rows, *, is_single: bool) -> Rows:
    """Rows with the words of others wherever nothing is fixed."""
    found = Rows()
    for row, held, new in zip(rows, _in_force(rows), words, strict=True):
        written, last = list[str](), ""
        for own, before, word in zip(row, held, new, strict=True):
            text = (f"({word})" if is_single else word) if before == FREE else own
            written.append(PROLONGED if text in (last, PROLONGED) else text)
            last = text if text != PROLONGED else last
        found.append(written)
    return found


def _in_force(rows: Sequence[Sequence[str]]) -> Rows:
    """The word that holds at each beat."""
    found = Rows()
    for row in rows:
        held = list[str]()
        for word in row:
            held.append(held[-1] if word == PROLONGED else word)
        found.append(held)
    return found


def rows_of(section: SectionPlan) -> Rows | None:
    """The chords of a section by beats; None if cadences decide them, or if they are written otherwise."""
    if any(name != OPEN for name in section.cadences):
        return None
    beats = len(section.time.groups)
    if section.chords:
        return beat_rows(section.chords, section.measures, beats)
    return free_rows(section.measures, beats)


def tonic_of(key: Key) -> str:
    """The numeral of the tonic."""
    return "I" if key.has_major_third else "i"
