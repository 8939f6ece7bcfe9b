"""The members of chords: chords without a third, and doubled thirds.

A chord without third is judged by its sounding notes, not by the name that the analysis gives it: a root and its
fifth, with or without a minor seventh, for a beat. At the end of a phrase the rules on cadences apply instead.

The third of a major triad in root position is doubled only if it is the first, fourth or fifth degree of the key,
as in VI after V in minor, or if its two voices pass through it by step in contrary motion. The third of a minor
triad may be doubled. E. Aldwell and C. Schachter, Harmony and Voice Leading (4th ed. 2011), unit 6, and S. Kostka
and D. Payne, Tonal Harmony (7th ed. 2013), chapter 5, state the rule by the sound of the triad; W. Piston, Harmony
(1941), chapter 2, by the tonal degrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, groupby, pairwise

from scoregen.analysis.counterpoint.lines import Counterpoint, distinct
from scoregen.analysis.counterpoint.voice_moments import VoiceMoment
from scoregen.analysis.harmony.chords import ChordSpan, chord_at
from scoregen.analysis.rules.findings import Finding, is_on_beat
from scoregen.analysis.rules.harmonic import leading_note
from scoregen.analysis.rules.rule_sets import ANY, RuleSet
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import open_fifth_root
from scoregen.score.timeline import SoundingNote, pitch_of

FEWEST_LINES = 3
"""The fewest sounding voices of a complete chord."""
TONAL_DEGREES = (0, -1, 1)
"""The first, fourth and fifth degree, in fifths from the tonic."""
_LEAST = Fraction(1)
"""The quarters for which a chord must lack its third, or double it, to count."""


def triads(music: Counterpoint, rules: RuleSet) -> Iterator[Finding]:
    """Chords without third, and doubled thirds."""
    if rules.applies("missing-third"):
        yield from _missing_thirds(music, rules)
    if rules.applies("doubled-third"):
        for span in music.chords:
            yield from _doubled_third(music, rules, span)


def _missing_thirds(music: Counterpoint, rules: RuleSet) -> Iterator[Finding]:
    """Sonorities without third that last for a beat from a beat on; the last chord of a phrase is left out."""
    pairs = list(pairwise(music.moments))
    for is_open, run in groupby(pairs, key=lambda pair: _lacks_third(pair[0])):
        own = list(run)
        first, end = own[0][0], own[-1][1].onset
        if not is_open or end - first.onset < _LEAST or _closes(music, first, end):
            continue
        if is_on_beat(music.score, first.onset, first.measure_index):
            names = [music.lines[index].name for index, _ in _leading(music, first)]
            message = f"{pitch_names(first)} has no third"
            notes = distinct(first.notes)
            yield from rules.judge("missing-third", ANY, first.onset, first.measure_index, names, notes, message)


def _lacks_third(moment: VoiceMoment) -> bool:
    """Whether three voices or more sound a root, its fifth and perhaps its seventh, with the root lowest."""
    return _voices(moment) >= FEWEST_LINES and open_fifth_root(moment.places) == from_below(moment)[0].fifths


def _closes(music: Counterpoint, first: VoiceMoment, end: Fraction) -> bool:
    """Whether a sonority is in the last chord of a phrase or of the piece."""
    span = chord_at(music.chords, first.onset)
    return end >= music.moments[-1].onset or end in music.boundaries or (span is not None and span.ends_phrase)


def _voices(moment: VoiceMoment) -> int:
    return sum(note is not None for note in moment.notes)


def pitch_names(moment: VoiceMoment) -> str:
    """The sounding pitches from the lowest to the highest, such as `C3-G3-E4`."""
    return "-".join(map(str, dict.fromkeys(from_below(moment))))


def from_below(moment: VoiceMoment) -> list[Pitch]:
    """The sounding pitches, the lowest first."""
    return sorted((pitch_of(note) for note in moment.notes if note is not None), key=lambda pitch: pitch.chromatic)


def _doubled_third(music: Counterpoint, rules: RuleSet, span: ChordSpan) -> Iterator[Finding]:
    third = span.chord.root + 4
    if span.chord.quality != "major" or span.chord.inversion or span.function.target is not None:
        return
    if leading_note(span) is not None or third - span.key.tonic_fifths in TONAL_DEGREES:
        return
    for moment in music.moments_between(span.onset, span.end):
        held = [(index, note) for index, note in _leading(music, moment) if pitch_of(note).fifths == third]
        pairs = [pair for pair in combinations(held, 2) if _is_doubling(music, span, *pair)]
        if pairs and _voices(moment) > FEWEST_LINES and span.chord.root in moment.places:
            (upper, high), (lower, low) = pairs[0]
            names = music.lines[upper].name, music.lines[lower].name
            message = (
                f"{names[0]} and {names[1]} double the third of {span.chord} ({pitch_of(high)} and {pitch_of(low)})"
            )
            onset, index = moment.onset, moment.measure_index
            yield from rules.judge("doubled-third", ANY, onset, index, names, (high, low), message)
            return


def _leading(music: Counterpoint, moment: VoiceMoment) -> Iterator[tuple[int, SoundingNote]]:
    for index, (line, note) in enumerate(zip(music.lines, moment.notes, strict=True)):
        if note is not None and line.leads and not line.is_chordal:
            yield index, note


def _is_doubling(
    music: Counterpoint, span: ChordSpan, upper: tuple[int, SoundingNote], lower: tuple[int, SoundingNote]
) -> bool:
    """Whether two voices of a group hold the third for a beat or the whole chord, and do not just pass through it."""
    high, low = upper[1], lower[1]
    together = min(high.end, low.end, span.end) - max(high.onset, low.onset, span.onset)
    if not music.are_compared(upper[0], lower[0]) or together < min(_LEAST, span.duration):
        return False
    return not _pass_in_contrary_motion(music, upper, lower)


def _pass_in_contrary_motion(
    music: Counterpoint, upper: tuple[int, SoundingNote], lower: tuple[int, SoundingNote]
) -> bool:
    """Whether both voices reach the note by step in contrary motion, or leave it so."""
    before = [_steps(note, music.previous(index, note)) for index, note in (upper, lower)]
    after = [_steps(note, music.following(index, note)) for index, note in (upper, lower)]
    return sorted(before) == [-1, 1] or sorted(after) == [-1, 1]


def _steps(note: SoundingNote, other: SoundingNote | None) -> int:
    """Diatonic steps from a note to another; 0 if there is none."""
    return 0 if other is None else pitch_of(other).diatonic - pitch_of(note).diatonic
