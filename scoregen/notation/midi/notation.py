"""Converts notes with onset and end to notated measures: barlines, grids, voices, ties.

Each beat of a part has one grid, 64ths or triplet 32nds, whichever is nearer to its onsets and ends. For a file
that fits neither, the grids are 16ths and triplet eighths. Notes with the same onset and end become a chord;
overlapping notes go into other voices, at most four per staff. Pitches are spelled by `spelling`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from scoregen.notation.midi.percussion import unpitched_note
from scoregen.notation.midi.spelling import pitch_class_weights, spell_in_key, spelling_key
from scoregen.notation.midi.timed_notes import TimedNote, hands_of_notes, is_exact
from scoregen.notation.musicxml.tree import MAX_MEASURES
from scoregen.score.elements import Chord, Element, Lyric, Measure, Note, Part, Rest, Slot, Tempo, Voice
from scoregen.score.keys import Key, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue, notate, tuplet_span

MAX_VOICES = 4
_MOST_COMPARED = 40

_C_MAJOR = Key(0, "major")


@dataclass(frozen=True, slots=True)
class Column:
    """The frame of a measure: onset and end in quarters; `start` is its position in the full metre.

    `key` is the signature that is written, and `spelling` the key by which its notes are spelled.
    """

    onset: Fraction
    end: Fraction
    time: TimeSignature
    key: KeySignature
    number: str
    spelling: Key = _C_MAJOR

    @property
    def duration(self) -> Fraction:
        return self.end - self.onset

    @property
    def start(self) -> Fraction:
        return self.time.duration - self.duration if self.number == "0" else Fraction(0)


@dataclass(frozen=True, slots=True)
class _Sound:
    """Notes that begin and end together, by pitch with their velocities and, later, their spellings."""

    onset: Fraction
    end: Fraction
    velocities: Mapping[int, int | None]
    drum: bool
    lyric: Lyric | None = None
    spelled: Mapping[int, Pitch] = field(default_factory=dict)

    @property
    def pitches(self) -> tuple[int, ...]:
        return tuple(sorted(self.velocities))


def measure_columns(
    times: Mapping[Fraction, TimeSignature], keys: Mapping[Fraction, KeySignature], end: Fraction
) -> tuple[Column, ...]:
    """The measures up to `end`. A new signature begins a measure; a short first measure is an anacrusis.

    Raises ValueError for more measures than are read.
    """
    changes = sorted({Fraction(0): TimeSignature((4,), 4), **times}.items())
    spans: list[tuple[Fraction, Fraction, TimeSignature]] = []
    for index, (onset, time) in enumerate(changes):
        limit = changes[index + 1][0] if index + 1 < len(changes) else max(end, onset + time.duration)
        last = index + 1 == len(changes)
        while onset < limit and (onset < end or not spans):
            if len(spans) == MAX_MEASURES:
                raise ValueError(f"the music has more than {MAX_MEASURES} measures")
            stop = onset + time.duration
            spans.append((onset, stop if last else min(stop, limit), time))
            onset = stop
    return tuple(_number_measures(_with_anacrusis(spans), keys))


def _with_anacrusis(
    spans: list[tuple[Fraction, Fraction, TimeSignature]],
) -> list[tuple[Fraction, Fraction, TimeSignature]]:
    """Give a first measure that is shorter than the second's signature that signature."""
    if len(spans) > 1 and spans[0][1] - spans[0][0] < spans[1][2].duration:
        spans[0] = (spans[0][0], spans[0][1], spans[1][2])
    return spans


def _number_measures(
    spans: list[tuple[Fraction, Fraction, TimeSignature]], keys: Mapping[Fraction, KeySignature]
) -> Iterator[Column]:
    short = len(spans) > 1 and spans[0][1] - spans[0][0] < spans[0][2].duration
    starts = sorted(keys)
    for index, (onset, end, time) in enumerate(spans):
        known = bisect_right(starts, onset)
        key = keys[starts[known - 1]] if known else KeySignature(0)
        yield Column(onset, end, time, key, str(index if short else index + 1))


def with_spelling(
    columns: Sequence[Column], keys: Mapping[Fraction, KeySignature], notes: Sequence[TimedNote]
) -> tuple[Column, ...]:
    """The columns with the key that spells the notes of their key signature's region."""
    starts = sorted({Fraction(0), *keys})
    regions: list[list[tuple[int, Fraction]]] = [[] for _ in starts]
    for note in notes:
        if not note.drum:
            regions[bisect_right(starts, note.onset) - 1].append((note.pitch, note.end - note.onset))
    found = [
        spelling_key(keys.get(start, None), pitch_class_weights(region))
        for start, region in zip(starts, regions, strict=True)
    ]
    return tuple(replace(column, spelling=found[bisect_right(starts, column.onset) - 1]) for column in columns)


def build_measures(
    columns: Sequence[Column],
    parts: Iterable[tuple[Part, Sequence[TimedNote]]],
    tempos: Iterable[tuple[Fraction, Tempo]],
) -> list[Measure]:
    """The measures with the voices of all parts."""
    voices: list[list[Voice]] = [[] for _ in columns]
    for part, notes in parts:
        placed = _on_grids(notes, columns)
        hands = hands_of_notes(placed) if part.staves > 1 else [1] * len(placed)
        for staff in range(1, part.staves + 1):
            own = [note for note, hand in zip(placed, hands, strict=True) if hand == staff]
            for number, line in enumerate(_lines(own), start=1):
                for index, voice in _voices(_spelled(line, columns), columns, Slot(part.id, staff, number)):
                    voices[index].append(voice)
    changes = sorted(tempos, key=lambda change: change[0])
    starts = [onset for onset, _ in changes]
    found = []
    for column, inside in zip(columns, voices, strict=True):
        here = changes[bisect_left(starts, column.onset) : bisect_left(starts, column.end)]
        found.append(_measure(column, tuple(inside), here))
    return found


def _measure(column: Column, voices: tuple[Voice, ...], tempos: Sequence[tuple[Fraction, Tempo]]) -> Measure:
    """A measure with its tempos, whose onsets are in quarters from the start of the piece."""
    here = tuple(replace(tempo, onset=onset - column.onset) for onset, tempo in tempos)
    implicit = column.number == "0"
    return Measure(column.number, column.duration, column.time, column.key, voices, implicit, tempos=here)


def _on_grids(notes: Sequence[TimedNote], columns: Sequence[Column]) -> list[TimedNote]:
    """The notes with onsets and ends on notatable grids; none is lost, and all have a length."""
    fine = is_exact(notes)
    steps = _grid_steps(notes, columns, fine)
    placed = []
    for note in notes:
        onset = _nearest(note.onset, columns, steps)
        end = _nearest(note.end, columns, steps)
        placed.append(replace(note, onset=onset, end=end if end > onset else _next_place(onset, columns, steps)))
    return sorted(placed, key=lambda note: (note.onset, -note.pitch))


Spans = dict[tuple[int, int], Fraction]
"""The grid step by measure index and beat."""


def _grid_steps(notes: Sequence[TimedNote], columns: Sequence[Column], fine: bool) -> Spans:
    """The step of the better grid for every beat with an onset or end inside; other beats need none."""
    inside: dict[tuple[int, int], list[Fraction]] = {}
    for place in (place for note in notes for place in (note.onset, note.end)):
        index, beat, offset = _beat_of(place, columns)
        inside.setdefault((index, beat), []).append(offset)
    return {key: _better_step(offsets, tuplet_span(columns[key[0]].time), fine) for key, offsets in inside.items()}


def _better_step(offsets: Sequence[Fraction], span: Fraction, fine: bool) -> Fraction:
    binary = Fraction(1, 16) if fine else min(Fraction(1, 4), span / 2)
    triplet = span / 12 if fine else span / 3
    errors = {step: sum(abs(offset - _round(offset, step)) for offset in offsets) for step in (binary, triplet)}
    return triplet if errors[triplet] < errors[binary] else binary


def _beat_of(place: Fraction, columns: Sequence[Column]) -> tuple[int, int, Fraction]:
    """Measure index, beat of the full metre, and the offset inside that beat."""
    index = max(bisect_right(columns, place, key=lambda column: column.onset) - 1, 0)
    column = columns[index]
    position = place - column.onset + column.start
    beat = position // tuplet_span(column.time)
    return index, int(beat), position - beat * tuplet_span(column.time)


def _nearest(place: Fraction, columns: Sequence[Column], steps: Spans) -> Fraction:
    index, beat, offset = _beat_of(place, columns)
    moved = place - offset + _round(offset, steps.get((index, beat), Fraction(1, 16)))
    return min(max(moved, columns[index].onset), columns[index].end)


def _next_place(place: Fraction, columns: Sequence[Column], steps: Spans) -> Fraction:
    index, beat, _ = _beat_of(place, columns)
    return min(place + steps.get((index, beat), Fraction(1, 16)), columns[index].end)


def _round(offset: Fraction, step: Fraction) -> Fraction:
    return round(offset / step) * step


def _lines(notes: Sequence[TimedNote]) -> list[list[_Sound]]:
    """Voices without overlaps: each sound goes into the first that is free.

    One that lies below sounds that begin while it lasts leaves the first voice to them. If none is free, the voice
    that ends first is cut short.
    """
    lines: list[list[_Sound]] = [[]]
    sounds = _sounds(notes)
    for index, sound in enumerate(sounds):
        lies_below = _lies_below(index, sounds)
        if lies_below and len(lines) == 1:
            lines.append([])
        order = [*lines[1:], lines[0]] if lies_below else lines
        line = next((line for line in order if not line or line[-1].end <= sound.onset), None)
        if line is None and len(lines) < MAX_VOICES:
            line = []
            lines.append(line)
        if line is None:
            line = _room_for(sound, lines)
        if line[-1:] and line[-1].onset == sound.onset:
            joined = {**sound.velocities, **line[-1].velocities}
            line[-1] = replace(line[-1], velocities=joined, lyric=line[-1].lyric or sound.lyric)
        else:
            line.append(sound)
    return lines


def _lies_below(index: int, sounds: Sequence[_Sound]) -> bool:
    """Whether a higher sound begins while a sound lasts, and most such sounds are higher."""
    sound, higher = sounds[index], 0
    for other in sounds[index + 1 : index + _MOST_COMPARED]:
        if other.onset >= sound.end:
            break
        if other.onset > sound.onset:
            higher += 1 if other.pitches[0] > sound.pitches[-1] else -1
    return higher > 0


def _room_for(sound: _Sound, lines: list[list[_Sound]]) -> list[_Sound]:
    """The voice that ends first, cut off at the sound's onset unless it begins there too."""
    line = min(lines, key=lambda line: (line[-1].onset == sound.onset, line[-1].end))
    if line[-1].onset < sound.onset:
        line[-1] = replace(line[-1], end=sound.onset)
    return line


def _sounds(notes: Sequence[TimedNote]) -> list[_Sound]:
    """Notes joined to chords, by onset, the highest first."""
    joined: dict[tuple[Fraction, Fraction, bool], dict[int, int | None]] = {}
    lyrics: dict[tuple[Fraction, Fraction, bool], Lyric] = {}
    for note in notes:
        span = (note.onset, note.end, note.drum)
        joined.setdefault(span, {}).setdefault(note.pitch, note.velocity)
        if note.lyric is not None:
            lyrics[span] = note.lyric
    sounds = [
        _Sound(onset, end, velocities, drum, lyrics.get((onset, end, drum)))
        for (onset, end, drum), velocities in joined.items()
    ]
    return sorted(sounds, key=lambda sound: (sound.onset, -sound.pitches[-1]))


def _spelled(line: Sequence[_Sound], columns: Sequence[Column]) -> list[_Sound]:
    """The sounds of a voice with their pitches spelled; a single note knows the single note that follows it."""
    found = []
    for sound, following in zip(line, [*line[1:], None], strict=True):
        single = following is not None and len(following.pitches) == len(sound.pitches) == 1
        goal = following.pitches[0] if single and following is not None else None
        key = columns[max(bisect_right(columns, sound.onset, key=lambda column: column.onset) - 1, 0)].spelling
        spelled = {} if sound.drum else {pitch: spell_in_key(pitch, key, goal) for pitch in sound.pitches}
        found.append(replace(sound, spelled=spelled))
    return found


def _voices(line: Sequence[_Sound], columns: Sequence[Column], slot: Slot) -> Iterator[tuple[int, Voice]]:
    """The voice in each measure; only the first voice of a staff has measures of rests alone."""
    first = 0
    for index, column in enumerate(columns):
        while first < len(line) and line[first].end <= column.onset:
            first += 1
        stop = first
        while stop < len(line) and line[stop].onset < column.end:
            stop += 1
        if stop > first or slot.voice == 1:
            yield index, Voice(slot, tuple(_elements(line[first:stop], column, slot.voice == 1)))


def _elements(sounds: Sequence[_Sound], column: Column, with_rests: bool) -> Iterator[Element]:
    """The sounds of one measure and the rests between them, notated; the rests are drawn `with_rests`."""
    pieces: list[tuple[Fraction, _Sound | None]] = []  # end in the measure, and the sound until then
    now = column.onset
    for sound in sounds:
        if sound.onset > now:
            pieces.append((sound.onset - column.onset, None))
        now = min(sound.end, column.end)
        pieces.append((now - column.onset, sound))
    if now < column.end:
        pieces.append((column.duration, None))
    values = notate([end for end, _ in pieces], column.duration, column.time, column.start)
    for (end, sounding), own in zip(pieces, values, strict=True):
        for index, value in enumerate(own):
            if sounding is None:
                yield Rest(value, visible=with_rests)
                continue
            before = index > 0 or sounding.onset < column.onset
            after = index + 1 < len(own) or sounding.end > column.onset + end
            yield _note_or_chord(sounding, value, before, after)


def _note_or_chord(sound: _Sound, value: NoteValue, before: bool, after: bool) -> Element:
    """The note or chord of a sound, tied to its other parts; drums are not tied."""
    if sound.drum:
        hits = [Note(value, unpitched_note(key), velocity=sound.velocities[key]) for key in sound.pitches]
        return hits[0] if len(hits) == 1 else Chord(tuple(hits))
    notes = [
        Note(value, sound.spelled[pitch], before, after, velocity=sound.velocities[pitch]) for pitch in sound.pitches
    ]
    if sound.lyric is not None and not before:
        notes[0] = replace(notes[0], lyrics=(sound.lyric,))
    return notes[0] if len(notes) == 1 else Chord(tuple(notes))
