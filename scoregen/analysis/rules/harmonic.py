"""Tendency tones: leading notes and sevenths, by their chords.

A leading note is a major seventh above the tonic of the key, or above the target of an applied dominant, and a
member of a dominant chord. It resolves if its line reaches the tonic, a seventh if its line steps down, at the
next chord or within a beat of it; the beat of a note that is held into the next chord begins at its end. Notes
before a phrase end or a rest are not checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise

from scoregen.analysis.counterpoint.lines import Counterpoint, distinct
from scoregen.analysis.harmony.chords import ChordSpan
from scoregen.analysis.rules.findings import Finding
from scoregen.analysis.rules.rule_sets import ANY, RuleSet
from scoregen.score.pitch import STEPS, Interval
from scoregen.score.timeline import SoundingNote, pitch_of

LEADING = 5
"""A major seventh on the line of fifths."""
_DOMINANTS = {
    1: ("major", "dominant", "augmented", "augmented-seventh"),
    LEADING: ("diminished", "half-diminished", "diminished-seventh"),
}
"""The qualities of dominant chords, by the fifths from the tonic to the root."""
_TONICS = ("major", "minor")
_SUBMEDIANTS = (3, -4)
_LEAST = Fraction(1)
"""The quarters for which a leading note must be doubled to count."""
_DELAY = Fraction(1)
"""The quarters by which an ornament may delay a resolution after the onset of the next chord."""


def tendencies(music: Counterpoint, rules: RuleSet) -> Iterator[Finding]:
    """Doubled and unresolved leading notes, and unresolved sevenths."""
    if not rules.applies("doubled-leading-note", "unresolved-leading-note", "unresolved-seventh"):
        return
    spans = music.chords
    yield from _doubled_leading_notes(music, rules, spans)
    for span, following in pairwise(spans):
        if following.onset == span.end and following.onset not in music.boundaries:
            yield from _leading_notes(music, rules, span, following)
            yield from _sevenths(music, rules, span, following)


def leading_note(span: ChordSpan) -> int | None:
    """The leading note of a dominant chord on the line of fifths; None for any other chord."""
    tonic = _goal(span)
    is_dominant = span.chord.quality in _DOMINANTS.get(span.chord.root - tonic, ())
    return tonic + LEADING if is_dominant else None


def _goal(span: ChordSpan) -> int:
    """The tonic, or the target of an applied chord, on the line of fifths."""
    return span.key.tonic_fifths + (span.function.target or 0)


def _doubled_leading_notes(music: Counterpoint, rules: RuleSet, spans: Sequence[ChordSpan]) -> Iterator[Finding]:
    """Findings for doubled leading notes; each pair of notes once, even if it lasts for several chords."""
    seen: set[frozenset[SoundingNote]] = set()
    for span in spans:
        for upper, high, lower, low in _doublings(music, span):
            if {high, low} not in seen:
                seen.add(frozenset((high, low)))
                names = music.lines[upper].name, music.lines[lower].name
                start = max(high.onset, low.onset, span.onset)
                measure = max(high.measure_index, low.measure_index, span.measure_index)
                message = f"{names[0]} and {names[1]} double the leading note ({pitch_of(high)} and {pitch_of(low)})"
                yield from rules.judge("doubled-leading-note", ANY, start, measure, names, (high, low), message)


def _doublings(music: Counterpoint, span: ChordSpan) -> Iterator[tuple[int, SoundingNote, int, SoundingNote]]:
    """Two lines of a group on the leading note, for a beat or the whole chord; non-chord tones do not count."""
    place = leading_note(span)
    if place is None:
        return
    held = [
        (index, note)
        for index in range(len(music.lines))
        for note in _notes_in(music, index, span)
        if pitch_of(note).fifths == place
    ]
    for (upper, high), (lower, low) in combinations(held, 2):
        together = min(high.end, low.end, span.end) - max(high.onset, low.onset, span.onset)
        in_one_group = music.are_compared(upper, lower)
        if upper != lower and high is not low and in_one_group and together >= min(_LEAST, span.duration):
            yield upper, high, lower, low


def _leading_notes(music: Counterpoint, rules: RuleSet, span: ChordSpan, following: ChordSpan) -> Iterator[Finding]:
    """A leading note that does not rise to the tonic before a tonic chord or in a deceptive resolution."""
    place = leading_note(span)
    step = following.chord.root - _goal(span)
    arrives = following.chord.quality in _TONICS and (step == 0 or step in _SUBMEDIANTS)
    if place is None or not arrives:
        return
    for index, note in _last_notes(music, span):
        if pitch_of(note).fifths != place:
            continue
        later = _departure(music, index, note, following, +1)
        if later is None:
            continue
        name = music.lines[index].name
        target = pitch_of(note).transposed(Interval(1, 1))
        kind = _kind(music, index, note, later)
        message = f"{name} leaves the leading note {pitch_of(note)} for {pitch_of(later)} instead of {target}"
        yield from rules.judge(
            "unresolved-leading-note", kind, later.onset, later.measure_index, (name,), (note, later), message
        )


def _sevenths(music: Counterpoint, rules: RuleSet, span: ChordSpan, following: ChordSpan) -> Iterator[Finding]:
    """A seventh of a chord that does not step down into the next one."""
    seventh = span.chord.seventh
    if seventh is None or following.chord.root == span.chord.root or _stays(music, seventh, following):
        return
    for index, note in _last_notes(music, span):
        if pitch_of(note).fifths != seventh or not _sounds_with_root(music, span, note):
            continue
        later = _departure(music, index, note, following, -1)
        if later is None or _rises_in_tenths(span, note, later):
            continue
        name = music.lines[index].name
        chord = f"the seventh {pitch_of(note)} of {span.chord}"
        message = f"{name} leaves {chord} for {pitch_of(later)} instead of stepping down"
        yield from rules.judge(
            "unresolved-seventh", ANY, later.onset, later.measure_index, (name,), (note, later), message
        )


def _stays(music: Counterpoint, seventh: int, following: ChordSpan) -> bool:
    """Whether a seventh is a member of the next chord and sounds there, so that it is checked from that chord on."""
    return seventh in following.chord.members and any(
        pitch_of(note).fifths == seventh
        for moment in music.moments_between(following.onset, following.end)
        for note in distinct(moment.notes)
    )


def _sounds_with_root(music: Counterpoint, span: ChordSpan, seventh: SoundingNote) -> bool:
    """Whether the root of a chord sounds together with its seventh; without it there is no dissonance."""
    start, end = max(span.onset, seventh.onset), min(span.end, seventh.end)
    return any(
        pitch_of(note).fifths == span.chord.root
        for moment in music.moments_between(start, end)
        for note in distinct(moment.notes)
    )


def _rises_in_tenths(span: ChordSpan, note: SoundingNote, later: SoundingNote) -> bool:
    """The exception of the textbooks: the seventh of a passing dominant in second inversion may rise by step."""
    return span.chord.inversion == 2 and pitch_of(later).diatonic - pitch_of(note).diatonic == 1


def _notes_in(music: Counterpoint, index: int, span: ChordSpan) -> list[SoundingNote]:
    """The notes of a line that sound in a chord and are members of it, in order."""
    foreign = {(tone.note.slot, tone.note.onset, tone.note.pitch) for tone in span.foreign}
    own = dict.fromkeys(
        note
        for moment in music.moments_between(span.onset, span.end)
        if (note := moment.notes[index]) is not None and (note.slot, note.onset, note.pitch) not in foreign
    )
    return list(own)


def _last_notes(music: Counterpoint, span: ChordSpan) -> Iterator[tuple[int, SoundingNote]]:
    """The note of each line at the end of a chord, if it is a member of the chord."""
    for index in range(len(music.lines)):
        own = _notes_in(music, index, span)
        if own and own[-1].end >= span.end:
            yield index, own[-1]


def _departure(
    music: Counterpoint, index: int, note: SoundingNote, following: ChordSpan, steps: int
) -> SoundingNote | None:
    """The next note of a line that does not reach the step above or below a note in time.

    None if it does, in any octave, or if a rest, a phrase end or the end of the piece comes first. Repeated
    notes count as one note.
    """
    target = (pitch_of(note).diatonic + steps) % len(STEPS)
    later = music.following(index, note)
    while later is not None and later.pitch == note.pitch:
        note, later = later, music.following(index, later)
    if later is None:
        return None
    until = max(following.onset, note.end) + min(_DELAY, following.duration)
    resolves = any(
        (sounding := moment.notes[index]) is not None and pitch_of(sounding).diatonic % len(STEPS) == target
        for moment in music.moments_between(following.onset, until)
    )
    return None if resolves else later


def _kind(music: Counterpoint, index: int, note: SoundingNote, later: SoundingNote) -> str:
    """`outer` or `inner`; `falling` for an inner leading note that falls a third to the fifth of the chord."""
    group = music.group(index)
    if index in (group[0], group[-1]):
        return "outer"
    return "falling" if pitch_of(later).diatonic - pitch_of(note).diatonic == -2 else "inner"
