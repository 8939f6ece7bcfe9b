"""Motifs: short tunes in degrees of the key, so that a theme can come back in another key and mode.

`5:1 6:0.5 5:0.5 3:2` are the degrees 5 6 5 3 with their lengths in quarters. `#` and `b` alter a degree, `'` and `,`
move it an octave up or down, and `r` is a rest.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.score.elements import Element, Note, Rest
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import STEPS, Pitch
from scoregen.score.rhythm import NoteValue, notate

_NOTE = re.compile(
    r"(?:(?P<alter>#|b)?(?P<degree>[1-7])(?P<octave>'{0,2}|,{0,2})|(?P<rest>r)):(?P<length>\d+(?:\.\d+)?|\d+/\d+)"
)
MOST_MEASURES = 8


@dataclass(frozen=True, slots=True)
class MotifNote:
    """A note of a motif: the scale step from the tonic, 0 for the tonic itself; None for a rest. Length in quarters."""

    step: int | None
    alter: int
    length: Fraction


def parse_motif(text: str, time: TimeSignature) -> tuple[tuple[MotifNote, ...], ...]:
    """The notes of each measure. ValueError for what is no note, cannot be notated, or fills no whole measures."""
    measures: list[list[MotifNote]] = [[]]
    filled = Fraction(0)
    for word in text.replace("|", " ").split():
        note = _parsed(word)
        if filled == time.duration:
            measures.append([])
            filled = Fraction(0)
        filled += note.length
        if filled > time.duration:
            raise ValueError(f"found {word!r}, which crosses a barline of {time}; expected notes that fill measures")
        measures[-1].append(note)
    if filled != time.duration:
        raise ValueError(f"found {float(filled):g} quarters in the last measure; expected {float(time.duration):g}")
    if len(measures) > MOST_MEASURES:
        raise ValueError(f"found {len(measures)} measures; expected at most {MOST_MEASURES}")
    for measure in measures:
        notate(list(itertools.accumulate(note.length for note in measure)), time.duration, time)
    return tuple(map(tuple, measures))


def _parsed(word: str) -> MotifNote:
    found = _NOTE.fullmatch(word)
    if found is None or not 0 < Fraction(found["length"]) <= 16:
        raise ValueError(f"found {word!r}; expected a degree and its length in quarters, as in 5:1, #4:0.5 or r:1")
    length = Fraction(found["length"])
    if found["rest"]:
        return MotifNote(None, 0, length)
    octave = len(found["octave"]) * (-1 if "," in found["octave"] else 1)
    alter = {"#": 1, "b": -1}.get(found["alter"] or "", 0)
    return MotifNote(int(found["degree"]) - 1 + 7 * octave, alter, length)


def motif_text(measures: Sequence[Sequence[MotifNote]]) -> str:
    """The inverse of `parse_motif`."""
    return " | ".join(" ".join(map(_text, measure)) for measure in measures)


def _text(note: MotifNote) -> str:
    length = f"{float(note.length):g}" if (note.length * 16).denominator == 1 else str(note.length)
    if note.step is None:
        return f"r:{length}"
    octave, degree = divmod(note.step, 7)
    sign = "#" if note.alter > 0 else "b" if note.alter < 0 else ""
    return f"{sign}{degree + 1}{chr(39) * octave if octave > 0 else ',' * -octave}:{length}"


def motif_elements(notes: Sequence[MotifNote], key: Key, time: TimeSignature, middle: int) -> tuple[Element, ...]:
    """A measure of a motif in a key, with its tonic in the octave nearest to a MIDI number."""
    ends = list(itertools.accumulate(note.length for note in notes))
    values = notate(ends, time.duration, time, rests=[place for place, note in enumerate(notes) if note.step is None])
    tonic = _tonic(key, middle)
    rows = (_elements(note, own, key, tonic) for note, own in zip(notes, values, strict=True))
    return tuple(element for row in rows for element in row)


def pitch_of_degree(note: MotifNote, key: Key, tonic: Pitch) -> Pitch:
    """The pitch of a note that is no rest, above or below a tonic."""
    assert note.step is not None
    octave, index = divmod(tonic.diatonic + note.step, 7)
    step = STEPS[index]
    return Pitch(step, key.signature.alter(step) + note.alter, octave)


def degrees(key: Key) -> list[int]:
    """The degrees of a key on the line of fifths, from the tonic up."""
    tones = sorted(range(key.signature.fifths - 1, key.signature.fifths + 6), key=lambda each: 7 * each % 12)
    home = tones.index(key.tonic_fifths)
    return [*tones[home:], *tones[:home]]


def _tonic(key: Key, middle: int) -> Pitch:
    alter, step = divmod(key.tonic_fifths + 1, 7)
    choices = [Pitch("FCGDAEB"[step], alter, octave) for octave in range(1, 8)]
    return min(choices, key=lambda pitch: abs(pitch.midi_pitch - middle))


def _elements(note: MotifNote, values: Sequence[NoteValue], key: Key, tonic: Pitch) -> list[Element]:
    if note.step is None:
        return [Rest(value) for value in values]
    pitch, last = pitch_of_degree(note, key, tonic), len(values) - 1
    return [
        Note(value, pitch, tied_from_previous=place > 0, tied_to_next=place < last)
        for place, value in enumerate(values)
    ]
