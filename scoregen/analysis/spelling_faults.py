"""Notes whose spelling a program has guessed: a flat that rises to its own natural, as Gb to G, where F# is meant.

Files that were made from MIDI often have all black keys as flats. Keys, numerals and rules go by the spelling, so that
a reader must be told. A single chromatic step proves nothing: what counts is that such steps outnumber those of leading
notes, which are spelled with the letter below. Blue notes rise to their naturals too, as in C Eb E G.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from scoregen.score.elements import Score
from scoregen.score.keys import KeySignature
from scoregen.score.pitch import Pitch, spell
from scoregen.score.timeline import SoundingNote, pitch_of, pitched_notes

_FEWEST = 4
"""The fewest chromatic steps of flats outside the key signature that tell a guess."""
_BLUE = (-2, -3)
"""The lowered seventh and third of a major key, in fifths from its tonic."""
_LEADING = 5
"""A leading note is five fifths above its goal."""


def spelling_notice(score: Score) -> tuple[str, ...]:
    """One notice if many notes seem to be misspelled, with the most frequent of them."""
    rising = [(low, high) for low, high in _steps_to_altered(score) if high.midi_pitch - low.midi_pitch == 1]
    guessed = [(low, high) for low, high in rising if low.alter < 0 and low.step == high.step]
    leading = [low for low, high in rising if low.alter > 0 and low.step != high.step]
    if len(guessed) < _FEWEST or len(guessed) <= len(leading):
        return ()
    low, high = Counter(guessed).most_common(1)[0][0]
    meant = spell(low.midi_pitch, high.fifths + _LEADING)
    return (
        f"many notes seem to be misspelled, such as {low} before {high}, which would be {meant}: chords, keys and rules"
        " go by the spelling; correct it in the notation program (in MuseScore: Tools, Respell Pitches)",
    )


def _steps_to_altered(score: Score) -> Iterator[tuple[Pitch, Pitch]]:
    """Each pitch of a voice that the key signature does not have, and that is no blue note, with the next one."""
    lines: dict[object, list[SoundingNote]] = {}
    for note in pitched_notes(score):
        lines.setdefault(note.slot, []).append(note)
    for line in lines.values():
        pitches = [pitch_of(note) for note in line]
        for note, before, low, high in zip(line, [None, *pitches], pitches, pitches[1:], strict=False):
            key = score.measures[note.measure_index].key
            if low.alter != key.alter(low.step) and not (before != high and _may_be_blue(low, key)):
                yield low, high


def _may_be_blue(pitch: Pitch, key: KeySignature) -> bool:
    """Whether a pitch is the third or the seventh of a blues; between two equal notes it is a neighbour instead."""
    return pitch.fifths - key.fifths in _BLUE
