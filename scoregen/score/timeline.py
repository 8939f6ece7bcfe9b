"""The timeline of sounding notes, computed from a score: the only source of their onsets, ends and ties.

Its views are `analysis.moments` (what sounds together, and each note with its neighbours), `analysis.counterpoint`
(one note per line), `tokens.sonorities` (a table of MIDI pitches by ticks), `evaluation` (by 16ths, or as sequences of
events) and `notation.midi` (as performed, with grace notes).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import wraps
from typing import Generic, TypeVar

from scoregen.score.elements import Score, Slot
from scoregen.score.pitch import Pitch, Unpitched
from scoregen.score.spanners import Spanner


@dataclass(frozen=True, slots=True)
class SoundingNote:
    """A note with its ties merged; onset and duration in quarters from the start of the score.

    `staff` is the staff on which it is printed; None for that of its slot.
    """

    slot: Slot
    onset: Fraction
    duration: Fraction
    pitch: Pitch | Unpitched
    measure_index: int
    staff: int | None = field(default=None, kw_only=True, compare=False)

    @property
    def end(self) -> Fraction:
        return self.onset + self.duration


N = TypeVar("N", bound=SoundingNote)
Places = tuple[Fraction, ...]
"""A place for each measure."""


@dataclass(frozen=True, slots=True)
class Change(Generic[N]):
    """A time, in quarters from the start of the score, with the notes that end and start there."""

    time: Fraction
    ends: tuple[N, ...]
    starts: tuple[N, ...]


def _remembered(function: Callable[[Score], Places]) -> Callable[[Score], Places]:
    """The function, with its last result kept: it is asked for one score at every note, and a score never changes."""
    last: tuple[Score, Places] | None = None

    @wraps(function)
    def remembered(score: Score) -> Places:
        nonlocal last
        found = last
        if found is None or found[0] is not score:
            found = last = (score, function(score))
        return found[1]

    return remembered


@_remembered
def measure_onsets(score: Score) -> Places:
    """The onset of each measure, in quarters from the start of the score."""
    onsets, position = [], Fraction(0)
    for measure in score.measures:
        onsets.append(position)
        position += measure.duration
    return tuple(onsets)


@dataclass(frozen=True, slots=True)
class Beat:
    """A beat: the index of its measure, its number there from 1, and its onset in quarters in the score."""

    measure_index: int
    number: int
    onset: Fraction


def beats(score: Score) -> Iterator[Beat]:
    """The beats of all measures; a short measure has the first ones of its metre."""
    for index, (measure, start) in enumerate(zip(score.measures, measure_onsets(score), strict=True)):
        places = measure.time.beat_onsets
        inside = (place for place in places if place < measure.duration)
        yield from (Beat(index, number, start + place) for number, place in enumerate(inside, 1))


def spanner_span(score: Score, onsets: Sequence[Fraction], index: int, spanner: Spanner) -> tuple[Fraction, Fraction]:
    """Start and end, in quarters from the start of the score, of a spanner of the measure with an index.

    `onsets` are those of the measures. One that would end after the last measure ends with the score.
    """
    last = index + spanner.end.measures
    stop = onsets[last] + spanner.end.onset if last < len(onsets) else score.duration
    return onsets[index] + spanner.onset, stop


@_remembered
def metrical_starts(score: Score) -> Places:
    """For each measure the position in its metre at which it begins: 3 for an anacrusis of a quarter in 4/4.

    The second half of a measure that a repeat sign splits begins at the end of the first half.
    """
    starts: list[Fraction] = []
    for index, measure in enumerate(score.measures):
        start, full = Fraction(0), measure.time.duration
        if index == 0 and score.has_anacrusis:
            start = full - measure.duration
        elif index and starts[-1] == 0 and score.measures[index - 1].duration + measure.duration == full:
            start = score.measures[index - 1].duration
        starts.append(start)
    return tuple(starts)


def sounding_notes(score: Score, *, grace: bool = False) -> tuple[SoundingNote, ...]:
    """All notes with ties merged, ordered by onset, then slot; no cue notes, and grace notes only with `grace`.

    A tie connects notes of one pitch in one part, in one voice or, as notation allows, from one voice to another. A
    tie without a second note is ignored.
    """
    notes: list[SoundingNote] = []
    open_ties: dict[tuple[str, Pitch | Unpitched], dict[Slot, int]] = defaultdict(dict)
    for index, (measure, start) in enumerate(zip(score.measures, measure_onsets(score), strict=True)):
        timed = []
        for voice in measure.voices:
            position = start
            for element in voice.elements:
                sounding = [note for note in element.notes if not note.cue and (grace or not note.grace)]
                timed += [(position, voice.slot, note) for note in sounding]
                position += element.duration
        for onset, slot, note in sorted(timed, key=lambda item: item[0]):
            ties = open_ties[slot.part, note.pitch]
            earlier = _tied_before(ties, slot, onset, notes) if note.tied_from_previous else None
            if earlier is not None:
                old = notes[earlier]
                notes[earlier] = replace(old, duration=old.duration + note.duration)
            else:
                earlier = len(notes)
                notes.append(SoundingNote(slot, onset, note.duration, note.pitch, index, staff=note.staff))
            if note.tied_to_next:
                ties[slot] = earlier
    return tuple(sorted(notes, key=lambda note: (note.onset, note.slot)))


def _tied_before(ties: dict[Slot, int], slot: Slot, onset: Fraction, notes: Sequence[SoundingNote]) -> int | None:
    """Close the tie that ends at an onset, that of the own voice before that of another one; None if there is none."""
    ends = [own for own, number in ties.items() if notes[number].end == onset]
    return ties.pop(slot if slot in ends else ends[0]) if ends else None


def pitched_notes(score: Score) -> tuple[SoundingNote, ...]:
    """The sounding notes with a pitch, in order, without grace notes and percussion."""
    return tuple(note for note in sounding_notes(score) if isinstance(note.pitch, Pitch))


def pitch_of(note: SoundingNote) -> Pitch:
    """The pitch of a pitched note, such as those of `pitched_notes`."""
    assert isinstance(note.pitch, Pitch)
    return note.pitch


def changes(notes: Iterable[N]) -> Iterator[Change[N]]:
    """Every time at which some of the notes end or start, in order, with its notes in the order of `notes`."""
    starts: dict[Fraction, list[N]] = defaultdict(list)
    ends: dict[Fraction, list[N]] = defaultdict(list)
    for note in notes:
        starts[note.onset].append(note)
        ends[note.end].append(note)
    for time in sorted({*starts, *ends}):
        yield Change(time, tuple(ends.get(time, ())), tuple(starts.get(time, ())))
