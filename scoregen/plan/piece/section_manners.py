"""How densely and how high the measures of a planned piece are written, in the plans of its drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.plan.drafts import DraftPlans
from scoregen.plan.piece.given_parts import usual_range
from scoregen.plan.piece.piece_plan import PiecePlan, SectionPlan
from scoregen.plan.piece.planned_piece import PlannedPiece
from scoregen.score.elements import Measure, Score
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan, Plan

SLOW = 96
"""The beats per minute below which driving music divides its beats into quarters."""
OCTAVE = 12


@dataclass(frozen=True, slots=True)
class VoiceRange:
    """The range of a voice, and the comfortable one in it, in MIDI numbers; `is_bass`: of the lowest voice."""

    lowest: int
    highest: int
    comfortable: tuple[int, int]
    is_bass: bool = False

    def shifted(self, semitones: int) -> tuple[int, int]:
        """The usual range moved up or down, as far as the voice reaches; an octave of it at least."""
        usual = usual_range(*self.comfortable, is_bass=self.is_bass)
        low, high = (min(max(each + semitones, self.lowest), self.highest) for each in usual)
        return (min(low, high - OCTAVE), high) if semitones > 0 else (low, max(high, low + OCTAVE))


def with_manners(
    plans: DraftPlans, plan: PiecePlan, piece: PlannedPiece, ranges: Sequence[VoiceRange | None]
) -> DraftPlans:
    """The plans of drafts with the densities and registers of the sections; `ranges` of the voices of the task."""
    sections = piece.sections_by_measure(plan)
    if not any(each.density or each.register or each.mood or each.texture or each.hit for each in sections):
        return plans
    return plans.changed(lambda own: _shaped(own, sections, piece, ranges))


def _shaped(
    plan: Plan, sections: Sequence[SectionPlan], piece: PlannedPiece, ranges: Sequence[VoiceRange | None]
) -> Mapping[int, MeasurePlan]:
    lasts, starts = piece.lasts, piece.starts
    shaped = {
        index: _measure(own, sections[index], piece.score.measures[index], ranges, is_last=index in lasts)
        for index, own in plan.items()
    }
    hits = {_hit_of(piece.score, sections[start], start) for start in starts if sections[start].hit} & set(shaped)
    return shaped | {index: replace(shaped[index], is_hit=True) for index in hits}


def _hit_of(score: Score, section: SectionPlan, start: int) -> int:
    """The measure that a section hits: its first, or the one after its silence, counted without an anacrusis."""
    upbeat = 1 if section.silence and score.measures[start].implicit else 0
    return start + section.silence + upbeat


def _measure(
    own: MeasurePlan, section: SectionPlan, measure: Measure, ranges: Sequence[VoiceRange | None], *, is_last: bool
) -> MeasurePlan:
    own = replace(own, ranges=_ranges(section, ranges)) if section.register or section.mood else own
    own = replace(own, opening=frozenset(range(len(ranges)))) if section.texture else own
    own = replace(own, broken=section.mood is not None or bool(section.density))
    opened = _open(section, measure)
    if opened is not None:
        fixed = {place for place in (*own.chords, *own.given_chords) if place >= 0}
        own = replace(own, onsets=frozenset({*opened, *fixed, *(own.onsets or ())}))
    end = Fraction(0) if is_last else min(measure.phrase_ends, default=measure.duration)
    return replace(own, pulses=frozenset(place for place in _pulses(section, measure) if place < end))


def _ranges(section: SectionPlan, ranges: Sequence[VoiceRange | None]) -> tuple[tuple[int, int] | None, ...]:
    return tuple(each.shifted(section.register) if each else None for each in ranges)


def _open(section: SectionPlan, measure: Measure) -> frozenset[Fraction] | None:
    """The onsets that are open to new voices; None for every place. Flowing and driving music has no triplets."""
    if section.slow_onsets is not None:
        return frozenset(section.slow_onsets).intersection(_beats(measure))
    if section.density == "flowing":
        return frozenset(_divided(measure, 3 if measure.time.is_compound else 4))
    return frozenset(_pulses(section, measure)) or None


def _pulses(section: SectionPlan, measure: Measure) -> list[Fraction]:
    """The places at which something begins: in flowing music the halves of beats, or thirds; in driving music the same,
    or the quarters of slow beats; none in other music."""
    if section.density not in ("flowing", "driving"):
        return []
    if measure.time.is_compound:
        return _divided(measure, 3)
    return _divided(measure, 4 if section.density == "driving" and section.tempo < SLOW else 2)


def _divided(measure: Measure, parts: int) -> list[Fraction]:
    rows = zip(_beats(measure), measure.time.groups, strict=False)
    return [beat + length * part / parts for beat, length in rows for part in range(parts)]


def _beats(measure: Measure) -> tuple[Fraction, ...]:
    """The onsets of the beats of a full measure; of a short one its start."""
    return (Fraction(0),) if measure.is_short else measure.time.beat_onsets
