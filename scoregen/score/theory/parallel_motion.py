"""Parallel fifths, octaves and unisons: the one definition, and the options in which its uses differ.

Two voices move in parallel where both sound before and after, both go to another pitch, and they form the same
perfect interval before and after: a fifth, or an octave or unison. A repeated or held note is no motion, and a
rest between parts what stands before and after it. Which voice is the upper one is asked of the pitches.

This is the form for spelled pitches; `scoregen.tokens.parallel_motion` is that for tables of MIDI pitches.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scoregen.score.pitch import Pitch

FIFTH, OCTAVE, UNISON, DIMINISHED_FIFTH = "fifth", "octave", "unison", "diminished fifth"
PERFECT = (FIFTH, OCTAVE, UNISON)
SEMITONES = {FIFTH: 7, OCTAVE: 0, UNISON: 0}
"""Within an octave."""


@dataclass(frozen=True, slots=True)
class ParallelMotion:
    """What counts as parallel beyond the definition above.

    spelled: an interval is perfect by its spelling (a diminished sixth is no fifth), else by its semitones;
    contrary: voices that move in opposite directions count too; restated: so do voices that keep their pitch
    classes, such as a chord that is set again an octave away; compound_fifths: so does a fifth that becomes a
    twelfth, or the reverse. (An octave that becomes a unison always counts.) phrase_ends: so does a motion from
    the end of a phrase to the start of the next.
    """

    spelled: bool = True
    contrary: bool = False
    restated: bool = False
    compound_fifths: bool = True
    phrase_ends: bool = False


PART_WRITING = ParallelMotion()
"""What teachers of harmony mark, and `scoregen check` reports."""
SAMPLING = ParallelMotion(spelled=False, contrary=True, phrase_ends=True)
"""What costs a draft: the network is kept from contrary fifths and octaves as well, and does not see phrases apart."""
PROTOCOL = ParallelMotion(spelled=False, contrary=True, restated=True, compound_fifths=False, phrase_ends=True)
"""What the published figures count, in tables of MIDI pitches without phrases."""


def perfect_interval(one: Pitch, other: Pitch) -> str | None:
    """Which perfect interval, or diminished fifth, two pitches form by their spelling; None if none.

    A fifth of any size over an octave is a fifth, and so is an octave.
    """
    low, high = sorted((one, other), key=lambda pitch: (pitch.chromatic, pitch.diatonic))
    steps, semitones = high.diatonic - low.diatonic, high.chromatic - low.chromatic
    if steps % 7 == 4:
        return {7: FIFTH, 6: DIMINISHED_FIFTH}.get(int(semitones % 12)) if semitones == int(semitones) else None
    if steps % 7 == 0 and semitones % 12 == 0 and steps * 12 == semitones * 7:
        return UNISON if semitones == 0 else OCTAVE
    return None


def sounding_interval(one: Pitch, other: Pitch) -> str | None:
    """Which perfect interval two pitches form by their semitones; None if none."""
    semitones = abs(Fraction(one.chromatic) - Fraction(other.chromatic))
    if semitones % 12 == SEMITONES[OCTAVE]:
        return UNISON if semitones == 0 else OCTAVE
    return FIFTH if semitones % 12 == SEMITONES[FIFTH] else None


def interval_class(interval: str) -> str:
    """Unisons and octaves are of one class, and so are fifths of both sizes."""
    return {UNISON: OCTAVE, DIMINISHED_FIFTH: FIFTH}.get(interval, interval)


def is_similar(high: Pitch, higher: Pitch, low: Pitch, lower: Pitch) -> bool:
    """Whether two voices that both move, from `high` to `higher` and from `low` to `lower`, go the same way."""
    return (higher.chromatic > high.chromatic) == (lower.chromatic > low.chromatic)


def is_restated(high: Pitch, higher: Pitch, low: Pitch, lower: Pitch) -> bool:
    """Whether no pitch class changes: the same notes in another octave."""
    return high.pitch_class == higher.pitch_class and low.pitch_class == lower.pitch_class


def parallel_interval(
    high: Pitch, higher: Pitch, low: Pitch, lower: Pitch, counts: ParallelMotion = PART_WRITING
) -> str | None:
    """The perfect interval that one voice, from `high` to `higher`, keeps with another, from `low` to `lower`.

    None where the motion is not parallel. A unison that becomes an octave, or the reverse, counts as octaves.
    """
    named = perfect_interval if counts.spelled else sounding_interval
    old, new = named(high, low), named(higher, lower)
    if old not in PERFECT or new not in PERFECT or interval_class(old) != interval_class(new):
        return None
    if high.chromatic == higher.chromatic or low.chromatic == lower.chromatic:
        return None
    if not counts.contrary and not is_similar(high, higher, low, lower):
        return None
    if not counts.restated and is_restated(high, higher, low, lower):
        return None
    is_same_size = high.chromatic - low.chromatic == higher.chromatic - lower.chromatic
    if new == FIFTH and not counts.compound_fifths and not is_same_size:
        return None
    return new if old == new else OCTAVE
