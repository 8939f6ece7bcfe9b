"""What singers take from an accompanied melody: the melody, and spans below it with their harmony and bass."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.analysis.harmony.chords import ChordSpan, chord_spans
from scoregen.generation.arranging.lines.strands import Strand, strand_elements
from scoregen.score.elements import Element, Measure, Note, Rest, Score, Slot
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.score.timeline import SoundingNote, measure_onsets, pitch_of, pitched_notes

FASTEST = Fraction(1, 2)
"""The shortest note of a melody without words that singers take over."""
LEAST_SHARE = 0.2
"""The least share of the time of the most frequent pitch class from which a pitch class belongs to the harmony."""


_CHORDS = ((0, 4, 7, 10), (0, 4, 7, 11), (0, 3, 7, 10), (0, 3, 6, 10), (0, 3, 6, 9), (0, 4, 8))


@dataclass(frozen=True)
class Span:
    """A stretch of a measure in which the lower voices hold a chord; times in quarters from the start of the measure.

    `values` are the note values that it is written with. `melody` is the pitch above, `classes` the weights of the
    pitch classes, `bass` the lowest pitch; None for rests. `is_unison`: all parts of the source sound the melody.
    """

    measure: int
    start: Fraction
    end: Fraction
    values: tuple[NoteValue, ...]
    melody: Pitch | None
    classes: dict[Pitch, float]
    bass: Pitch | None
    fermata: bool = False
    is_unison: bool = False


class Accompaniment:
    """The melody and the harmony of a score, by measure."""

    def __init__(self, score: Score, sung: Sequence[Slot]) -> None:
        self._score, self._sung = score, sung
        self._onsets = measure_onsets(score)
        self._notes = pitched_notes(score)
        self._starts = [note.onset for note in self._notes]
        self._longest = max((note.duration for note in self._notes), default=Fraction(0))
        self._chords = chord_spans(score)
        self._chord_onsets = [span.onset for span in self._chords]

    def source_slot(self, index: int) -> Slot | None:
        """The voice that has the melody in a measure: one that sings, else the highest."""
        measure = self._score.measures[index]
        singing = [slot for slot in self._sung if self._has_notes(measure, slot)]
        if singing:
            return singing[0]
        onset = self._onsets[index]
        notes = [note for note in self._between(onset, onset + measure.duration) if note.onset >= onset]
        return max(notes, key=lambda note: (pitch_of(note).midi_pitch, note.duration)).slot if notes else None

    def is_sung(self, index: int) -> bool:
        return any(self._has_notes(self._score.measures[index], slot) for slot in self._sung)

    def _has_notes(self, measure: Measure, slot: Slot) -> bool:
        voice = measure.voice(slot)
        return voice is not None and not voice.is_silent

    def melody(self, index: int) -> tuple[Element, ...]:
        """The elements of the leading line; beats of the highest notes if it is too fast to be sung."""
        measure, slot = self._score.measures[index], self.source_slot(index)
        if slot is None:
            return ()
        elements = strand_elements(measure, Strand(slot))
        if self.is_sung(index):
            return elements
        plain = tuple(_without_marks(element) for element in elements if not element.grace)
        fast = any(element.notes and element.duration < FASTEST for element in plain)
        silent = sum((element.duration for element in plain if not element.notes), Fraction(0))
        if not fast and 2 * silent < measure.duration:
            return plain
        return tuple(self._beats(index))

    def _beats(self, index: int) -> Iterator[Element]:
        """A note for each beat: the highest that is struck or sounds in it."""
        measure, onset = self._score.measures[index], self._onsets[index]
        for start, end in beats_of(measure):
            notes = self._between(onset + start, onset + end)
            struck = [note for note in notes if note.onset == onset + start] or notes
            value = NoteValue.of(end - start)
            if struck:
                yield Note(value, max((pitch_of(note) for note in struck), key=lambda pitch: pitch.midi_pitch))
            else:
                yield Rest(value)

    def _between(self, start: Fraction, end: Fraction) -> list[SoundingNote]:
        """The notes that sound at some time of a stretch."""
        first, last = bisect_left(self._starts, start - self._longest), bisect_left(self._starts, end)
        return [note for note in self._notes[first:last] if note.end > start]

    def spans(self, index: int, melody: Sequence[Element]) -> list[Span]:
        """The spans of the lower voices below a melody."""
        found: list[Span] = []
        measure, now = self._score.measures[index], Fraction(0)
        worded = any(note.lyrics for element in melody for note in element.notes)
        for element in melody:
            end = now + element.duration
            if element.grace:
                continue
            joins = found and found[-1].melody is not None and self._joins(measure, found[-1], element, now, worded)
            if joins:
                found[-1] = self._joined(found[-1], element, end)
            else:
                found += self._divided(index, measure, element, now, end)
            now = end
        return [self._with_harmony(span) for span in found]

    def _joins(self, measure: Measure, last: Span, element: Element, now: Fraction, worded: bool) -> bool:
        """Whether a note of the melody is sung on the chord before it: a melisma, or part of the same beat."""
        if not isinstance(element, Note):
            return False
        if element.tied_from_previous:
            return True
        beats = [start for start, _ in beats_of(measure)]
        same_beat = bisect_right(beats, now) == bisect_right(beats, last.start)
        return same_beat and (not worded or not element.lyrics)

    def _joined(self, span: Span, element: Element, end: Fraction) -> Span:
        values = (*span.values, element.value)
        plain = NoteValue.plain(end - span.start)
        if plain is not None and not any(value.is_tuplet for value in values):
            values = (plain,)
        return replace(span, end=end, values=values, fermata=span.fermata or element.fermata)

    def _divided(self, index: int, measure: Measure, element: Element, now: Fraction, end: Fraction) -> list[Span]:
        """The spans of one element: its beats, if it is long and the harmony changes below it."""
        pitch = element.pitch if isinstance(element, Note) and isinstance(element.pitch, Pitch) else None
        whole = Span(index, now, end, (element.value,), pitch, {}, None, element.fermata)
        if pitch is None:
            return [whole]
        onset = self._onsets[index]
        cuts = [start for start, _ in beats_of(measure) if now < start < end]
        cuts = [cut for cut in cuts if self._changes_at(onset + cut)]
        edges = [now, *cuts, end]
        values = [NoteValue.plain(high - low) for low, high in itertools.pairwise(edges)]
        if not cuts or any(value is None for value in values):
            return [whole]
        return [
            Span(index, low, high, (value,), pitch, {}, None, element.fermata and high == end)
            for (low, high), value in zip(itertools.pairwise(edges), values, strict=True)
            if value is not None
        ]

    def _changes_at(self, time: Fraction) -> bool:
        """Whether another chord begins at a time."""
        at = bisect_left(self._chord_onsets, time)
        return at < len(self._chord_onsets) and self._chord_onsets[at] == time

    def _chord_at(self, time: Fraction) -> ChordSpan | None:
        at = bisect_right(self._chord_onsets, time) - 1
        return self._chords[at] if at >= 0 and time < self._chords[at].end else None

    def _with_harmony(self, span: Span) -> Span:
        """The span with the pitch classes and the bass that sound in the beats that it touches."""
        if span.melody is None:
            return span
        measure, onset = self._score.measures[span.measure], self._onsets[span.measure]
        beats = [beat for beat in beats_of(measure) if beat[0] < span.end and beat[1] > span.start]
        low, high = beats[0][0] if beats else span.start, span.end
        chord = self._chord_at(onset + span.start)
        if chord is not None:
            low = max(min(low, span.start), min(chord.onset - onset, span.start))
        notes = self._between(onset + low, onset + high)
        if not notes:
            return replace(span, melody=None)
        bass = self._bass(span, onset, notes)
        if self._is_unison(span, onset):
            return replace(span, classes={replace(span.melody, octave=4): 1.0}, bass=span.melody, is_unison=True)
        classes: dict[Pitch, float] = defaultdict(float)
        for note in notes:
            overlap = min(note.end, onset + high) - max(note.onset, onset + low)
            classes[replace(pitch_of(note), octave=4)] += float(overlap)
        for note in self._later(span, onset, high, chord):
            classes[replace(pitch_of(note), octave=4)] += float(note.duration) / 2
        if chord is not None:
            classes = {pitch: weight * (2.0 if _is_member(pitch, chord) else 0.5) for pitch, weight in classes.items()}
        most = max(classes.values())
        kept = {pitch: weight / most for pitch, weight in classes.items() if weight >= LEAST_SHARE * most}
        return replace(span, classes=kept, bass=bass)

    def _is_unison(self, span: Span, onset: Fraction) -> bool:
        """Whether several voices sound through a span, always the same pitch class: a passage in unison or octaves."""
        notes = self._between(onset + span.start, onset + span.end)
        times = {max(note.onset, onset + span.start) for note in notes}
        rows = [[note for note in notes if note.onset <= time < note.end] for time in times]
        same = all(len({pitch_of(note).pitch_class for note in row}) == 1 for row in rows)
        return same and any(len({note.slot for note in row}) > 1 for row in rows)

    def _later(self, span: Span, onset: Fraction, high: Fraction, chord: ChordSpan | None) -> list[SoundingNote]:
        """The notes of the accompaniment that the chord of a span has later in its measure: the rest of a figure."""
        end = self._score.measures[span.measure].duration + onset
        if chord is None or min(chord.end, end) <= onset + high:
            return []
        tune = self.source_slot(span.measure)
        notes = self._between(onset + high, min(chord.end, end))
        return [note for note in notes if note.slot != tune and note.onset >= onset + high]

    def _bass(self, span: Span, onset: Fraction, notes: Sequence[SoundingNote]) -> Pitch:
        """The lowest pitch: of a figure that goes on with the notes of the measure so far the lowest of all these."""
        own = [note for note in notes if note.end > onset + span.start]
        lowest = min(own, key=lambda note: pitch_of(note).midi_pitch)
        beat = beats_of(self._score.measures[span.measure])[0]
        is_figure = lowest.duration < beat[1] - beat[0] or self._is_chord(lowest, notes)
        tune = self.source_slot(span.measure)
        before = self._same_chord(span, onset, [note for note in own if note.slot != tune])
        chosen = [*own, *before] if is_figure else own
        return min((pitch_of(note) for note in chosen), key=lambda pitch: pitch.midi_pitch)

    def _same_chord(self, span: Span, onset: Fraction, own: Sequence[SoundingNote]) -> list[SoundingNote]:
        """The notes of the beats before a span, in its measure, that form one chord with its own notes."""
        tune = self.source_slot(span.measure)
        names, found = {pitch_of(note).pitch_class for note in own}, list[SoundingNote]()
        for start, end in reversed(beats_of(self._score.measures[span.measure])):
            if start >= span.start:
                continue
            beat = [note for note in self._between(onset + start, onset + min(end, span.start)) if note.slot != tune]
            names |= {pitch_of(note).pitch_class for note in beat}
            if not _is_one_chord(names):
                break
            found += [note for note in beat if note.onset >= onset]
        return found

    def _is_chord(self, lowest: SoundingNote, notes: Sequence[SoundingNote]) -> bool:
        """Whether a note is struck in one voice with others."""
        return any(other is not lowest and (other.onset, other.slot) == (lowest.onset, lowest.slot) for other in notes)


def _is_one_chord(names: Set[int]) -> bool:
    """Whether pitch classes are members of one triad or seventh chord."""
    return any(names <= {(root + each) % 12 for each in kind} for root in names for kind in _CHORDS)


def _is_member(pitch: Pitch, chord: ChordSpan) -> bool:
    return pitch.fifths in chord.chord.members


def beats_of(measure: Measure) -> list[tuple[Fraction, Fraction]]:
    """The beats of a measure, from its end backwards in an anacrusis."""
    ends = list(itertools.accumulate(measure.time.groups))
    start = max(sum(measure.time.groups) - measure.duration, Fraction(0))
    places = [end - start for end in ends if 0 < end - start < measure.duration]
    return list(itertools.pairwise([Fraction(0), *places, measure.duration]))


def _without_marks(element: Element) -> Element:
    if isinstance(element, Note):
        return replace(element, articulations=(), lyrics=(), staff=None)
    return element
