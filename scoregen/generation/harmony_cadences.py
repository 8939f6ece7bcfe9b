"""The cadences of a plan of measures, taken from a harmonic plan.

A plan of measures fixes a chord at every phrase end, and a dominant before some of them. Under a harmonic plan these
are its chords: the one at the phrase end, and the one before it if it is a dominant of it in root position.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.score.theory.cadences import DOMINANT
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan, Plan
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord
from scoregen.tokens.events import Harmony, Header

REACH = Fraction(2)
"""The most quarters between a dominant and its goal."""
Timed = dict[Fraction, PlannedChord]


def with_cadences(plan: Plan, headers: Sequence[Header]) -> Plan:
    """The plan of measures with the chords of the harmonic plan in the headers at its phrase ends."""
    starts = _starts(headers)
    chords = _chords(headers, starts)
    timed = {
        starts[index] + onset: chord
        for index, own in plan.items()
        for onset, chord in own.chords.items()
        if onset >= 0 and not chord.leads
    }
    for place, chord in list(timed.items()):
        if chord.members:
            timed |= _cadence(place, chord, chords)
    return {index: _measure(own, index, timed, starts, headers) for index, own in plan.items()}


def _cadence(place: Fraction, planned: PlannedChord, chords: Mapping[Fraction, Harmony]) -> Timed:
    """The chord at a phrase end, and the dominant before it if there is one."""
    onset = max((each for each in chords if each <= place), default=None)
    if onset is None:
        return {}
    goal = chords[onset]
    is_new = goal.inversion == 0 and [each % 12 for each in goal.members] != [each % 12 for each in planned.members]
    cadence = {place: replace(planned, members=goal.members)} if is_new else {}
    earlier = max((each for each in chords if each < onset), default=None)
    if earlier is not None and onset - earlier <= REACH and onset == place and _leads(chords[earlier], goal):
        cadence[earlier] = PlannedChord(chords[earlier].members, leads=True)
    return cadence


def _leads(chord: Harmony, goal: Harmony) -> bool:
    """Whether a chord is a dominant of another, both in root position."""
    is_dominant = DOMINANT.contains(chord.root - goal.root, chord.quality)
    return is_dominant and chord.inversion == goal.inversion == 0


def _starts(headers: Sequence[Header]) -> list[Fraction]:
    starts = [Fraction(0)]
    for header in headers:
        starts.append(starts[-1] + header.duration)
    return starts


def _chords(headers: Sequence[Header], starts: Sequence[Fraction]) -> dict[Fraction, Harmony]:
    """The chords of the harmonic plan by onset in the piece."""
    return {starts[index] + chord.onset: chord for index, header in enumerate(headers) for chord in header.harmony}


def _measure(
    own: MeasurePlan, index: int, timed: Timed, starts: Sequence[Fraction], headers: Sequence[Header]
) -> MeasurePlan:
    """The plan of a measure with its chords, and the one before it if it lasts or leads into it."""
    start, end = starts[index], starts[index] + headers[index].duration
    chords = {place - start: chord for place, chord in timed.items() if start <= place < end}
    earlier = max((place for place in timed if place < start), default=None)
    if earlier is not None:
        chord = timed[earlier]
        if chord.leads or earlier + max(chord.hold + chord.rest, chord.stay) > start:
            chords[earlier - start] = chord
    onsets = own.onsets if own.onsets is None else own.onsets | {place for place in chords if place >= 0}
    return replace(own, chords=chords, onsets=onsets)
