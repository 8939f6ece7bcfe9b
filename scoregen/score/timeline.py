"""What sounds when: computed from a score, never stored in it. All others take onsets, ends and ties from here.

Its views: `analysis.moments` (what sounds together, and each note with its neighbours), `analysis.counterpoint`
(a note a line), `tokens.sonorities` (a table of MIDI pitches by ticks), `evaluation` (by 16ths, or as sequences of
events), `notation.midi` (as played, with grace notes).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Generic, TypeVar

from scoregen.score.elements import Score, Slot
from scoregen.score.pitch import Pitch, Unpitched


@dataclass(frozen=True, slots=True)
class SoundingNote:
    """A note with its ties merged; onset and duration in quarters from the start of the score."""

    slot: Slot
    onset: Fraction
    duration: Fraction
    pitch: Pitch | Unpitched
    measure_index: int

    @property
    def end(self) -> Fraction:
        return self.onset + self.duration


N = TypeVar("N", bound=SoundingNote)


@dataclass(frozen=True, slots=True)
class Change(Generic[N]):
    """A time, in quarters from the start of the score, at which notes end or begin."""

    time: Fraction
    ended: tuple[N, ...]
    begun: tuple[N, ...]


def measure_onsets(score: Score) -> tuple[Fraction, ...]:
    """Where each measure begins, in quarters from the start of the score."""
    onsets, position = [], Fraction(0)
    for measure in score.measures:
        onsets.append(position)
        position += measure.duration
    return tuple(onsets)


def metrical_starts(score: Score) -> tuple[Fraction, ...]:
    """For each measure the place in its metre where it begins: 3 for an anacrusis of a quarter in 4/4.

    The second half of a measure that a repeat sign splits begins where the first half ended.
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
    """Every note with its ties merged, ordered by onset, then slot; grace notes only if asked for.

    A tie is followed within a part and pitch, so that it may lead from one voice into another, as
    notation allows; a tie without a partner ends its note.
    """
    found: list[SoundingNote] = []
    open_ties: dict[tuple[str, Pitch | Unpitched], int] = {}
    for index, (measure, start) in enumerate(zip(score.measures, measure_onsets(score), strict=True)):
        timed = []
        for voice in measure.voices:
            position = start
            for element in voice.elements:
                timed += [(position, voice.slot, note) for note in element.notes if grace or not note.grace]
                position += element.duration
        for onset, slot, note in sorted(timed, key=lambda item: item[0]):
            key = (slot.part, note.pitch)
            earlier = open_ties.pop(key, None) if note.tied_from_previous else None
            if earlier is not None and found[earlier].end == onset:
                old = found[earlier]
                found[earlier] = replace(old, duration=old.duration + note.duration)
            else:
                earlier = len(found)
                found.append(SoundingNote(slot, onset, note.duration, note.pitch, index))
            if note.tied_to_next:
                open_ties[key] = earlier
    return tuple(sorted(found, key=lambda note: (note.onset, note.slot)))


def pitched_notes(score: Score) -> tuple[SoundingNote, ...]:
    """The sounding notes that have a pitch, in order; grace notes and percussion are left out."""
    return tuple(note for note in sounding_notes(score) if isinstance(note.pitch, Pitch))


def pitch_of(note: SoundingNote) -> Pitch:
    """The pitch of a note that has one, as those of `pitched_notes` do."""
    assert isinstance(note.pitch, Pitch)
    return note.pitch


def changes(notes: Iterable[N]) -> Iterator[Change[N]]:
    """Every time at which some of the notes end or begin, in order; those of each time in the order of `notes`."""
    begun: dict[Fraction, list[N]] = defaultdict(list)
    ended: dict[Fraction, list[N]] = defaultdict(list)
    for note in notes:
        begun[note.onset].append(note)
        ended[note.end].append(note)
    for time in sorted({*begun, *ended}):
        yield Change(time, tuple(ended.get(time, ())), tuple(begun.get(time, ())))
