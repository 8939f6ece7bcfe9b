"""An accompanied melody, or instrumental music, as homophonic lines for singers.

Singers cannot take the figures of a piano. The melody stays as it is; the other voices sing its rhythm, at most one
note for each of its syllables, with the harmony of the source: the bass has the lowest note, the inner voices the other
pitch classes that sound. All lower voices are found together by dynamic programming over the spans of the melody, with
prices for missing notes, leaps, wide spacing and parallels. Where nobody sings, the voices have the highest line and
the harmony, in its rhythm if it moves in eighths or slower, else in beats.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.analysis.harmony.chords import ChordSpan, chord_spans
from scoregen.arranging.costs import is_parallel
from scoregen.arranging.players import Player
from scoregen.arranging.strands import Strand, strand_elements
from scoregen.arranging.writing import in_octave, whole_rest, with_joined_rests
from scoregen.score.directions import Direction, Words
from scoregen.score.elements import Element, Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.instruments import instrument_type
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.score.spanners import Slur, Spanner
from scoregen.score.timeline import SoundingNote, measure_onsets, pitch_of, pitched_notes

NOTICE = (
    "the voices sing the harmony of the accompaniment in the rhythm of the melody; its figures are left out, and where"
    " nobody sings in the source they hum its highest line"
)
HUMMED = "hum"
STATES, CANDIDATES = 30, 60
FASTEST = Fraction(1, 2)
"""The shortest note of a melody without words that singers take over."""
LEAST_SHARE = 0.2
"""The least share of the time of the most frequent pitch class from which a pitch class belongs to the harmony."""
_LOST, _THIRD_LOST, _LEAP, _WIDE, _UNISON, _CROSSED, _PARALLEL, _OUTSIDE = 3.0, 3.0, 0.15, 0.6, 0.8, 6.0, 5.0, 0.5
_SPACING = 12


@dataclass(frozen=True)
class _Span:
    """A stretch of a measure in which the lower voices hold a chord; times in quarters from the start of the measure.

    `values` are the note values that it is written with. `melody` is the pitch above, `classes` the weights of the
    pitch classes, `bass` the lowest pitch; None for rests.
    """

    measure: int
    start: Fraction
    end: Fraction
    values: tuple[NoteValue, ...]
    melody: Pitch | None
    classes: dict[Pitch, float]
    bass: Pitch | None
    fermata: bool = False


def choral_score(score: Score, players: Sequence[Player], sung: Sequence[Slot]) -> tuple[Score, str]:
    """The score as one line for each player, highest first, and a notice. The lines are within the players' ranges."""
    music = _Music(score, sung)
    top = [music.melody(index) for index in range(len(score.measures))]
    leader = _in_range(top, players[0])
    spans = [span for index in range(len(score.measures)) for span in music.spans(index, leader[index])]
    chords = _chords(spans, players[1:])
    parts = tuple(_part(player, number) for number, player in enumerate(players))
    measures = []
    by_measure: dict[int, list[tuple[_Span, tuple[Pitch, ...]]]] = defaultdict(list)
    for span, chord in zip(spans, chords, strict=True):
        by_measure[span.measure].append((span, chord))
    hummed = False
    for index, measure in enumerate(score.measures):
        voices = [Voice(Slot(parts[0].id), leader[index] or tuple(whole_rest(measure)))]
        for at, part in enumerate(parts[1:]):
            voices.append(Voice(Slot(part.id), tuple(_line(by_measure[index], at, measure))))
        hums = not music.is_sung(index) and any(not voice.is_silent for voice in voices)
        words = _hum(parts) if hums and not hummed and sung else ()
        hummed = hums
        measures.append(_with_voices(measure, voices, words, parts, music.source_slot(index)))
    return replace(score, parts=parts, measures=tuple(measures), document=None), NOTICE


def _part(player: Player, number: int) -> Part:
    kind = instrument_type("voice")
    return Part(f"L{number}", f"Voice {number + 1}", "", player.role.clefs, kind.instrument)


def _hum(parts: Sequence[Part]) -> tuple[Direction, ...]:
    return tuple(Direction(Fraction(0), Words(HUMMED, italic=True), part.id) for part in parts)


def _with_voices(
    measure: Measure, voices: Sequence[Voice], words: Sequence[Direction], parts: Sequence[Part], source: Slot | None
) -> Measure:
    """The measure with new voices, and the marks of the voice that leads for all of them."""
    lead = parts[0].id
    directions = list(words)
    for mark in measure.directions:
        if mark.part is None:
            directions.append(mark)
        elif source is not None and mark.part == source.part:
            directions += [replace(mark, part=part.id, staff=1) for part in parts]
    spanners: list[Spanner] = []
    for spanner in measure.spanners:
        if isinstance(spanner, Slur):
            if spanner.slot == source:
                spanners.append(replace(spanner, slot=Slot(lead), end_slot=None))
        elif source is not None and spanner.part == source.part:
            spanners += [replace(spanner, part=part.id, staff=1) for part in parts]
    symbols = tuple(replace(symbol, part=lead, staff=1) for symbol in measure.chord_symbols)
    return replace(
        measure,
        voices=tuple(voices),
        directions=tuple(dict.fromkeys(directions)),
        spanners=tuple(spanners),
        chord_symbols=symbols,
        own_keys=(),
    )


class _Music:
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
        for start, end in _beats_of(measure):
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

    def spans(self, index: int, melody: Sequence[Element]) -> list[_Span]:
        """The spans of the lower voices below a melody."""
        found: list[_Span] = []
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

    def _joins(self, measure: Measure, last: _Span, element: Element, now: Fraction, worded: bool) -> bool:
        """Whether a note of the melody is sung on the chord before it: a melisma, or part of the same beat."""
        if not isinstance(element, Note):
            return False
        if element.tied_from_previous:
            return True
        beats = [start for start, _ in _beats_of(measure)]
        same_beat = bisect_right(beats, now) == bisect_right(beats, last.start)
        return same_beat and (not worded or not element.lyrics)

    def _joined(self, span: _Span, element: Element, end: Fraction) -> _Span:
        values = (*span.values, element.value)
        plain = NoteValue.plain(end - span.start)
        if plain is not None and not any(value.is_tuplet for value in values):
            values = (plain,)
        return replace(span, end=end, values=values, fermata=span.fermata or element.fermata)

    def _divided(self, index: int, measure: Measure, element: Element, now: Fraction, end: Fraction) -> list[_Span]:
        """The spans of one element: its beats, if it is long and the harmony changes below it."""
        pitch = element.pitch if isinstance(element, Note) and isinstance(element.pitch, Pitch) else None
        whole = _Span(index, now, end, (element.value,), pitch, {}, None, element.fermata)
        if pitch is None:
            return [whole]
        onset = self._onsets[index]
        cuts = [start for start, _ in _beats_of(measure) if now < start < end]
        cuts = [cut for cut in cuts if self._changes_at(onset + cut)]
        edges = [now, *cuts, end]
        values = [NoteValue.plain(high - low) for low, high in itertools.pairwise(edges)]
        if not cuts or any(value is None for value in values):
            return [whole]
        return [
            _Span(index, low, high, (value,), pitch, {}, None, element.fermata and high == end)
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

    def _with_harmony(self, span: _Span) -> _Span:
        """The span with the pitch classes and the bass that sound in the beats that it touches."""
        if span.melody is None:
            return span
        measure, onset = self._score.measures[span.measure], self._onsets[span.measure]
        beats = [beat for beat in _beats_of(measure) if beat[0] < span.end and beat[1] > span.start]
        low, high = beats[0][0] if beats else span.start, span.end
        chord = self._chord_at(onset + span.start)
        if chord is not None:
            low = max(min(low, span.start), min(chord.onset - onset, span.start))
        notes = self._between(onset + low, onset + high)
        if not notes:
            return replace(span, melody=None)
        bass = self._bass(span, onset, low, notes)
        classes: dict[Pitch, float] = defaultdict(float)
        for note in notes:
            overlap = min(note.end, onset + high) - max(note.onset, onset + low)
            classes[replace(pitch_of(note), octave=4)] += float(overlap)
        if chord is not None:
            classes = {pitch: weight * (2.0 if _is_member(pitch, chord) else 0.5) for pitch, weight in classes.items()}
        most = max(classes.values())
        kept = {pitch: weight / most for pitch, weight in classes.items() if weight >= LEAST_SHARE * most}
        return replace(span, classes=kept, bass=bass)

    def _bass(self, span: _Span, onset: Fraction, low: Fraction, notes: Sequence[SoundingNote]) -> Pitch:
        """The lowest pitch: of the whole chord if the accompaniment is a figure, else of the span."""
        own = [note for note in notes if note.end > onset + span.start]
        lowest = min(own, key=lambda note: pitch_of(note).midi_pitch)
        beat = _beats_of(self._score.measures[span.measure])[0]
        begun = max(low, Fraction(0)) + onset
        is_figure = lowest.duration < beat[1] - beat[0] or self._is_chord(lowest, notes)
        if not is_figure:
            return pitch_of(lowest)
        before = [note for note in notes if note.onset >= begun]
        return min((pitch_of(note) for note in before or own), key=lambda pitch: pitch.midi_pitch)

    def _is_chord(self, lowest: SoundingNote, notes: Sequence[SoundingNote]) -> bool:
        """Whether a note is struck in one voice with others."""
        return any(other is not lowest and (other.onset, other.slot) == (lowest.onset, lowest.slot) for other in notes)


def _is_member(pitch: Pitch, chord: ChordSpan) -> bool:
    return pitch.fifths in chord.chord.members


def _beats_of(measure: Measure) -> list[tuple[Fraction, Fraction]]:
    """The beats of a measure, from its end backwards in an anacrusis."""
    ends = list(itertools.accumulate(measure.time.groups))
    start = max(sum(measure.time.groups) - measure.duration, Fraction(0))
    places = [end - start for end in ends if 0 < end - start < measure.duration]
    return list(itertools.pairwise([Fraction(0), *places, measure.duration]))


def _without_marks(element: Element) -> Element:
    if isinstance(element, Note):
        return replace(element, articulations=(), lyrics=(), staff=None)
    return element


def _in_range(rows: Sequence[tuple[Element, ...]], player: Player) -> list[tuple[Element, ...]]:
    """The melody in the octave of the leading voice: one for the whole piece, single notes folded."""
    pitches = [n.pitch.midi_pitch for row in rows for e in row for n in e.notes if isinstance(n.pitch, Pitch)]
    shift = min(
        (-24, -12, 0, 12, 24),
        key=lambda each: (
            sum(5 * (not player.can_play([p + each])) + player.discomfort(p + each) for p in pitches),
            abs(each),
        ),
    )

    def moved(element: Element) -> Element:
        if not isinstance(element, Note) or not isinstance(element.pitch, Pitch):
            return element
        old = element.pitch.midi_pitch
        new = old + shift if player.can_play([old + shift]) else player.folded(old + shift)
        return replace(element, pitch=in_octave(element.pitch, (new - old) // 12), staff=None)

    return [tuple(moved(element) for element in row) for row in rows]


def _chords(spans: Sequence[_Span], players: Sequence[Player]) -> list[tuple[Pitch, ...]]:
    """The pitches of the lower voices in every span, highest first; none in rests."""
    rows: list[list[tuple[float, tuple[Pitch, ...], int]]] = []
    for at, span in enumerate(spans):
        states = _states(span, players)
        row = []
        for cost, state in states:
            best, came = 0.0, 0
            if rows:
                ways = [
                    (old + _motion(spans[at - 1], before, span, state), index)
                    for index, (old, before, _) in enumerate(rows[-1])
                ]
                best, came = min(ways)
            row.append((best + cost, state, came))
        rows.append(sorted(row, key=lambda entry: entry[0])[:STATES])
    path, index = [], 0
    for row in reversed(rows):
        _, state, before_index = row[index]
        path.append(state)
        index = before_index
    return path[::-1]


def _states(span: _Span, players: Sequence[Player]) -> list[tuple[float, tuple[Pitch, ...]]]:
    if span.melody is None or span.bass is None or not players:
        return [(0.0, ())]
    partial: list[tuple[float, tuple[Pitch, ...]]] = [(0.0, ())]
    for number, player in enumerate(players):
        last = number == len(players) - 1
        names = [span.bass] if last else list(span.classes)
        pitches = [_at(name, octave) for name in names for octave in range(1, 7)]
        own = [pitch for pitch in pitches if player.can_play([pitch.midi_pitch])]
        grown = [
            (cost + _placing(span, state, pitch, player), (*state, pitch)) for cost, state in partial for pitch in own
        ]
        partial = sorted(grown, key=lambda entry: entry[0])[:400]
    scored = [(cost + _lacking(span, state), state) for cost, state in partial]
    return sorted(scored, key=lambda entry: entry[0])[:CANDIDATES]


def _at(pitch: Pitch, octave: int) -> Pitch:
    return replace(pitch, octave=octave)


def _placing(span: _Span, above: Sequence[Pitch], pitch: Pitch, player: Player) -> float:
    """The price of a pitch below those of the voices above."""
    assert span.melody is not None
    upper = above[-1] if above else span.melody
    gap = upper.midi_pitch - pitch.midi_pitch
    price = _OUTSIDE * player.discomfort(pitch.midi_pitch)
    price += _CROSSED * (gap < 0) + _UNISON * (gap == 0) + 0.4 * (0 < gap < 3)
    is_bass = span.bass is not None and pitch.pitch_class == span.bass.pitch_class
    return price + _WIDE * max(gap - (_SPACING if not is_bass else 19), 0) / 2


def _lacking(span: _Span, state: Sequence[Pitch]) -> float:
    """The price of the pitch classes that no voice has."""
    assert span.melody is not None
    heard = {pitch.pitch_class for pitch in (span.melody, *state)}
    lost = sum(weight for pitch, weight in span.classes.items() if pitch.pitch_class not in heard)
    bass = span.bass or span.melody
    thirds = [p for p in span.classes if (p.pitch_class - bass.pitch_class) % 12 in (3, 4)]
    lacks_third = bool(thirds) and not any(p.pitch_class in heard for p in thirds)
    return _LOST * lost + _THIRD_LOST * lacks_third


def _motion(old: _Span, before: Sequence[Pitch], new: _Span, after: Sequence[Pitch]) -> float:
    """The price of going from one chord to the next."""
    if not before or not after or old.melody is None or new.melody is None:
        return 0.0
    price = 0.0
    for number, (one, two) in enumerate(zip(before, after, strict=True)):
        step = abs(two.midi_pitch - one.midi_pitch)
        leap = max(step - 2, 0) if number < len(after) - 1 else max(step - 5, 0) / 2
        price += _LEAP * leap + 0.03 * step + 0.6 * (step > 9 and number < len(after) - 1)
    ones = [pitch.midi_pitch for pitch in (old.melody, *before)]
    twos = [pitch.midi_pitch for pitch in (new.melody, *after)]
    for upper, lower in itertools.combinations(range(len(ones)), 2):
        price += _PARALLEL * is_parallel(ones[upper], ones[lower], twos[upper], twos[lower])
    return price


def _line(row: Sequence[tuple[_Span, tuple[Pitch, ...]]], at: int, measure: Measure) -> Sequence[Element]:
    """The elements of one lower voice in a measure."""
    elements: list[Element] = []
    for span, chord in row:
        if not chord:
            elements += [Rest(value) for value in span.values]
            continue
        last = len(span.values) - 1
        elements += [
            Note(
                value,
                chord[at],
                tied_from_previous=number > 0,
                tied_to_next=number < last,
                fermata=span.fermata and number == last,
            )
            for number, value in enumerate(span.values)
        ]
    return with_joined_rests(elements, measure) if elements else whole_rest(measure)
