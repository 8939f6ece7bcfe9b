"""From tokens to a score: the events of each voice are notated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.score.elements import Chord, Element, Measure, Note, Origin, Rest, Score, Slot, Voice
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue, notate
from scoregen.system.errors import RefusedError
from scoregen.tokens.events import ABSENT, BLANK, HOLD, Event, Header, TokenMeasure, TokenScore, ascending
from scoregen.tokens.headers import place_of


@dataclass(slots=True)
class _Stretch:
    """The pitches of a voice from an onset on; `held` sounded before, `goes_on` sound after.

    `goes_on` depends on the next stretch and is filled in then.
    """

    onset: Fraction
    pitches: tuple[Pitch, ...] = ()
    held: tuple[Pitch, ...] = ()
    goes_on: tuple[Pitch, ...] = ()


def decode(tokens: TokenScore, like: Score) -> Score:
    """The score that tokens represent.

    `like` supplies what the tokens do not contain: the parts, the metadata, and measure by measure
    the barlines, repeats, endings and tempos. Measures beyond its last get plain barlines. Voices that
    are blank or absent in `like` are generated; the others keep their origin.
    """
    columns = [_column(tokens.measures, index, slot, like) for index, slot in enumerate(tokens.slots)]
    measures = (
        _measure(token_measure.header, index, like, [column[index] for column in columns])
        for index, token_measure in enumerate(tokens.measures)
    )
    return replace(like, measures=tuple(measures), document=None)


def _measure(head: Header, index: int, like: Score, voices: Sequence[Voice | None]) -> Measure:
    frame = like.measures[index] if index < len(like.measures) else _new_measure(head)
    return replace(
        frame,
        number=head.number,
        duration=head.duration,
        time=head.time,
        key=head.key,
        phrase_ends=head.phrase_ends,
        voices=tuple(voice for voice in voices if voice is not None),
    )


def _new_measure(head: Header) -> Measure:
    return Measure(head.number, head.duration, head.time, head.key, implicit=head.duration < head.time.duration)


def _column(measures: Sequence[TokenMeasure], index: int, slot: Slot, like: Score) -> list[Voice | None]:
    """One voice through all measures."""
    column: list[Voice | None] = []
    for number, (measure, stretches) in enumerate(zip(measures, _stretches(measures, index), strict=True)):
        opening = measure.slices[0].events[index]
        if opening == ABSENT:
            column.append(None)
        elif opening == BLANK:
            column.append(Voice(slot, origin="blank"))
        else:
            elements = _notated(stretches, measure.header, slot)
            column.append(Voice(slot, elements, _origin(like, number, slot)))
    return column


def _origin(like: Score, index: int, slot: Slot) -> Origin:
    voice = like.measures[index].voice(slot) if index < len(like.measures) else None
    return "generated" if voice is None or voice.is_blank else voice.origin


def _stretches(measures: Sequence[TokenMeasure], index: int) -> list[list[_Stretch]]:
    """For each measure the stretches of one voice."""
    rows: list[list[_Stretch]] = []
    last = _Stretch(Fraction(0))
    for measure in measures:
        rows.append([])
        for onset, event in _changes(measure, index):
            stretch = _stretch(onset, event, last)
            last.goes_on = stretch.held
            rows[-1].append(stretch)
            last = stretch
    return rows


def _changes(measure: TokenMeasure, index: int) -> Iterator[tuple[Fraction, Event]]:
    for piece in measure.slices:
        event = piece.events[index]
        if piece.onset == 0 or event not in (HOLD, ABSENT, BLANK):
            yield piece.onset, event


def _stretch(onset: Fraction, event: Event, last: _Stretch) -> _Stretch:
    if event == HOLD:
        return _Stretch(onset, last.pitches, last.pitches)
    return _Stretch(onset, ascending((*event.pitches, *event.tied)), event.tied)


def _notated(stretches: Sequence[_Stretch], head: Header, slot: Slot) -> tuple[Element, ...]:
    ends = [*(stretch.onset for stretch in stretches[1:]), head.duration]
    silent = [index for index, stretch in enumerate(stretches) if not stretch.pitches]
    try:
        values = notate(ends, head.duration, head.time, head.start, silent)
    except ValueError as error:
        raise RefusedError(str(error), place_of(head.number, slot)) from None
    elements: list[Element] = []
    for stretch, end, row in zip(stretches, ends, values, strict=True):
        if stretch.pitches:
            elements.extend(_sounding_elements(stretch, row, head.phrase_ends))
        else:
            elements.extend(_rests(stretch.onset, end, row, head))
    return tuple(elements)


def _sounding_elements(
    stretch: _Stretch, values: Sequence[NoteValue], phrase_ends: Sequence[Fraction]
) -> Iterator[Element]:
    """A note or chord for each value, with ties between them."""
    onset = stretch.onset
    for index, value in enumerate(values):
        end = onset + value.duration
        from_previous = stretch.pitches if index else stretch.held
        to_next = stretch.pitches if index + 1 < len(values) else stretch.goes_on
        fermata = any(onset <= place < end for place in phrase_ends)
        notes = tuple(
            Note(value, pitch, pitch in from_previous, pitch in to_next, fermata=fermata and not number)
            for number, pitch in enumerate(stretch.pitches)
        )
        yield notes[0] if len(notes) == 1 else Chord(notes)
        onset = end


def _rests(onset: Fraction, end: Fraction, values: Sequence[NoteValue], head: Header) -> Iterator[Rest]:
    """A rest for each value, or one for a whole measure; a phrase end at its onset gives it a fermata."""
    whole = end - onset == head.duration
    for value in (NoteValue.of(head.duration),) if whole else values:
        yield Rest(value, fermata=onset in head.phrase_ends)
        onset += value.duration
