"""The given music: the line that leads, and what sounds at a moment."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.score.elements import Lyric, Note, Score, Slot
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, measure_onsets, pitch_of, pitched_notes


@dataclass(frozen=True, slots=True)
class GivenNote:
    """A note of a line with its ties merged, in quarters from the start; of a chord, its highest note.

    `lyric` is its syllable of the lowest-numbered verse, `lower` are the other notes of a chord, from the highest down,
    where they are asked for.
    """

    slot: Slot
    onset: Fraction
    duration: Fraction
    pitch: Pitch
    measure_index: int
    articulations: tuple[str, ...] = ()
    lyric: Lyric | None = None
    lower: tuple[Pitch, ...] = ()

    @property
    def lowest(self) -> Pitch:
        return self.lower[-1] if self.lower else self.pitch

    @property
    def end(self) -> Fraction:
        return self.onset + self.duration


@dataclass(frozen=True, slots=True)
class GivenMusic:
    """The given notes of a task by slot, each line in order.

    `gaps` are the onsets, in quarters, of measures in which nothing is given because all voices are blank.
    """

    lines: Mapping[Slot, tuple[GivenNote, ...]]
    gaps: tuple[Fraction, ...] = ()

    @classmethod
    def of(cls, score: Score, slots: Sequence[Slot], *, chords: bool = False) -> GivenMusic:
        """The notes of the given voices of `slots`, the highest role first; with `chords` their lower notes too."""
        marks, notes = _marks(score), pitched_notes(score)
        rows: dict[Slot, dict[Fraction, GivenNote]] = {slot: {} for slot in slots}
        for note in notes:
            row = rows.get(note.slot)
            if row is not None and (
                note.onset not in row or row[note.onset].pitch.chromatic < pitch_of(note).chromatic
            ):
                row[note.onset] = _given(note, marks)
        for note in notes if chords else ():
            row = rows.get(note.slot, {})
            if note.onset in row and row[note.onset].pitch != pitch_of(note):
                row[note.onset] = _with_lower(row[note.onset], pitch_of(note))
        lines = {slot: tuple(row[onset] for onset in sorted(row)) for slot, row in rows.items()}
        return cls(lines, tuple(_gaps(score, slots)))

    @property
    def leader(self) -> Slot | None:
        """The highest slot with notes, of those with at least half as many as another one; None without notes."""
        most = max((len(line) for line in self.lines.values()), default=0)
        return next((slot for slot, line in self.lines.items() if line and len(line) >= most / 2), None)

    @property
    def line(self) -> tuple[GivenNote, ...]:
        """The line of the leader."""
        return self.lines[self.leader] if self.leader else ()

    def at(self, slot: Slot, time: Fraction) -> GivenNote | None:
        """The note that a slot sounds at a time."""
        line = self.lines[slot]
        index = bisect_right(line, time, key=_onset) - 1
        return line[index] if index >= 0 and line[index].end > time else None

    def between(self, slot: Slot, low: Fraction, high: Fraction) -> tuple[GivenNote, ...]:
        """The notes of a slot that begin from one time on and before another."""
        line = self.lines[slot]
        first, last = (bisect_left(line, time, key=_onset) for time in (low, high))
        return line[first:last]

    def next_onset(self, time: Fraction) -> Fraction | None:
        """The next onset of a note of any line, or of a gap, after a time."""
        places = [(line, bisect_right(line, time, key=_onset)) for line in self.lines.values()]
        onsets = [line[place].onset for line, place in places if place < len(line)]
        gap = bisect_right(self.gaps, time)
        return min((*onsets, *self.gaps[gap : gap + 1]), default=None)

    def sounding(self, time: Fraction) -> dict[Slot, Pitch]:
        """The pitches that sound at a time, by slot."""
        notes = {slot: self.at(slot, time) for slot in self.lines}
        return {slot: note.pitch for slot, note in notes.items() if note}


def _onset(note: GivenNote) -> Fraction:
    return note.onset


def _given(note: SoundingNote, marks: Mapping[tuple[Slot, Fraction], Note]) -> GivenNote:
    source = marks.get((note.slot, note.onset))
    articulations = source.articulations if source else ()
    lyric = min(source.lyrics, key=lambda lyric: lyric.verse, default=None) if source else None
    return GivenNote(note.slot, note.onset, note.duration, pitch_of(note), note.measure_index, articulations, lyric)


def _with_lower(note: GivenNote, pitch: Pitch) -> GivenNote:
    lower = sorted((*note.lower, pitch), key=lambda each: each.chromatic, reverse=True)
    return replace(note, lower=tuple(lower))


def _gaps(score: Score, slots: Sequence[Slot]) -> Iterator[Fraction]:
    for start, measure in zip(measure_onsets(score), score.measures, strict=True):
        voices = [measure.voice(slot) for slot in slots]
        if all(voice is None or voice.is_blank for voice in voices):
            yield start


def _marks(score: Score) -> dict[tuple[Slot, Fraction], Note]:
    """The first note of every element, by slot and onset, with its articulations and lyrics."""
    rows: dict[tuple[Slot, Fraction], Note] = {}
    for start, measure in zip(measure_onsets(score), score.measures, strict=True):
        for voice in measure.voices:
            position = start
            for element in voice.elements:
                if element.notes and not element.grace:
                    rows[voice.slot, position] = element.notes[0]
                position += element.duration
    return rows
