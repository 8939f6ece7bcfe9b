"""Sections that contradict themselves: motifs and hits that do not fit, chords that change where nothing begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from scoregen.plan.piece.motif import MotifNote, degrees, parse_motif
from scoregen.plan.piece.piece_plan import SectionPlan
from scoregen.plan.piece.section_chords import chord_in_force, progression_of

ADVICE = "change one of them, or say harmony = 'suggested'"

Fault = tuple[str, str]
"""The key at fault, and what is wrong."""


def fault_of_manner(section: SectionPlan) -> Fault | None:
    """The first contradiction of a section; None if there is none."""
    if section.hit and section.silence >= section.measures:
        return "hit", f"found a hit after {section.silence} silent measures, where the section ends; shorten silence"
    if not section.motif:
        key = next((key for key in ("motif_at", "motif_part") if getattr(section, key)), None)
        return (key, "found no motif that it could be said of; add motif, or omit it") if key else _density(section)
    try:
        measures = parse_motif(section.motif, section.time)
    except ValueError as error:
        return "motif", str(error)
    places = section.motif_at or (section.silence + 1,)
    return _place(section, len(measures), places) or _chords(section, measures, places) or _density(section)


def _place(section: SectionPlan, length: int, places: Sequence[int]) -> Fault | None:
    key = "motif_at" if section.motif_at else "motif"
    for place, after in zip(places, [*places[1:], section.measures + 1], strict=True):
        if place < 1:
            return key, f"found {place}; expected measures from 1"
        if place <= section.silence:
            return key, f"found measure {place}, which is silent; omit silence, or begin the motif after it"
        if place + length > after:
            left = max(after - place, 0)
            return key, f"found a motif of {length} measures at measure {place}, where there are {left}; shorten it"
    return None


def _chords(section: SectionPlan, measures: Sequence[Sequence[MotifNote]], places: Sequence[int]) -> Fault | None:
    """A measure in which no note of the motif belongs to the fixed chords under it."""
    if not section.chords or not section.fixed:
        return None
    for place in places:
        for number, notes in enumerate(measures, place):
            found = list(_against(section, number, notes))
            if found and not any(fits for _, fits in found):
                names = ", ".join(dict.fromkeys(name for name, _ in found))
                return "motif", f"no note of it is in the fixed chords of measure {number}, {names}; {ADVICE}"
    return None


def _against(section: SectionPlan, number: int, notes: Sequence[MotifNote]) -> Iterator[tuple[str, bool]]:
    """For each note over a fixed chord the name of the chord, and whether the note belongs to it."""
    timeline, onset = progression_of(section), Fraction(0)
    scale = degrees(section.key)
    for note in notes:
        chord = chord_in_force(timeline, number - 1, onset)
        if chord is not None and chord.tones is not None and chord.fixed and note.step is not None:
            yield chord.name, scale[note.step % 7] + 7 * note.alter in chord.tones.members
        onset += note.length


def _density(section: SectionPlan) -> Fault | None:
    """Fixed chords that begin where a still or calm section has no onset; suggested ones and `N.C.` fix nothing."""
    starts = section.slow_onsets
    if starts is None or not section.chords or not section.fixed:
        return None
    for index, chords in progression_of(section).items():
        if not {onset for onset, chord in chords.items() if chord.fixed and chord.tones} <= set(starts):
            return "density", f"found {section.density!r}, but chords change within measure {index + 1}; {ADVICE}"
    return None
