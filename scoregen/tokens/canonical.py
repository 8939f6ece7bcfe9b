"""The canonical form: what the token language keeps of a score, defined without tokens.

Each voice is read as a roll: pitches with onsets and ends, ties merged. The roll is cut wherever a pitch
begins or ends, and each piece is notated again. Grace notes, lyrics and articulations are dropped;
consecutive rests become one. `decode(encode(score), score)` gives the same score in another way, and the
tests compare the two.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.score.elements import Chord, Element, Note, Rest, Score, Slot, Voice
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue, notate
from scoregen.score.timeline import measure_onsets
from scoregen.system.errors import RefusedError
from scoregen.tokens.encode import pitched_slots
from scoregen.tokens.events import Header
from scoregen.tokens.headers import complete_voice, headers, place_of


@dataclass(slots=True)
class _Line:
    """A pitch with its onset and end, in quarters from the start of the score."""

    pitch: Pitch
    onset: Fraction
    end: Fraction
    tied: bool  # whether its last note is tied to the next


def canonical(score: Score, slots: Sequence[Slot] | None = None) -> Score:
    """The canonical form of a score, for some voices (by default all pitched ones).

    Only ties inside one voice count. Phrase ends become fermatas on the notes that sound there.
    Raises RefusedError for a rhythm, metre or length that cannot be notated.
    """
    chosen = pitched_slots(score) if slots is None else tuple(slots)
    heads, starts = headers(score), measure_onsets(score)
    columns = [_column(score, slot, heads, starts) for slot in chosen]
    measures = (
        replace(
            measure,
            time=head.time,
            key=head.key,
            phrase_ends=head.phrase_ends,
            voices=tuple(column[index] for column in columns if index in column),
        )
        for index, (measure, head) in enumerate(zip(score.measures, heads, strict=True))
    )
    return replace(score, measures=tuple(measures), document=None)


def _column(score: Score, slot: Slot, heads: Sequence[Header], starts: Sequence[Fraction]) -> dict[int, Voice]:
    """One voice, notated again in every measure that has it."""
    voices = {index: voice for index, measure in enumerate(score.measures) if (voice := complete_voice(measure, slot))}
    here: dict[int, list[_Line]] = {index: [] for index in voices}
    for line in _lines(voices, starts):
        for index in range(bisect_right(starts, line.onset) - 1, bisect_left(starts, line.end)):
            here[index].append(line)
    written = {index: voice for index, voice in voices.items() if not voice.is_blank}
    return voices | {
        index: replace(voice, elements=_elements(here[index], starts[index], heads[index], slot))
        for index, voice in written.items()
    }


def _lines(voices: dict[int, Voice], starts: Sequence[Fraction]) -> list[_Line]:
    """Every pitch of the voice with its ties merged."""
    lines: list[_Line] = []
    latest: dict[Pitch, _Line] = {}
    for index, voice in voices.items():
        onset = starts[index]
        for element in voice.elements:
            if element.grace:
                continue
            end = onset + element.duration
            for pitch in {note.pitch for note in element.notes if isinstance(note.pitch, Pitch)}:
                same = [note for note in element.notes if note.pitch == pitch]
                line = latest.get(pitch)
                if line and line.tied and line.end == onset and any(note.tied_from_previous for note in same):
                    line.end = end
                else:
                    line = latest[pitch] = _Line(pitch, onset, end, False)
                    lines.append(line)
                line.tied = any(note.tied_to_next for note in same)
            onset = end
    return lines


def _elements(lines: Sequence[_Line], start: Fraction, head: Header, slot: Slot) -> tuple[Element, ...]:
    """The elements of one measure, from the lines that sound in it."""
    stop = start + head.duration
    inside = {place for line in lines for place in (line.onset, line.end) if start < place < stop}
    places = [start, *sorted(inside), stop]
    chords = [[line for line in lines if line.onset <= onset < line.end] for onset in places[:-1]]
    rows = _values(places, [index for index, chord in enumerate(chords) if not chord], head, slot)
    elements: list[Element] = []
    for onset, row, sounding in zip(places, rows, chords, strict=False):
        silent_measure = not sounding and len(rows) == 1
        for value in (NoteValue.of(head.duration),) if silent_measure else row:
            elements.append(_element(sounding, value, onset, onset - start, head))
            onset += value.duration
    return tuple(elements)


def _values(
    places: Sequence[Fraction], rests: Sequence[int], head: Header, slot: Slot
) -> tuple[tuple[NoteValue, ...], ...]:
    ends = [place - places[0] for place in places[1:]]
    try:
        return notate(ends, head.duration, head.time, head.start, rests)
    except ValueError as error:
        raise RefusedError(str(error), place_of(head.number, slot)) from None


def _element(sounding: Sequence[_Line], value: NoteValue, onset: Fraction, place: Fraction, head: Header) -> Element:
    """One note value of the lines that sound at `onset` in the score, `place` in the measure."""
    if not sounding:
        return Rest(value, fermata=place in head.phrase_ends)
    end = onset + value.duration
    fermata = any(place <= phrase_end < place + value.duration for phrase_end in head.phrase_ends)
    lines = sorted(sounding, key=lambda line: (line.pitch.chromatic, line.pitch.diatonic))
    notes = tuple(
        Note(value, line.pitch, line.onset < onset, line.end > end, fermata=fermata and line is lines[0])
        for line in lines
    )
    return notes[0] if len(notes) == 1 else Chord(notes)
