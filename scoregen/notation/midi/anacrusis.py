"""Finds the anacrusis of a MIDI file that counts its first note as a downbeat.

Sequencers export from the first note on, so that a tune with a pickup has all its barlines in the wrong place. Each
number of beats is tried as the length of the pickup, and the barlines are rated by the notes around them: long
notes begin on strong beats and do not lie across a barline, and the last note begins a measure (Temperley, The
Cognition of Basic Musical Structures, 2001, chapter 2: the length rule and the event rule). Only barlines that fewer
notes lie across can take the place of the file's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from scoregen.score.metre import TimeSignature

Span = tuple[Fraction, Fraction]
"""Onset and end of a note, in quarters."""

FEWEST_NOTES = 8
_MARGIN = 0.2
"""How much better than that of none the rating of a pickup must be; of nearly equal ones the shortest is taken."""
_STRENGTHS = (1.0, 0.6, 0.4)
"""The rating of a note that begins on a downbeat, in the middle of the measure, on another beat."""
_CROSSING = 1.0
_FINAL = 0.1


def find_anacrusis(notes: Sequence[Span], time: TimeSignature) -> Fraction:
    """The length of the pickup in quarters; 0 if the barlines fit as they are, or if too little speaks for one."""
    beats = time.groups
    if len(notes) < FEWEST_NOTES or len(beats) < 2 or len(set(beats)) > 1 or notes[0][0] != 0:
        return Fraction(0)
    own = _crossings(notes, time, Fraction(0))
    starts = [start for index in range(1, len(beats)) if _crossings(notes, time, start := beats[0] * index) < own]
    ratings = {start: _rating(notes, time, start) for start in (Fraction(0), *starts)}
    best = max(ratings.values())
    if best <= ratings[Fraction(0)] + _MARGIN:
        return Fraction(0)
    return min(start for start in starts if ratings[start] >= best - _MARGIN / 2)


def _crossings(notes: Sequence[Span], time: TimeSignature, pickup: Fraction) -> int:
    """The number of notes that lie across a barline."""
    shift = time.duration - pickup
    return sum((onset + shift) % time.duration + end - onset > time.duration for onset, end in notes)


def _rating(notes: Sequence[Span], time: TimeSignature, pickup: Fraction) -> float:
    """The mean rating of the notes, by length, if the first barline is after `pickup`; the last note counts apart."""
    shift = time.duration - pickup
    total = weight = 0.0
    for onset, end in notes:
        position = (onset + shift) % time.duration
        length = min(float(end - onset), float(time.duration))
        crosses = position + end - onset > time.duration
        total += length * (_strength(time, position) - (_CROSSING if crosses else 0.0))
        weight += length
    final = _FINAL if (notes[-1][0] + shift) % time.duration == 0 else 0.0
    return total / weight + final


def _strength(time: TimeSignature, position: Fraction) -> float:
    strength = time.strength(position)
    return _STRENGTHS[strength] if strength < len(_STRENGTHS) else 0.0
