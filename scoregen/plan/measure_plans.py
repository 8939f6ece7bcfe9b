"""Plans of measures: cadences and open onsets, which are planned in time, placed in the measures of a score."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence, Set
from fractions import Fraction

from scoregen.plan.chords.given_line import GivenMusic
from scoregen.plan.melody_cadences import MelodyCadence
from scoregen.plan.pulse import Rhythm
from scoregen.score.elements import Score
from scoregen.score.theory.cadences import DOMINANT
from scoregen.score.timeline import measure_onsets
from scoregen.styles.style import Style
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord

TimedChords = Mapping[Fraction, PlannedChord]
"""Planned chords by onset in quarters from the start of the piece."""


def timed_chords(
    cadences: Sequence[MelodyCadence], music: GivenMusic, duration: Fraction, rhythm: Rhythm, style: Style
) -> TimedChords:
    """The chords of cadences. Unless the rhythm flows, the last chord of a phrase is held as long as its given note,
    and all voices rest where the given ones do; at the end of the piece always.
    """
    chords = _silence_before(music) if rhythm != "flowing" else {}
    for cadence in cadences:
        if cadence.before:
            members = cadence.before.members
            leads, begin = _is_dominant(members, cadence.goal.members), cadence.early or cadence.goal.onset
            stay = begin - cadence.before.onset if cadence.is_last and not leads else Fraction(0)
            chords[cadence.before.onset] = PlannedChord(members, stay=stay, leads=leads)
        if cadence.early is not None:
            stay = cadence.goal.onset - cadence.early if cadence.is_last else Fraction(0)
            chords[cadence.early] = PlannedChord(cadence.goal.members, stay=stay)
        stays = (rhythm != "flowing" or cadence.is_last) and not cadence.passes
        hold, rest = _length(cadence, music, duration) if stays else (Fraction(0), Fraction(0))
        chords[cadence.goal.onset] = PlannedChord(cadence.goal.members, stay=style.cadences.stay, hold=hold, rest=rest)
    return chords


def _silence_before(music: GivenMusic) -> dict[Fraction, PlannedChord]:
    """A rest of all voices until the first given note."""
    first = min((line[0].onset for line in music.lines.values() if line), default=Fraction(0))
    return {Fraction(0): PlannedChord((), rest=first)} if first and Fraction(0) not in music.gaps else {}


def _is_dominant(members: tuple[int, ...], goal: tuple[int, ...]) -> bool:
    """Whether a chord is a dominant of the next one."""
    has_leading_note = members[1] - members[0] == 4
    return has_leading_note and DOMINANT.degrees == (members[0] - goal[0],)


def _length(cadence: MelodyCadence, music: GivenMusic, duration: Fraction) -> tuple[Fraction, Fraction]:
    """How long the last chord of a phrase is held, and how long all given voices rest afterwards."""
    onset = cadence.goal.onset
    later = music.next_onset(onset)
    later = duration if later is None else later
    ends = [note.end for slot in music.lines if (note := music.at(slot, onset))]
    end = min(max(ends, default=later), later)
    return end - onset, later - end


def in_measures(
    score: Score, chords: TimedChords, onsets: Set[Fraction] | None, widest_leap: int | None
) -> dict[int, MeasurePlan]:
    """The plan of each measure. A chord that lasts or leads into a later measure is in its plan too."""
    starts = measure_onsets(score)
    places = sorted(chords)
    plans: dict[int, MeasurePlan] = {}
    rests = {place + chord.hold for place, chord in chords.items() if chord.rest}
    open_places = sorted({*onsets, *places, *rests}) if onsets is not None else None
    for index, (start, measure) in enumerate(zip(starts, score.measures, strict=True)):
        end = start + measure.duration
        own = {place - start: chords[place] for place in _between(places, start, end)}
        earlier = bisect_left(places, start) - 1
        if earlier >= 0 and _reaches(chords[places[earlier]], places[earlier], start):
            own[places[earlier] - start] = chords[places[earlier]]
        inside = (
            None if open_places is None else frozenset(place - start for place in _between(open_places, start, end))
        )
        plans[index] = MeasurePlan(own, onsets=inside, widest_leap=widest_leap)
    return plans


def _between(ordered: Sequence[Fraction], low: Fraction, high: Fraction) -> Sequence[Fraction]:
    return ordered[bisect_left(ordered, low) : bisect_left(ordered, high)]


def _reaches(chord: PlannedChord, onset: Fraction, start: Fraction) -> bool:
    return chord.leads or onset + max(chord.hold + chord.rest, chord.stay) > start
