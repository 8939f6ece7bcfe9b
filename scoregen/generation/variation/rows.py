"""A voice of one measure as a row of sounding stretches, and the row as elements again.

Ties inside the measure are merged, so that a row can be divided or joined freely. What is not touched keeps its
elements.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.score.elements import Chord, Element, Measure, Note, Rest, Voice
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue, notate


@dataclass(frozen=True, slots=True)
class Stretch:
    """A note, a chord or a rest from an onset to an end in its measure, in quarters.

    `notes` are those that begin it, lowest first, () for a rest; `last` those that end it, whose ties lead on. `graces`
    are the grace notes before it.
    """

    onset: Fraction
    end: Fraction
    notes: tuple[Note, ...] = ()
    last: tuple[Note, ...] = ()
    graces: tuple[Element, ...] = ()
    visible: bool = True
    fermata: bool = False

    @property
    def length(self) -> Fraction:
        return self.end - self.onset

    @property
    def is_tied(self) -> bool:
        """Whether a tie leads into it or out of it."""
        return any(note.tied_from_previous for note in self.notes) or any(note.tied_to_next for note in self.last)

    @property
    def top(self) -> Pitch | None:
        """Its highest pitch; None for a rest and for percussion."""
        pitches = [note.pitch for note in self.notes if isinstance(note.pitch, Pitch)]
        return max(pitches, key=lambda pitch: pitch.chromatic, default=None)


Row = tuple[Stretch, ...]


def row_of(voice: Voice) -> Row:
    """The stretches of a voice in order; they fill the measure."""
    row: list[Stretch] = []
    graces: list[Element] = []
    now = Fraction(0)
    for element in voice.elements:
        if element.grace:
            graces.append(element)
            continue
        end = now + element.duration
        if row and not graces and _goes_on(row[-1], element):
            row[-1] = replace(row[-1], end=end, last=element.notes)
        else:
            visible = element.visible if isinstance(element, Rest) else True
            row.append(Stretch(now, end, element.notes, element.notes, tuple(graces), visible, fermata=element.fermata))
        graces, now = [], end
    return tuple(row)


def _goes_on(before: Stretch, element: Element) -> bool:
    """Whether all notes of an element are tied to those before it."""
    pitches = [note.pitch for note in element.notes]
    return (
        bool(pitches)
        and all(note.tied_from_previous for note in element.notes)
        and all(note.tied_to_next for note in before.last)
        and pitches == [note.pitch for note in before.last]
    )


def elements_of(row: Row, measure: Measure, start: Fraction = Fraction(0)) -> tuple[Element, ...]:
    """The elements of a row; `start` is the place in the metre at which the measure begins.

    Raises ValueError if a note has no notation there.
    """
    ends = [stretch.end for stretch in row]
    silent = [index for index, stretch in enumerate(row) if not stretch.notes]
    values = notate(ends, measure.duration, measure.time, start, silent)
    whole = len(row) == 1 and not row[0].notes
    elements: list[Element] = []
    for stretch, own in zip(row, values, strict=True):
        elements += stretch.graces
        elements += _notated(stretch, (NoteValue.of(measure.duration),) if whole else own)
    return tuple(elements)


def voice_with(row: Row, voice: Voice, measure: Measure, start: Fraction) -> Voice | None:
    """A voice with another row, as `elements_of` writes it; None if a note has no notation there."""
    try:
        return replace(voice, elements=elements_of(row, measure, start), origin="generated")
    except ValueError:
        return None


def _notated(stretch: Stretch, values: Sequence[NoteValue]) -> Iterator[Element]:
    if not stretch.notes:
        for number, value in enumerate(values):
            yield Rest(value, stretch.visible, stretch.fermata and number == 0)
        return
    for number, value in enumerate(values):
        is_last = number == len(values) - 1
        notes = tuple(
            _with_value(note, value, number == 0, is_last, end)
            for note, end in zip(stretch.notes, _paired(stretch), strict=True)
        )
        yield notes[0] if len(notes) == 1 else Chord(notes)


def _paired(stretch: Stretch) -> Sequence[Note]:
    """For each first note the last one, whose tie leads on."""
    return stretch.last if len(stretch.last) == len(stretch.notes) else stretch.notes


def _with_value(note: Note, value: NoteValue, is_first: bool, is_last: bool, end: Note) -> Note:
    """A note of a stretch; its syllables and marks stand at the first one."""
    tied = replace(
        note,
        value=value,
        tied_from_previous=note.tied_from_previous if is_first else True,
        tied_to_next=end.tied_to_next if is_last else True,
        fermata=note.fermata or (is_last and end.fermata),
    )
    return tied if is_first else replace(tied, lyrics=(), articulations=())


def sounding(pitch: Pitch, onset: Fraction, end: Fraction, like: Note | None = None) -> Stretch:
    """A new note; `like` supplies its staff and velocity."""
    value = NoteValue.of(end - onset)
    note = Note(value, pitch, staff=like.staff if like else None, velocity=like.velocity if like else None)
    return Stretch(onset, end, (note,), (note,))


def first_of(stretch: Stretch, end: Fraction) -> Stretch:
    """The beginning of a stretch, with its syllables and marks but without the tie that led out of it."""
    notes = tuple(replace(note, tied_to_next=False) for note in stretch.notes)
    return replace(stretch, end=end, notes=notes, last=notes)
