"""The plan of a piece as what composing starts from: a blank score, given chords, and plans of measures.

The score has each section once, in the order of the file. A cadence that is asked for is a given chord at the phrase
end, with its dominant or subdominant a beat before; a section with chords takes the chords of its phrase ends from
them. Other phrase ends are drawn by the probabilities of the style, in the key of their section.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.plan.chords.chord_symbols import ChordTimeline, GivenChord
from scoregen.plan.drafts import DraftPlans, Manner, alternative_seeds, plan_of_chords, with_symbols
from scoregen.plan.form import (
    Chords,
    PieceOptions,
    blank_piece,
    cadence_chords,
    leading_chords,
    phrase_end_place,
)
from scoregen.plan.piece.given_parts import motif_notices, silent, with_motif, with_texture
from scoregen.plan.piece.piece_plan import PiecePlan, SectionPlan
from scoregen.plan.piece.section_chords import asked_chords, chord_in_force, closing_measures, progression
from scoregen.plan.sections import numbered
from scoregen.score.directions import Direction, Dynamic, RehearsalMark, Words
from scoregen.score.elements import Measure, Part, Score, Tempo, Voice
from scoregen.score.ensemble import Ensemble
from scoregen.score.rhythm import beat_value
from scoregen.score.spanners import End, Wedge
from scoregen.score.theory.chord_kinds import is_consonant_triad
from scoregen.styles.style import Style
from scoregen.tokens.constraints.plans.measure_plan import GivenChords, Plan


@dataclass(frozen=True, slots=True)
class PlannedPiece:
    """A blank score with each section once, the measures of each section, and the order in which they come."""

    score: Score
    lengths: tuple[int, ...]
    order: tuple[int, ...]

    @property
    def starts(self) -> tuple[int, ...]:
        return tuple(sum(self.lengths[:index]) for index in range(len(self.lengths)))

    @property
    def lasts(self) -> frozenset[int]:
        """The last measure of each section, by index."""
        return frozenset(start + length - 1 for start, length in zip(self.starts, self.lengths, strict=True))

    def sections_by_measure(self, plan: PiecePlan) -> list[SectionPlan]:
        """The section of its plan to which each measure belongs."""
        return [each for each, length in zip(plan.sections, self.lengths, strict=True) for _ in range(length)]

    def section(self, index: int) -> Score:
        start = self.starts[index]
        return replace(self.score, measures=self.score.measures[start : start + self.lengths[index]])


def planned_piece(plan: PiecePlan, ensemble: Ensemble, style: Style, seed: int) -> PlannedPiece:
    """The blank score of a plan."""
    pieces = [_blank(plan, index, ensemble, style, seed) for index in range(len(plan.sections))]
    lengths = tuple(len(piece.measures) for piece in pieces)
    measures = numbered([measure for piece in pieces for measure in piece.measures], lengths)
    metadata = replace(pieces[0].metadata, title=plan.title or pieces[0].metadata.title)
    return PlannedPiece(replace(pieces[0], measures=measures, metadata=metadata), lengths, plan.order)


def notices_of_plan(plan: PiecePlan, piece: PlannedPiece) -> list[str]:
    """What the score does not have of its plan."""
    rows = (motif_notices(section, piece.section(index).measures) for index, section in enumerate(plan.sections))
    return [notice for row in rows for notice in row]


def given_by_plan(plan: PiecePlan, piece: PlannedPiece) -> ChordTimeline:
    """The chords of a plan over its blank score: those of its progressions, elsewhere those of its cadences."""
    timeline: dict[int, Mapping[Fraction, GivenChord]] = {}
    for index, (section, start) in enumerate(zip(plan.sections, piece.starts, strict=True)):
        own = piece.section(index)
        found = progression(section, own) if section.chords else asked_chords(section, own)
        timeline |= {start + place: _started(chords) for place, chords in found.items()}
        free = {Fraction(0): GivenChord(None)}
        timeline |= {start + place: free for place in range(len(own.measures)) if start + place not in timeline}
    return timeline if any(chord.tones for row in timeline.values() for chord in row.values()) else {}


def plans_for_plan(
    plan: PiecePlan,
    piece: PlannedPiece,
    timeline: ChordTimeline,
    manner: Manner,
    seed: int,
    count: int,
    symbols: GivenChords,
) -> DraftPlans:
    """Plans of measures: one for each of `count` alternatives, the first that of the seed itself."""
    plans = tuple(
        (with_symbols(_measures(plan, piece, timeline, manner, each), symbols),)
        for each in alternative_seeds(seed, count)
    )
    ends = {index: each.phrase_ends for index, each in enumerate(piece.score.measures) if each.phrase_ends}
    return DraftPlans(piece.score, plans, {index: places for index, places in ends.items() if index not in symbols})


def _blank(plan: PiecePlan, index: int, ensemble: Ensemble, style: Style, seed: int) -> Score:
    """A section: its measures, with the anacrusis of the piece if it begins the piece, or if the piece comes back."""
    section = plan.sections[index]
    recurs = plan.order.count(plan.order[0]) > 1
    upbeat = plan.anacrusis if (recurs or index == plan.order[0]) and plan.anacrusis < section.time.duration else 0
    options = PieceOptions(section.measures, str(section.key), str(section.time), anacrusis=Fraction(upbeat))
    drawn = seed if not section.cadences else None
    piece = blank_piece(replace(options, phrases=len(section.cadences)), ensemble, style, drawn)
    measures = list(piece.measures)
    if upbeat and not recurs and len(plan.order) > 1:
        measures[-1] = replace(measures[-1], duration=section.time.duration)
    if section.phrases or section.cadences:
        measures = _with_phrases(measures, section, phrase_end_place(options, section.time))
    measures[0] = replace(measures[0], tempos=(_tempo(section),), directions=tuple(_headings(section, piece.parts)))
    measures = with_texture(measures, section, ensemble, piece.parts)
    measures = with_motif(_with_silence(measures, section.silence), section, ensemble, piece.parts)
    playing = {voice.slot.part for measure in measures for voice in measure.voices if not _rests(voice)}
    parts = [part for part in piece.parts if part.id in playing]
    return replace(piece, measures=tuple(_with_dynamics(measures, section, parts)))


def _rests(voice: Voice) -> bool:
    return voice.is_silent and not voice.is_blank


def _with_phrases(measures: Sequence[Measure], section: SectionPlan, place: Fraction) -> list[Measure]:
    first = 1 if measures[0].implicit else 0
    stops = {first + number - 1 for number in closing_measures(section)}
    return [replace(each, phrase_ends=(place,) if index in stops else ()) for index, each in enumerate(measures)]


def _headings(section: SectionPlan, parts: Sequence[Part]) -> Iterator[Direction]:
    if section.mark:
        yield Direction(Fraction(0), RehearsalMark(section.mark))
    if section.text:
        yield Direction(Fraction(0), Words(section.text), parts[0].id)


def _with_silence(measures: Sequence[Measure], count: int) -> list[Measure]:
    """The measures with rests of all voices in the first ones, and no phrase end there."""
    stop = count + (1 if measures[0].implicit else 0)
    return [silent(each) if index < stop and count else each for index, each in enumerate(measures)]


def _tempo(section: SectionPlan) -> Tempo:
    beat = beat_value(section.time)
    per_minute = section.tempo * section.time.groups[0] / beat.duration
    return Tempo(Fraction(0), beat, Fraction(round(float(per_minute), 4)).limit_denominator(10_000))


def _with_dynamics(measures: Sequence[Measure], section: SectionPlan, parts: Sequence[Part]) -> list[Measure]:
    """The marks in every part at the measures of the section, and the hairpins between them."""
    found, first = list(measures), 1 if measures[0].implicit else 0
    places = [0 if level.measure == 0 else first + level.measure for level in section.dynamics]
    for number, (level, place) in enumerate(zip(section.dynamics, places, strict=True)):
        marks = tuple(Direction(Fraction(0), Dynamic(level.mark), part.id) for part in parts)
        found[place] = replace(found[place], directions=(*found[place].directions, *marks))
        if level.hairpin and number + 1 < len(places):
            end = End(places[number + 1] - place, Fraction(0))
            wedges = tuple(Wedge(part.id, Fraction(0), end, level.hairpin) for part in parts)
            found[place] = replace(found[place], spanners=(*found[place].spanners, *wedges))
    return found


def _started(chords: Mapping[Fraction, GivenChord]) -> Mapping[Fraction, GivenChord]:
    return chords if Fraction(0) in chords else {Fraction(0): GivenChord(None), **chords}


def _measures(plan: PiecePlan, piece: PlannedPiece, timeline: ChordTimeline, manner: Manner, seed: int) -> Plan:
    goals: dict[int, dict[Fraction, tuple[int, ...]]] = {}
    leading: dict[int, dict[Fraction, tuple[int, ...]]] = {}
    for index, (section, start) in enumerate(zip(plan.sections, piece.starts, strict=True)):
        own = piece.section(index)
        ends = _section_goals(section, own, timeline, start, manner.style, f"{seed} {index}")
        goals |= {start + place: chords for place, chords in ends.items() if chords}
        if not section.chords:
            drawn = leading_chords(own, ends, random.Random(f"{seed} {index}").getrandbits(32), manner.style)
            leading |= {
                start + place: chords for place, chords in drawn.items() if not _is_given(timeline, start + place)
            }
    return plan_of_chords(piece.score, goals, leading, piece.lasts, manner)


def _section_goals(
    section: SectionPlan, own: Score, timeline: ChordTimeline, start: int, style: Style, seed: str
) -> Chords:
    """The chords of the phrase ends of a section: those that are given there, else drawn ones; none for an open end."""
    drawn = cadence_chords(own, random.Random(seed).getrandbits(32), style=style)
    goals: Chords = {}
    for index, places in drawn.items():
        for place, members in places.items():
            triad = _triad(chord_in_force(timeline, start + index, place))
            is_open = place not in own.measures[index].phrase_ends and index > 0
            if _is_silent(own.measures[index]) or (triad is None and (section.chords or is_open)):
                continue
            goals.setdefault(index, {})[place] = triad or members
    return goals


def _is_silent(measure: Measure) -> bool:
    return not any(voice.is_blank for voice in measure.voices)


def _triad(chord: GivenChord | None) -> tuple[int, ...] | None:
    """The pitch classes of a given consonant triad, the root first."""
    if chord is None or chord.tones is None:
        return None
    members = chord.tones.members
    return tuple(7 * member % 12 for member in members) if is_consonant_triad(members) else None


def _is_given(timeline: ChordTimeline, index: int) -> bool:
    return any(chord.tones is not None for chord in timeline.get(index, {}).values())
