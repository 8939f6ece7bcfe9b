"""The articulation of a planned piece, written into the notes of each section; legato is slurs, of instruments only."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.plan.piece.piece_plan import PiecePlan
from scoregen.plan.piece.planned_piece import PlannedPiece
from scoregen.score.elements import Chord, Element, Measure, Note, Rest, Score, Voice
from scoregen.score.instruments import family_of
from scoregen.score.spanners import End, Slur

NAMES = {"staccato": "staccato", "tenuto": "tenuto", "accent": "accent", "marcato": "strong-accent"}
"""The names of the marks in scores by those of plans."""


def articulated(score: Score, plan: PiecePlan, piece: PlannedPiece) -> Score:
    """The score, which has each section once, with the marks of its sections."""
    sung = {part.id for part in score.parts if family_of(part) == "voice"}
    measures = tuple(
        _articulated(measure, section.articulation, sung) if section.articulation else measure
        for measure, section in zip(score.measures, piece.sections_by_measure(plan), strict=True)
    )
    return replace(score, measures=measures)


def without_fermatas(score: Score) -> Score:
    """The score without the fermatas of its phrase ends, which would stop music that keeps its tempo."""
    return replace(score, measures=tuple(map(_without_fermatas, score.measures)))


def _without_fermatas(measure: Measure) -> Measure:
    voices = tuple(
        replace(voice, elements=tuple(_plain(element) for element in voice.elements)) for voice in measure.voices
    )
    return replace(measure, voices=voices, phrase_ends=())


def _plain(element: Element) -> Element:
    if isinstance(element, Chord):
        return Chord(tuple(replace(note, fermata=False) for note in element.notes))
    return replace(element, fermata=False)


def _articulated(measure: Measure, word: str, sung: Collection[str]) -> Measure:
    if word == "legato":
        slurs = [slur for voice in measure.voices if voice.slot.part not in sung for slur in _slurs(voice)]
        return replace(measure, spanners=(*measure.spanners, *slurs))
    voices = tuple(_marked(voice, measure, word) for voice in measure.voices)
    return replace(measure, voices=voices)


def _slurs(voice: Voice) -> Iterator[Slur]:
    """A slur over every row of notes without a rest or a repeated note."""
    row: list[_Placed] = []
    for placed in [*_placed(voice), _Placed(Fraction(0), None)]:
        if row and (not placed.sounds or placed.pitches == row[-1].pitches):
            if len(row) > 1:
                yield Slur(voice.slot, row[0].onset, End(0, row[-1].onset))
            row = []
        if placed.sounds:
            row.append(placed)


@dataclass(frozen=True, slots=True)
class _Placed:
    """An element of a voice at its onset; None at the end."""

    onset: Fraction
    element: Element | None

    @property
    def notes(self) -> tuple[Note, ...]:
        return () if self.element is None or isinstance(self.element, Rest) else self.element.notes

    @property
    def sounds(self) -> bool:
        return bool(self.notes)

    @property
    def pitches(self) -> tuple[object, ...]:
        return tuple(note.pitch for note in self.notes)


def _placed(voice: Voice) -> list[_Placed]:
    ends = itertools.accumulate(element.duration for element in voice.elements)
    starts = [Fraction(0), *ends]
    return [_Placed(start, element) for start, element in zip(starts, voice.elements, strict=False)]


def _marked(voice: Voice, measure: Measure, word: str) -> Voice:
    elements = tuple(_with_mark(placed, measure, word) for placed in _placed(voice))
    return replace(voice, elements=elements)


def _with_mark(placed: _Placed, measure: Measure, word: str) -> Element:
    element = placed.element
    assert element is not None
    if isinstance(element, Rest) or not _takes_mark(placed, element.notes, measure, word):
        return element
    first, *others = element.notes
    marked = replace(first, articulations=(*first.articulations, NAMES[word]))
    return Chord((marked, *others)) if isinstance(element, Chord) else marked


def _takes_mark(placed: _Placed, notes: Sequence[Note], measure: Measure, word: str) -> bool:
    """Staccato: notes of a beat at most; tenuto: of a beat at least; accents: strong beats."""
    beat, length = measure.time.groups[0], notes[0].duration
    tied = any(note.tied_from_previous or note.tied_to_next or note.fermata or note.articulations for note in notes)
    if word == "staccato":
        return not tied and length <= beat
    if word == "tenuto":
        return not tied and length >= beat
    return not any(note.tied_from_previous for note in notes) and measure.time.strength(placed.onset) <= STRONG


STRONG = 1
"""The metrical strength of the beats that take accents: the downbeat and the middle of a measure of four."""
