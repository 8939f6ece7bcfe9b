"""The chords of a section of a plan: its progression, and those of the cadences that it names.

Both are given chords over the blank measures of the section, by measure index and onset.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from scoregen.plan.chords.chord_symbols import ChordTimeline, GivenChord
from scoregen.plan.chords.chord_text import text_timeline
from scoregen.plan.form import PieceOptions, beat_before, phrase_end_place
from scoregen.plan.piece.piece_plan import OPEN, SectionPlan
from scoregen.score.elements import Measure, Score
from scoregen.score.keys import Key
from scoregen.score.theory.chord_text import parse_chord_text
from scoregen.score.theory.symbol_tones import chord_tones
from scoregen.system.errors import InputError

NUMERALS = {
    "authentic": {"major": ("V", "I"), "minor": ("V", "i")},
    "half": {"major": ("", "V"), "minor": ("", "V")},
    "deceptive": {"major": ("V", "vi"), "minor": ("V", "VI")},
    "plagal": {"major": ("IV", "I"), "minor": ("iv", "i")},
}
"""The chord a beat before a phrase end, and the chord at it, by the mode of the key."""


def progression(section: SectionPlan, own: Score) -> dict[int, dict[Fraction, GivenChord]]:
    """The chords of a section; suggested ones bind on beats, those that are suggested one by one nowhere."""
    timeline = text_timeline(section.chords, own, section.key)
    if section.fixed:
        return {index: dict(chords) for index, chords in timeline.items()}
    return {index: {onset: _ornamented(chord) for onset, chord in chords.items()} for index, chords in timeline.items()}


def _ornamented(chord: GivenChord) -> GivenChord:
    return replace(chord, fixed=False, ornamented=chord.fixed and chord.tones is not None)


def progression_of(section: SectionPlan) -> dict[int, dict[Fraction, GivenChord]]:
    """The progression over the measures of the section alone."""
    return progression(section, _measures(section))


def asked_chords(section: SectionPlan, own: Score) -> dict[int, dict[Fraction, GivenChord]]:
    """The chords of the cadences that the plan names, and what ends each of them."""
    found: dict[int, dict[Fraction, GivenChord]] = {}
    mode = "major" if section.key.has_major_third else "minor"
    for name, (index, end) in zip(section.closes, places_of_ends(own), strict=False):
        if not name:
            continue
        before, goal = NUMERALS[name][mode]
        found.setdefault(index, {})[end] = _chord(goal, section.key)
        place = beat_before(own, index, end)
        if before and place is not None:
            found.setdefault(place[0], {})[place[1]] = _chord(before, section.key)
    return found


def places_of_ends(own: Score) -> list[tuple[int, Fraction]]:
    return [(index, end) for index, measure in enumerate(own.measures) for end in measure.phrase_ends]


def _chord(name: str, key: Key) -> GivenChord:
    symbol = parse_chord_text(name, key)
    assert symbol is not None
    return GivenChord(chord_tones(symbol), name=name)


def fault_of_chords(section: SectionPlan) -> tuple[str, str] | None:
    """The key of a plan that is at fault and what is wrong: chords not understood, or cadences that they exclude.

    Suggested chords, and those of a progression that changes key, exclude no cadence.
    """
    own = _measures(section)
    try:
        found = progression(section, own) if section.chords else {}
    except InputError as error:
        return "chords", error.message
    asked = asked_chords(section, own) if section.fixed and ":" not in section.chords else {}
    for name, (index, end) in zip(section.closes, places_of_ends(own), strict=False):
        goal, there = asked.get(index, {}).get(end), chord_in_force(found, index, end)
        if goal is None or there is None or goal.tones is None or there.tones is None:
            continue
        if goal.tones.members[0] != there.tones.members[0]:
            return "cadences", (
                f"found {name!r} at the end of measure {index + 1} of the section, where chords has {there.name};"
                " change one of them"
            )
    return None


def closing_measures(section: SectionPlan) -> set[int]:
    """The measures, from 1, with which the phrases of a section close; without phrases the last one."""
    lengths = section.phrases or (section.measures,)
    names = section.cadences or ("",) * len(lengths)
    return {sum(lengths[: number + 1]) for number, name in enumerate(names) if name != OPEN}


def _measures(section: SectionPlan) -> Score:
    """The measures of a section without voices, with its phrase ends."""
    options = PieceOptions(section.measures, time=str(section.time))
    place = phrase_end_place(options, section.time)
    stops = closing_measures(section)
    rows = (
        Measure(str(number), section.time.duration, section.time, section.key.signature, phrase_ends=ends)
        for number in range(1, section.measures + 1)
        for ends in [(place,) if number in stops else ()]
    )
    return Score((), tuple(rows))


def chord_in_force(timeline: ChordTimeline, index: int, place: Fraction) -> GivenChord | None:
    """The chord that sounds at a place of a section."""
    for number in range(index, -1, -1):
        onsets = [onset for onset in timeline.get(number, {}) if number < index or onset <= place]
        if onsets:
            return timeline[number][max(onsets)]
    return None
