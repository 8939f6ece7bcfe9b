"""Converts notes with onset and end to notated measures: barlines, grids, voices, ties.

Pitches are spelled by `spelling`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.notation.midi.measures.columns import Column, column_at
from scoregen.notation.midi.measures.grids import on_grids
from scoregen.notation.midi.measures.percussion import unpitched_note
from scoregen.notation.midi.measures.spelling import spell_in_key
from scoregen.notation.midi.measures.timed_notes import TimedNote, hands_of_notes
from scoregen.notation.midi.measures.voices import Sound, voice_lines
from scoregen.score.elements import Chord, Element, Measure, Note, Part, Rest, Slot, Tempo, Voice
from scoregen.score.rhythm import NoteValue, notate


def build_measures(
    columns: Sequence[Column],
    parts: Iterable[tuple[Part, Sequence[TimedNote]]],
    tempos: Iterable[tuple[Fraction, Tempo]],
) -> list[Measure]:
    """The measures with the voices of all parts."""
    voices: list[list[Voice]] = [[] for _ in columns]
    for part, notes in parts:
        placed = on_grids(notes, columns)
        hands = hands_of_notes(placed) if part.staves > 1 else [1] * len(placed)
        for staff in range(1, part.staves + 1):
            own = [note for note, hand in zip(placed, hands, strict=True) if hand == staff]
            for number, line in enumerate(voice_lines(own), start=1):
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


def _spelled(line: Sequence[Sound], columns: Sequence[Column]) -> list[Sound]:
    """The sounds of a voice with their pitches spelled; a single note knows the single note that follows it."""
    found = []
    for sound, following in zip(line, [*line[1:], None], strict=True):
        single = following is not None and len(following.pitches) == len(sound.pitches) == 1
        goal = following.pitches[0] if single and following is not None else None
        key = columns[column_at(sound.onset, columns)].spelling
        spelled = {} if sound.drum else {pitch: spell_in_key(pitch, key, goal) for pitch in sound.pitches}
        found.append(replace(sound, spelled=spelled))
    return found


def _voices(line: Sequence[Sound], columns: Sequence[Column], slot: Slot) -> Iterator[tuple[int, Voice]]:
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


def _elements(sounds: Sequence[Sound], column: Column, with_rests: bool) -> Iterator[Element]:
    """The sounds of one measure and the rests between them, notated; the rests are drawn `with_rests`."""
    pieces: list[tuple[Fraction, Sound | None]] = []  # end in the measure, and the sound until then
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


def _note_or_chord(sound: Sound, value: NoteValue, before: bool, after: bool) -> Element:
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
