"""Parallel fifths, octaves and unisons: the only definition, and the options in which its uses differ.

Two voices move in parallel if both sound before and after, both go to another pitch, and they form the same
perfect interval before and after: a fifth, or an octave or unison. A repeated or held note is not motion, and a
rest separates the notes before and after it. The pitches decide which voice is the upper one.

These functions take spelled pitches; those of `scoregen.tokens.parallel_motion` take tables of MIDI pitches.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scoregen.score.pitch import Pitch

FIFTH, OCTAVE, UNISON, DIMINISHED_FIFTH = "fifth", "octave", "unison", "diminished fifth"
PERFECT = (FIFTH, OCTAVE, UNISON)
SEMITONES = {FIFTH: 7, OCTAVE: 0, UNISON: 0}
"""The size within an octave."""


@dataclass(frozen=True, slots=True)
class ParallelMotion:
    """What counts as parallel beyond the definition above.

    spelling: an interval is perfect by its spelling (a diminished sixth is not a fifth), else by its semitones;
    contrary: motion in opposite directions counts; octave_shifts: voices that keep their pitch classes count, as
    in a chord that is repeated an octave away; compound_fifths: a fifth that becomes a twelfth, or the reverse,
    counts (an octave that becomes a unison always counts); phrase_ends: motion from the end of a phrase to the
    start of the next counts.
    """

    spelling: bool = True
    contrary: bool = False
    octave_shifts: bool = False
    compound_fifths: bool = True
    phrase_ends: bool = False


PART_WRITING = ParallelMotion()
"""The parallels that teachers of harmony mark and `scoregen check` reports."""
SAMPLING = ParallelMotion(spelling=False, contrary=True, phrase_ends=True)
"""The parallels that cost a draft: contrary fifths and octaves count too, and phrase ends are ignored."""
PROTOCOL = ParallelMotion(spelling=False, contrary=True, octave_shifts=True, compound_fifths=False, phrase_ends=True)
"""The parallels of the published figures, in tables of MIDI pitches without phrases."""


def perfect_interval(one: Pitch, other: Pitch) -> str | None:
    """The perfect interval or diminished fifth that two pitches form by their spelling; None if they form neither.

    Compound intervals count as simple ones: a twelfth is a fifth.
    """
    low, high = sorted((one, other), key=lambda pitch: (pitch.chromatic, pitch.diatonic))
    steps, semitones = high.diatonic - low.diatonic, high.chromatic - low.chromatic
    if steps % 7 == 4:
        return {7: FIFTH, 6: DIMINISHED_FIFTH}.get(int(semitones % 12)) if semitones == int(semitones) else None
    if steps % 7 == 0 and semitones % 12 == 0 and steps * 12 == semitones * 7:
        return UNISON if semitones == 0 else OCTAVE
    return None


def sounding_interval(one: Pitch, other: Pitch) -> str | None:
    """The perfect interval that two pitches form by their semitones; None if they form none."""
    semitones = abs(Fraction(one.chromatic) - Fraction(other.chromatic))
    if semitones % 12 == SEMITONES[OCTAVE]:
        return UNISON if semitones == 0 else OCTAVE
    return FIFTH if semitones % 12 == SEMITONES[FIFTH] else None


def interval_class(interval: str) -> str:
    """The class of an interval: octave for octaves and unisons, fifth for perfect and diminished fifths."""
    return {UNISON: OCTAVE, DIMINISHED_FIFTH: FIFTH}.get(interval, interval)


def is_similar(high: Pitch, higher: Pitch, low: Pitch, lower: Pitch) -> bool:
    """Whether two voices, from `high` to `higher` and from `low` to `lower`, move in the same direction."""
    return (higher.chromatic > high.chromatic) == (lower.chromatic > low.chromatic)


def is_octave_shift(high: Pitch, higher: Pitch, low: Pitch, lower: Pitch) -> bool:
    """Whether no pitch class changes: the same notes in another octave."""
    return high.pitch_class == higher.pitch_class and low.pitch_class == lower.pitch_class


def parallel_interval(
    high: Pitch, higher: Pitch, low: Pitch, lower: Pitch, counts: ParallelMotion = PART_WRITING
) -> str | None:
    """The perfect interval that one voice, from `high` to `higher`, keeps with another, from `low` to `lower`.

    None if the motion is not parallel. A unison that becomes an octave, or the reverse, counts as octaves.
    """
    interval = perfect_interval if counts.spelling else sounding_interval
    old, new = interval(high, low), interval(higher, lower)
    if old not in PERFECT or new not in PERFECT or interval_class(old) != interval_class(new):
        return None
    if high.chromatic == higher.chromatic or low.chromatic == lower.chromatic:
        return None
    if not counts.contrary and not is_similar(high, higher, low, lower):
        return None
    if not counts.octave_shifts and is_octave_shift(high, higher, low, lower):
        return None
    is_same_size = high.chromatic - low.chromatic == higher.chromatic - lower.chromatic
    if new == FIFTH and not counts.compound_fifths and not is_same_size:
        return None
    return new if old == new else OCTAVE
