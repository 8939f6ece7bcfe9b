"""What is fixed in a measure for voices of any kind, as stretches: given chords, and planned ones with their length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.tokens.constraints.plans.given_chords import ChordSpan
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord, PlannedChords
from scoregen.tokens.constraints.state import ConstraintState, onset
from scoregen.tokens.vocabulary import vocabulary

OPENING = Fraction(1)
"""The quarters for which a planned chord lasts that leads nowhere and is not held."""
NOTHING = ChordSpan(frozenset())


@dataclass(frozen=True, slots=True)
class Stretch:
    """A chord from an onset to the next stretch.

    `holds`: all voices begin it together and hold it; `rests`: all rest. `is_loose`: hands need no more of it than its
    bass.
    """

    span: ChordSpan
    holds: bool = False
    rests: bool = False
    is_loose: bool = False


Stretches = Mapping[Fraction, Stretch]
"""By onset in the measure; the last one before the measure has a negative onset."""


def stretches(planned: PlannedChords, given: Mapping[Fraction, ChordSpan]) -> Stretches:
    """The chords of a measure. Given ones replace the planned ones, of which the holds remain."""
    own = _planned(planned)
    if not given:
        return own
    rows = {place: Stretch(span) for place, span in given.items()}
    for place, stretch in own.items():
        end = min((each for each in own if each > place), default=None)
        changes = any(place < each and (end is None or each < end) for each in given)
        if (stretch.holds or stretch.rests) and not changes:
            rows[place] = _over(stretch, given, place)
    return rows


def _over(stretch: Stretch, given: Mapping[Fraction, ChordSpan], place: Fraction) -> Stretch:
    """A held stretch with the given chord that lasts there, if one does."""
    before = max((each for each in given if each <= place), default=None)
    span = given[before] if before is not None else NOTHING
    if not span.members:
        return stretch
    return replace(stretch, span=span if before == place else replace(span, bass=None), is_loose=False)


def _planned(chords: PlannedChords) -> dict[Fraction, Stretch]:
    """Planned chords as stretches, each with its end."""
    rows: dict[Fraction, Stretch] = {}
    places = sorted(chords)
    for number, place in enumerate(places):
        chord, before = chords[place], chords[places[number - 1]] if number else None
        following = places[number + 1] if number + 1 < len(places) else None
        if chord.members:
            holds = chord.final or chord.hold > 0
            rows[place] = Stretch(_span(chord, before), holds, is_loose=not (holds or chord.leads))
        end = place + (chord.hold or max(chord.stay, OPENING) if chord.members else 0)
        if chord.leads or chord.final or (following is not None and following <= end):
            continue
        if chord.rest:
            rows[end] = Stretch(NOTHING, rests=True)
            end += chord.rest
        if following is None or end < following:
            rows[end] = Stretch(NOTHING)
    return rows


def _span(chord: PlannedChord, before: PlannedChord | None) -> ChordSpan:
    root, third, *others = chord.members
    essential = (third, *others[1:], *others[:1])
    steps = before.resolutions(chord) if before and before.leads else {}
    return ChordSpan(frozenset(chord.members), essential, root, frozenset({root}), chord.single, steps)


@dataclass(frozen=True, slots=True)
class Moment:
    """A place in the measure: where its stretch begins, and the next onset at which voices must begin something.

    `place` is None, and the stretch empty, before the first one.
    """

    place: Fraction | None
    begin: Fraction
    stretch: Stretch
    following: Fraction | None

    @classmethod
    def of(cls, rows: Stretches, state: ConstraintState) -> Moment:
        now = onset(state)
        place = max((each for each in rows if each <= now), default=None)
        following = _following(rows, state)
        if place is None:
            return cls(None, now, Stretch(NOTHING), following)
        return cls(place, place, rows[place], following)


def _following(rows: Stretches, state: ConstraintState) -> Fraction | None:
    """The next onset of the measure at which voices must begin something."""
    now, end = onset(state), Fraction(len(state.rules.plan.spans), vocabulary().ticks_per_quarter)
    return min((each for each, stretch in rows.items() if now < each < end and _demands(stretch)), default=None)


def _demands(stretch: Stretch) -> bool:
    return bool(stretch.span.members) or stretch.rests or stretch.holds
