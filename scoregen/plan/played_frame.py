"""The frame of music for instruments: where it begins, closes its phrases, and ends.

Instruments play on where a voice rests, and between phrases. Only the last chord is held: to the end of the given
notes, or, after an epilogue of a measure or more, through the last measure.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.plan.cadence_setting import Setting
from scoregen.plan.measure_plans import TimedChords, timed_chords
from scoregen.plan.melody_cadences import MelodyCadence
from scoregen.score.elements import Measure, Score
from scoregen.score.keys import Key
from scoregen.score.theory.chord_kinds import MEMBERS
from scoregen.score.timeline import measure_onsets
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord

_FIFTH = 1


def with_played_ends(score: Score) -> Score:
    """The score with each phrase end at the start of its measure; where phrases begin on an upbeat, the last alone."""
    if score.has_anacrusis:
        return replace(score, measures=(*score.measures[:-1], _closing_at_its_start(score.measures[-1])))
    return replace(score, measures=tuple(map(_closing_at_its_start, score.measures)))


def _closing_at_its_start(measure: Measure) -> Measure:
    return replace(measure, phrase_ends=(Fraction(0),)) if measure.phrase_ends else measure


def played_chords(
    cadences: Sequence[MelodyCadence], setting: Setting, score: Score, chance: random.Random
) -> TimedChords:
    """The first chord, the cadences, and the last chord of music with given voices."""
    chords = dict(timed_chords(cadences, setting.music, score.duration, "flowing", setting.style))
    last = next((each.goal.onset for each in cadences if each.is_last), None)
    if last is None or _is_early(setting, score, last):
        chords |= {} if last is None else {last: replace(chords[last], hold=Fraction(0), rest=Fraction(0))}
        chords |= _closing(setting, score, chance)
    return _opening(setting, score) | chords


def _is_early(setting: Setting, score: Score, last: Fraction) -> bool:
    """Whether a measure or more follows after the given notes of the last cadence."""
    ends = [note.end for slot in setting.music.lines if (note := setting.music.at(slot, last))]
    return bool(ends) and score.duration - max(ends) >= score.measures[-1].duration


def _opening(setting: Setting, score: Score) -> dict[Fraction, PlannedChord]:
    """The tonic on the first downbeat, if what is given allows it."""
    first = 1 if score.has_anacrusis and len(score.measures) > 1 else 0
    key, start = setting.keys[first], measure_onsets(score)[first]
    members = _triad(key, "major" if key.has_major_third else "minor")
    return {start: PlannedChord(members)} if setting.allows(members, start) else {}


def _closing(setting: Setting, score: Score, chance: random.Random) -> dict[Fraction, PlannedChord]:
    """The tonic in the last measure after its dominant, as far as what is given allows them."""
    start, last, key = measure_onsets(score)[-1], score.measures[-1], setting.keys[-1]
    picardy = setting.style.melody_cadences.picardy.get(key.mode, 0.0)
    is_major = key.has_major_third or chance.random() < picardy
    goal = _triad(key, "major" if is_major else "minor")
    if not setting.allows(goal, start):
        return {}
    place = start - last.time.groups[0]
    dominant = tuple(key.tonic_fifths + _FIFTH + each for each in MEMBERS["dominant"])
    leads = {place: PlannedChord(dominant, leads=True)} if place > 0 and setting.allows(dominant, place) else {}
    return {**leads, start: PlannedChord(goal, hold=last.duration)}


def _triad(key: Key, kind: str) -> tuple[int, ...]:
    return tuple(key.tonic_fifths + each for each in MEMBERS[kind])
