"""The closes of phrases and of the piece.

A phrase end is a fermata, or the end of the score. A phrase may close on a major or minor triad in root
position; the kind of cadence is not checked. The last chord must be the tonic, with its third, after a
dominant or a subdominant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scoregen.analysis.counterpoint.lines import Counterpoint, distinct
from scoregen.analysis.counterpoint.voice_moments import VoiceMoment
from scoregen.analysis.harmony.chords import ChordSpan
from scoregen.analysis.rules.findings import Finding
from scoregen.analysis.rules.rule_sets import ANY, RuleSet
from scoregen.score.pitch import Pitch
from scoregen.score.theory.cadences import LEADING_HOME_DEGREES
from scoregen.score.theory.chord_kinds import CONSONANT_TRIADS, MEMBERS
from scoregen.score.timeline import pitch_of

_INVERSIONS = ("root position", "first inversion", "second inversion", "third inversion")
_FEWEST_LINES = 3
_CLOSING = tuple({*members[:count]} for members in map(MEMBERS.__getitem__, CONSONANT_TRIADS) for count in (2, 3))
"""The members of a closing triad, on the line of fifths from its root, with or without its fifth."""
_THIRDS = {MEMBERS[kind][1] for kind in CONSONANT_TRIADS}


def cadences(music: Counterpoint, rules: RuleSet) -> Iterator[Finding]:
    """Phrase ends on other chords than root-position triads, and faulty last chords."""
    if not rules.applies("phrase-end", "final-cadence") or len(music.lines) < _FEWEST_LINES:
        return
    spans = music.chords
    for span in spans[:-1]:
        if span.ends_phrase:
            yield from _phrase_end(music, rules, span)
    if spans:
        yield from _final(music, rules, spans)


def _phrase_end(music: Counterpoint, rules: RuleSet, span: ChordSpan) -> Iterator[Finding]:
    """A fermata without a root-position triad. The sounding notes count, because the analysis prefers a triad there."""
    if any(closing_root(moment) is not None for moment in music.moments_between(span.onset, span.end)):
        return
    moment = _moment(music, span)
    quality = span.chord.quality.replace("-", " ").replace("dominant", "dominant seventh")
    bass = _from_below(moment)[0].fifths if any(moment.notes) else span.chord.bass
    where = _INVERSIONS[span.chord.members.index(bass)] if bass in span.chord.members else "over a foreign bass"
    message = f"the phrase ends on {_pitch_names(moment)}, a {quality} chord in {where}".replace("in over", "over")
    yield from _findings(music, rules, "phrase-end", moment, message)


def _final(music: Counterpoint, rules: RuleSet, spans: Sequence[ChordSpan]) -> Iterator[Finding]:
    """The last chord, by the notes that sound last, which may follow ornaments."""
    last = spans[-1]
    end = next((moment for moment in reversed(music.moments) if any(moment.notes)), None)
    if end is None:
        return
    root = closing_root(end)
    sounding = {pitch_of(note).fifths - last.chord.root for note in end.notes if note is not None}
    before = next((span for span in reversed(spans[:-1]) if span.chord.root != last.chord.root), None)
    if root is not None and root not in _tonics(music, last):
        message = f"the piece ends on {_pitch_names(end)}, which is not the tonic of {last.key}"
    elif root is None and not sounding & _THIRDS:
        message = f"the last chord, {_pitch_names(end)}, has no third"
    elif root is None and last.chord.inversion:
        message = f"the piece ends on {last.chord}, in {_INVERSIONS[last.chord.inversion]}"
    elif root is None:
        message = f"the piece ends on {_pitch_names(end)}, which is not a major or minor triad"
    elif root == last.chord.root and before is not None and before.chord.root - root not in LEADING_HOME_DEGREES:
        message = f"the last chord, {last.chord}, follows {before.chord}, neither a dominant nor a subdominant"
    else:
        return
    yield from _findings(music, rules, "final-cadence", end, message)


def closing_root(moment: VoiceMoment) -> int | None:
    """The root, on the line of fifths, of a major or minor triad with its third and its root lowest; else None."""
    pitches = _from_below(moment)
    if not pitches:
        return None
    above = {pitch.fifths - pitches[0].fifths for pitch in pitches}
    return pitches[0].fifths if above in _CLOSING else None


def _from_below(moment: VoiceMoment) -> list[Pitch]:
    return sorted((pitch_of(note) for note in moment.notes if note is not None), key=lambda pitch: pitch.chromatic)


def _pitch_names(moment: VoiceMoment) -> str:
    return "-".join(map(str, dict.fromkeys(_from_below(moment))))


def _tonics(music: Counterpoint, last: ChordSpan) -> set[int]:
    """The tonic of the analysed key, and those of the major and the minor key of the signature."""
    written = music.score.measures[last.measure_index].key.fifths
    return {last.key.tonic_fifths, written, written + 3}


def _findings(music: Counterpoint, rules: RuleSet, rule: str, moment: VoiceMoment, message: str) -> Iterator[Finding]:
    sounding = [(line, note) for line, note in zip(music.lines, moment.notes, strict=True) if note is not None]
    names = [line.name for line, _ in sounding if line.leads]
    notes = distinct(note for _, note in sounding)
    yield from rules.judge(rule, ANY, moment.onset, moment.measure_index, names, notes, message)


def _moment(music: Counterpoint, span: ChordSpan) -> VoiceMoment:
    return next(music.moments_between(span.onset, span.end))
