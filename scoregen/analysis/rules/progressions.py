"""Successions of chords: weak six-four chords, and subdominants after dominants.

A triad in second inversion is explained if it is cadential (before a dominant on the same bass), passing or
neighbouring (its bass is reached and left by step), a pedal six-four (its bass is held), or arpeggiated (the same
triad in another inversion is next to it). These are the four uses of S. Kostka and D. Payne, Tonal Harmony (7th ed.
2013), chapter 9, and of E. Aldwell and C. Schachter, Harmony and Voice Leading (4th ed. 2011), unit 20.

A dominant does not go to the subdominant in root position (Kostka and Payne, chapter 7); first inversion is
allowed, as in V-IV6-V6.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from scoregen.analysis.counterpoint.lines import Counterpoint, distinct
from scoregen.analysis.counterpoint.voice_moments import VoiceMoment
from scoregen.analysis.harmony.chords import ChordSpan
from scoregen.analysis.rules.findings import Finding
from scoregen.analysis.rules.rule_sets import ANY, RuleSet
from scoregen.analysis.rules.triads import FEWEST_LINES, pitch_names
from scoregen.score.pitch import Pitch
from scoregen.score.theory.cadences import DOMINANT, SUBDOMINANT
from scoregen.score.theory.chord_kinds import CONSONANT_TRIADS
from scoregen.score.timeline import SoundingNote, pitch_of

_LEAST = Fraction(1)
"""The quarters for which a chord must last to count."""


def progressions(music: Counterpoint, rules: RuleSet) -> Iterator[Finding]:
    """Weak six-four chords and retrogressions."""
    if not rules.applies("six-four", "retrogression"):
        return
    for place, span in enumerate(music.chords):
        yield from _six_four(music, rules, place, span)
    for span, following in pairwise(music.chords):
        if following.onset == span.end and following.onset not in music.boundaries:
            yield from _retrogression(music, rules, span, following)


def _six_four(music: Counterpoint, rules: RuleSet, place: int, span: ChordSpan) -> Iterator[Finding]:
    if span.chord.inversion != 2 or span.chord.quality not in CONSONANT_TRIADS or span.duration < _LEAST:
        return
    moment = next((each for each in music.moments_between(span.onset, span.end) if _sounds(each, span)), None)
    if moment is None or _is_explained(music, place, span):
        return
    names = [line.name for line, note in zip(music.lines, moment.notes, strict=True) if note is not None and line.leads]
    message = f"{pitch_names(moment)} is a six-four chord that is neither cadential, passing, pedal nor arpeggiated"
    yield from rules.judge("six-four", ANY, moment.onset, moment.measure_index, names, distinct(moment.notes), message)


def _sounds(moment: VoiceMoment, span: ChordSpan) -> bool:
    """Whether the complete triad sounds over its fifth."""
    lowest = _lowest(moment)
    is_full = sum(note is not None for note in moment.notes) >= FEWEST_LINES
    return (
        is_full and lowest is not None and lowest.fifths == span.chord.bass and moment.places == {*span.chord.members}
    )


def _lowest(moment: VoiceMoment) -> Pitch | None:
    pitches = [pitch_of(note) for note in moment.notes if note is not None]
    return min(pitches, key=lambda pitch: pitch.chromatic, default=None)


def _is_explained(music: Counterpoint, place: int, span: ChordSpan) -> bool:
    before = music.chords[place - 1] if place else None
    after = music.chords[place + 1] if place + 1 < len(music.chords) else None
    if any(other is not None and other.chord.root == span.chord.root for other in (before, after)):
        return True
    if after is not None and after.chord.root == span.chord.bass:
        return True
    reached, left = _bass_steps(music, span)
    return (abs(reached) == 1 and abs(left) == 1) or reached == left == 0


def _bass_steps(music: Counterpoint, span: ChordSpan) -> tuple[int, int]:
    """Diatonic steps of the bass into a chord and out of it; a rest counts as a leap."""
    inside = [low for moment in music.moments_between(span.onset, span.end) if (low := _bass(moment)) is not None]
    first, last = inside[0], inside[-1]
    before = next(
        (low for moment in music.moments_between(span.onset - _LEAST / 8, span.onset) if (low := _bass(moment))), None
    )
    after = next(
        (low for moment in music.moments_between(span.end, span.end + _LEAST / 8) if (low := _bass(moment))), None
    )
    return _steps(before, first), _steps(last, after)


def _bass(moment: VoiceMoment) -> SoundingNote | None:
    sounding = [note for note in moment.notes if note is not None]
    return min(sounding, key=lambda note: pitch_of(note).chromatic, default=None)


_LEAP = 99


def _steps(note: SoundingNote | None, following: SoundingNote | None) -> int:
    if note is None or following is None:
        return _LEAP
    return pitch_of(following).diatonic - pitch_of(note).diatonic


def _retrogression(music: Counterpoint, rules: RuleSet, span: ChordSpan, following: ChordSpan) -> Iterator[Finding]:
    """A dominant before a subdominant in root position, in one key."""
    one, other = span.function, following.function
    if span.key != following.key or one.target is not None or other.target is not None:
        return
    is_back = DOMINANT.contains(one.offset, one.quality) and SUBDOMINANT.contains(other.offset, other.quality)
    if not is_back or following.chord.inversion or min(span.duration, following.duration) < _LEAST:
        return
    moment = next(music.moments_between(following.onset, following.end))
    names = [line.name for line, note in zip(music.lines, moment.notes, strict=True) if note is not None and line.leads]
    message = f"the dominant {span.chord} goes back to the subdominant {following.chord} in {following.key}"
    yield from rules.judge(
        "retrogression", ANY, following.onset, following.measure_index, names, distinct(moment.notes), message
    )
