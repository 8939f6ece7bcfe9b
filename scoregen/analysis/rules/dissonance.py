"""Suspensions without resolution, and cross relations.

A suspension is a note that is consonant, is held or struck again on a beat while the other voices move, and is then
dissonant; it must fall by step. A rise by semitone to the root, as from 7 to 8 over the tonic, is a retardation and
allowed (S. Kostka and D. Payne, Tonal Harmony, 7th ed. 2013, chapter 12).

Two forms of one note, such as C and C sharp, are a cross relation if they follow one another in different voices
(`outer`, `inner`), or sound together without preparation (`simultaneous`). A voice that itself goes from one form to
the other removes it (E. Aldwell and C. Schachter, Harmony and Voice Leading, 4th ed. 2011, unit 22).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, pairwise, permutations

from scoregen.analysis.counterpoint.lines import Counterpoint
from scoregen.analysis.counterpoint.voice_moments import VoiceMoment
from scoregen.analysis.harmony.chords import ChordSpan, chord_at
from scoregen.analysis.rules.findings import Finding, is_on_beat
from scoregen.analysis.rules.rule_sets import RuleSet
from scoregen.score.theory.chord_kinds import CONSONANT_TRIADS, MEMBERS
from scoregen.score.timeline import SoundingNote, pitch_of

_SECONDS = (1, 6)
"""Seconds and sevenths, in diatonic steps within an octave."""
_FOURTH = 3
_TRIADS = tuple(MEMBERS[kind] for kind in sorted(CONSONANT_TRIADS))
_SUSPENDED = (-1, 2)
"""The fourth and the ninth of a triad, in fifths from its root."""
_DELAY = Fraction(1)
"""The quarters by which an ornament may delay a resolution."""
_LONGEST = Fraction(2)
"""A note that sounds longer than this against the others, in quarters, is a pedal."""
_SHORT = Fraction(1)
"""Notes shorter than this, in quarters, may pass against another form of themselves."""


def dissonances(music: Counterpoint, rules: RuleSet) -> Iterator[Finding]:
    """Unresolved suspensions and cross relations."""
    if rules.applies("unresolved-suspension"):
        for before, after in music.successions():
            yield from _suspensions(music, rules, before, after)
    if rules.applies("cross-relation"):
        yield from _clashes(music, rules)
        for span, following in pairwise(music.chords):
            if following.onset == span.end and following.onset not in music.boundaries:
                yield from _cross_relations(music, rules, span, following)


def _suspensions(music: Counterpoint, rules: RuleSet, before: VoiceMoment, after: VoiceMoment) -> Iterator[Finding]:
    if not is_on_beat(music.score, after.onset, after.measure_index):
        return
    for index, note in enumerate(after.notes):
        old = before.notes[index]
        if note is None or old is None or old.pitch != note.pitch or music.is_bass(index):
            continue
        if music.lines[index].is_chordal or not _is_suspended(music, index, before, after, note):
            continue
        later = music.following(index, note)
        kind = _fault(music, index, after, note, later)
        if kind and later is not None:
            name = music.lines[index].name
            verb = "rises" if kind == "rising" else "leaps"
            message = f"the suspension {pitch_of(note)} of {name} {verb} to {pitch_of(later)} instead of stepping down"
            yield from rules.judge(
                "unresolved-suspension", kind, later.onset, later.measure_index, (name,), (note, later), message
            )


def _is_suspended(music: Counterpoint, index: int, before: VoiceMoment, after: VoiceMoment, note: SoundingNote) -> bool:
    """Whether a note that is held into a moment was consonant, is dissonant there, and stays so until it ends."""
    if note.end - after.onset > _LONGEST or _is_dissonant(before, index, struck_only=False):
        return False
    last = [*music.moments_between(after.onset, note.end)][-1]
    stays = last is after or _is_dissonant(last, index, struck_only=False)
    return stays and _is_dissonant(after, index, struck_only=True) and _is_foreign(music, index, before, after)


def _is_foreign(music: Counterpoint, index: int, before: VoiceMoment, after: VoiceMoment) -> bool:
    """Whether a held note is a non-chord tone: by the analysis, or as the fourth or ninth of a triad of the others.

    The analysis prefers chords in which non-chord tones resolve.
    """
    note = after.notes[index]
    span, earlier = chord_at(music.chords, after.onset), chord_at(music.chords, before.onset)
    if note is None or span is None or earlier is None:
        return False
    place = pitch_of(note).fifths
    if place not in span.chord.members and place in earlier.chord.members and note.end <= span.end:
        return True
    others = {pitch_of(other).fifths for line, other in enumerate(after.notes) if other is not None and line != index}
    roots = {root for root in others if any({other - root for other in others} == {*kind} for kind in _TRIADS)}
    return any(place - root in _SUSPENDED for root in roots)


def _is_dissonant(moment: VoiceMoment, index: int, *, struck_only: bool) -> bool:
    """Whether a note forms a second, seventh or ninth with another, or a fourth with the lowest.

    With `struck_only`, only notes that begin at the moment count as the others.
    """
    own = moment.notes[index]
    sounding = [note for note in moment.notes if note is not None]
    lowest = min(sounding, key=lambda note: pitch_of(note).chromatic)
    for other in sounding:
        if own is None or other is own or (struck_only and other.onset != moment.onset):
            continue
        steps = abs(pitch_of(own).diatonic - pitch_of(other).diatonic) % 7
        if steps in _SECONDS or (steps == _FOURTH and other is lowest):
            return True
    return False


def _fault(music: Counterpoint, index: int, moment: VoiceMoment, note: SoundingNote, later: SoundingNote | None) -> str:
    """`rising` or `leaping`; empty if the suspension falls by step in time, or a rest or phrase end follows."""
    if later is None or later.pitch == note.pitch:
        return ""
    steps = pitch_of(later).diatonic - pitch_of(note).diatonic
    if steps == -1 or _falls(music, index, note):
        return ""
    span = chord_at(music.chords, moment.onset)
    is_retardation = steps == 1 and pitch_of(later).chromatic - pitch_of(note).chromatic == 1
    if is_retardation and span is not None and pitch_of(later).fifths == span.chord.root:
        return ""
    return "rising" if steps == 1 else "leaping"


def _falls(music: Counterpoint, index: int, note: SoundingNote) -> bool:
    """Whether the step below a note is reached within a beat of its end."""
    target = pitch_of(note).diatonic - 1
    notes = (moment.notes[index] for moment in music.moments_between(note.end, note.end + _DELAY))
    return any(other is not None and pitch_of(other).diatonic == target for other in notes)


def _clashes(music: Counterpoint, rules: RuleSet) -> Iterator[Finding]:
    """Two forms of one note that sound together; each pair of notes once."""
    seen: set[tuple[SoundingNote, SoundingNote]] = set()
    for moment in music.moments:
        sounding = [(index, note) for index, note in enumerate(moment.notes) if note is not None]
        for (upper, high), (lower, low) in combinations(sounding, 2):
            if (high, low) in seen or not _are_two_forms(high, low):
                continue
            seen.add((high, low))
            if _is_ornamental(music, upper, high, low) or _is_ornamental(music, lower, low, high):
                continue
            names = tuple(dict.fromkeys((music.lines[upper].name, music.lines[lower].name)))
            message = f"{' and '.join(names)} sound {pitch_of(high)} against {pitch_of(low)}"
            yield from rules.judge(
                "cross-relation", "simultaneous", moment.onset, moment.measure_index, names, (high, low), message
            )


def _are_two_forms(one: SoundingNote, other: SoundingNote) -> bool:
    """Whether two notes have the same letter and different accidentals."""
    return pitch_of(one).step == pitch_of(other).step and pitch_of(one).alter != pitch_of(other).alter


def _is_ornamental(music: Counterpoint, index: int, note: SoundingNote, other: SoundingNote) -> bool:
    """Whether a note moves by step against another: a short passing or neighbouring note, or one that was prepared."""
    before, after = music.previous(index, note), music.following(index, note)
    if note.onset < other.onset:
        return _is_step(note, after)
    is_short = min(note.end, other.end) - max(note.onset, other.onset) < _SHORT
    return is_short and _is_step(note, before) and _is_step(note, after)


def _is_step(note: SoundingNote, other: SoundingNote | None) -> bool:
    return other is not None and abs(pitch_of(other).diatonic - pitch_of(note).diatonic) <= 1


def _cross_relations(music: Counterpoint, rules: RuleSet, span: ChordSpan, following: ChordSpan) -> Iterator[Finding]:
    """Two forms of one note in successive chords, in different voices of a group."""
    moments = (
        list(music.moments_between(span.end - _DELAY / 32, span.end)),
        list(music.moments_between(span.end, span.end + _DELAY / 32)),
    )
    if not moments[0] or not moments[1]:
        return
    old, new = moments[0][-1], moments[1][0]
    for first, second in permutations(range(len(music.lines)), 2):
        one, other = old.notes[first], new.notes[second]
        if (
            one is None
            or other is None
            or not _are_two_forms(one, other)
            or not music.are_compared(*sorted((first, second)))
        ):
            continue
        if pitch_of(one).fifths not in span.chord.members or pitch_of(other).fifths not in following.chord.members:
            continue
        if _is_in_one_voice(old, new, one, other):
            continue
        names = music.lines[first].name, music.lines[second].name
        kind = "outer" if music.is_outer(*sorted((first, second))) else "inner"
        message = f"{names[1]} takes {pitch_of(other)} after the {pitch_of(one)} of {names[0]}"
        yield from rules.judge("cross-relation", kind, new.onset, new.measure_index, names, (one, other), message)


def _is_in_one_voice(old: VoiceMoment, new: VoiceMoment, one: SoundingNote, other: SoundingNote) -> bool:
    """Whether some voice goes from one form to the other."""
    pairs = zip(old.notes, new.notes, strict=True)
    forms = {(pitch_of(a).fifths, pitch_of(b).fifths) for a, b in pairs if a is not None and b is not None}
    return (pitch_of(one).fifths, pitch_of(other).fifths) in forms
