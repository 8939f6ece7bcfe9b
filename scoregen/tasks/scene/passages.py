"""Passages: measures of a score that sound alone as they do in the piece, and several of them with gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.score.directions import Direction, Dynamic
from scoregen.score.elements import Barline, Chord, Element, Measure, Rest, Score, Slot, Tempo, Voice
from scoregen.score.rhythm import NoteValue

LEVELS = ("pppp", "ppp", "pp", "p", "mp", "mf", "f", "ff", "fff", "ffff")
"""The marks that last, unlike sforzati, from the softest to the loudest."""
USUAL_TEMPO = Tempo(Fraction(0), NoteValue("quarter"), Fraction(120))
"""The tempo of a score without one."""


def passage(score: Score, start: int, stop: int) -> Score:
    """Measures by index, as in a slice, with the tempo and the dynamics that hold there, and no tie from outside."""
    measures = list(score.excerpt(start, stop).measures)
    tempo = tempo_at(score, start)
    if not any(each.onset == 0 for each in measures[0].tempos):
        measures[0] = replace(measures[0], tempos=(tempo, *measures[0].tempos))
    opening = {part.id for part in score.parts for onset, _ in level_marks(measures[:1], part.id) if onset == 0}
    levels = tuple(
        Direction(Fraction(0), Dynamic(mark), part.id)
        for part in score.parts
        if part.id not in opening and (mark := level_at(score, start, part.id))
    )
    measures[0] = _mapped(replace(measures[0], directions=(*levels, *measures[0].directions)), _untied_before)
    measures[-1] = _mapped(replace(measures[-1], barline=Barline()), _untied_after)
    return replace(score, measures=tuple(measures), document=None)


def tempo_at(score: Score, index: int) -> Tempo:
    """The tempo in force at the start of a measure, as a mark there."""
    there = [mark for mark in score.measures[index].tempos if mark.onset == 0] if index < len(score.measures) else []
    before = [mark for measure in score.measures[:index] for mark in measure.tempos]
    return replace((there or before[-1:] or [USUAL_TEMPO])[-1], onset=Fraction(0))


def level_at(score: Score, index: int, part: str) -> str:
    """The last mark of dynamics of a part before a measure; "" if there is none."""
    marks = [mark for _, mark in level_marks(score.measures[:index], part)]
    return marks[-1] if marks else ""


def level_marks(measures: Sequence[Measure], part: str) -> Iterator[tuple[Fraction, str]]:
    """The marks of dynamics of a part that last, in order, with their onsets in their measures."""
    for measure in measures:
        for each in measure.directions:
            if each.part == part and isinstance(each.value, Dynamic) and each.value.mark in LEVELS:
                yield each.onset, each.value.mark


def _untied_before(voice: Voice) -> Voice:
    return _with_element(voice, 0, tied_from_previous=False)


def _untied_after(voice: Voice) -> Voice:
    return _with_element(voice, len(voice.elements) - 1, tied_to_next=False)


def _with_element(voice: Voice, place: int, **changes: bool) -> Voice:
    """The voice with changes of the notes of an element."""
    elements = list(voice.elements)
    if elements and elements[place].notes:
        elements[place] = _changed(elements[place], **changes)
    return replace(voice, elements=tuple(elements))


def _changed(element: Element, **changes: bool) -> Element:
    notes = tuple(replace(note, **changes) for note in element.notes)  # type: ignore[arg-type]
    return Chord(notes) if isinstance(element, Chord) else notes[0]


def _mapped(measure: Measure, change: Callable[[Voice], Voice]) -> Measure:
    return replace(measure, voices=tuple(change(voice) for voice in measure.voices))


@dataclass(frozen=True, slots=True)
class Sheet:
    """Passages in one score, each followed by silence, and where each begins and ends in quarters."""

    score: Score
    spans: tuple[tuple[Fraction, Fraction], ...]


def sheet_of(passages: Sequence[Score], gap: float) -> Sheet:
    """The passages, of equal parts, in one score; `gap` is the silence after each in seconds."""
    measures, spans, now = list[Measure](), [], Fraction(0)
    for each in passages:
        spans.append((now, now + each.duration))
        silence = _silence(each, gap)
        measures += (*each.measures, silence)
        now += each.duration + silence.duration
    return Sheet(replace(passages[0], measures=numbered(measures)), tuple(spans))


def numbered(measures: Iterable[Measure]) -> tuple[Measure, ...]:
    """The measures with numbers from 1."""
    return tuple(replace(measure, number=str(number)) for number, measure in enumerate(measures, 1))


def _silence(score: Score, seconds: float) -> Measure:
    """A measure of rest that lasts some seconds."""
    last = score.measures[-1]
    tempo = Tempo(Fraction(0), NoteValue("quarter"), Fraction(last.time.duration * 60 / Fraction(seconds)))
    rests = (Rest(NoteValue.of(last.time.duration)),)
    voices = tuple(Voice(slot, rests) for slot in score.slots)
    return Measure("", last.time.duration, last.time, last.key, voices, tempos=(tempo,))


def only_slots(score: Score, slots: frozenset[Slot]) -> Score:
    """The score with the notes of some voices; the others rest, so that measures, tempos and marks are the same."""
    measures = (
        replace(m, voices=tuple(v if v.slot in slots else _resting(v, m) for v in m.voices)) for m in score.measures
    )
    return replace(score, measures=tuple(measures), document=None)


def _resting(voice: Voice, measure: Measure) -> Voice:
    return Voice(voice.slot, (Rest(NoteValue.of(measure.duration)),))
