"""Notes whose spelling a program has guessed: a flat that rises to its own natural, as Gb to G, where F# is meant.

Files that were made from MIDI often have all black keys as flats. Keys, numerals and rules go by the spelling, so that
a reader must be told. A single chromatic step proves nothing: what counts is that such steps outnumber those of leading
notes, which are spelled with the letter below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from scoregen.score.elements import Score
from scoregen.score.pitch import Pitch, spell
from scoregen.score.timeline import SoundingNote, pitch_of, pitched_notes

_FEWEST = 4
"""The fewest chromatic steps of flats outside the key signature that tell a guess."""
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
    """Each pitch of a voice that the key signature does not have, with the next one."""
    lines: dict[object, list[SoundingNote]] = {}
    for note in pitched_notes(score):
        lines.setdefault(note.slot, []).append(note)
    for line in lines.values():
        for low, high in pairwise(line):
            pitch = pitch_of(low)
            if pitch.alter != score.measures[low.measure_index].key.alter(pitch.step):
                yield pitch, pitch_of(high)
