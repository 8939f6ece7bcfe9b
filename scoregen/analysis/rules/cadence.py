"""The closes of phrases and of the piece.

A phrase end is a fermata, or the end of the music, which is at `fine` after a da capo or dal segno. A phrase may close
on a major or minor triad in root position; the kind of cadence is not checked. The last chord must be the tonic, with
its third, after a dominant or a subdominant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from scoregen.analysis.counterpoint.lines import Counterpoint, distinct
from scoregen.analysis.counterpoint.voice_moments import VoiceMoment
from scoregen.analysis.harmony.chords import ChordSpan
from scoregen.analysis.harmony.keys import key_regions, main_key
from scoregen.analysis.rules.findings import Finding
from scoregen.analysis.rules.rule_sets import ANY, RuleSet
from scoregen.analysis.rules.triads import from_below, pitch_names
from scoregen.score.navigation import closing_measure
from scoregen.score.theory.cadences import LEADING_HOME_DEGREES
from scoregen.score.theory.chord_kinds import CONSONANT_TRIADS, MEMBERS, open_fifth_root
from scoregen.score.timeline import pitch_of
from scoregen.system.wording import with_article

_INVERSIONS = ("root position", "first inversion", "second inversion", "third inversion")
_FEWEST_LINES = 3
_MODAL_CADENCES = {"mixolydian": (-2,), "dorian": (-2,), "aeolian": (-2,), "phrygian": (-5, -2), "lydian": (2,)}
"""The degrees before a last tonic that only church modes have, in fifths over it: bVII, in phrygian bII and bvii, in
lydian II."""
_CLOSING = tuple({*members[:count]} for members in map(MEMBERS.__getitem__, CONSONANT_TRIADS) for count in (2, 3))
"""The members of a closing triad, on the line of fifths from its root, with or without its fifth."""
_THIRDS = {MEMBERS[kind][1] for kind in CONSONANT_TRIADS}


def cadences(music: Counterpoint, rules: RuleSet) -> Iterator[Finding]:
    """Phrase ends on other chords than root-position triads, and faulty last chords."""
    if not rules.applies("phrase-end", "final-cadence") or len(music.lines) < _FEWEST_LINES:
        return
    spans = music.chords
    closing = closing_measure(music.score.measures)
    heard = [span for span in spans if span.measure_index <= closing] or list(spans)
    for span in spans:
        if span.ends_phrase and span is not spans[-1] and span is not heard[-1]:
            yield from _phrase_end(music, rules, span)
    if heard:
        yield from _final(music, rules, heard)


def _phrase_end(music: Counterpoint, rules: RuleSet, span: ChordSpan) -> Iterator[Finding]:
    """A fermata without a root-position triad. The sounding notes count, because the analysis prefers a triad there."""
    if any(closing_root(moment) is not None for moment in music.moments_between(span.onset, span.end)):
        return
    moment = next(music.moments_between(span.onset, span.end), None)
    if moment is None:  # a fermata over silence
        return
    message = f"the phrase ends on {pitch_names(moment)}, {_what(moment, span)}"
    yield from _findings(music, rules, "phrase-end", moment, message)


def _what(moment: VoiceMoment, span: ChordSpan) -> str:
    """The kind and the inversion of a chord, by its sounding notes and else by its analysis."""
    if _lacks_third(moment):
        return "a chord without third"
    quality = span.chord.quality.replace("-", " ").replace("dominant", "dominant seventh")
    bass = from_below(moment)[0].fifths if any(moment.notes) else span.chord.bass
    chord = with_article(f"{quality} chord")
    if bass in span.chord.members:
        return f"{chord} in {_INVERSIONS[span.chord.members.index(bass)]}"
    return f"{chord} over a foreign bass"


def _lacks_third(moment: VoiceMoment) -> bool:
    return len(moment.places) == 1 or open_fifth_root(moment.places) is not None


def _final(music: Counterpoint, rules: RuleSet, spans: Sequence[ChordSpan]) -> Iterator[Finding]:
    """The last chord, by the notes that sound last, which may follow ornaments."""
    last = spans[-1]
    closing = closing_measure(music.score.measures)
    heard = (moment for moment in reversed(music.moments) if moment.measure_index <= closing)
    end = next((moment for moment in heard if any(moment.notes)), None)
    if end is None:
        return
    root = closing_root(end)
    sounding = {pitch_of(note).fifths - last.chord.root for note in end.notes if note is not None}
    before = _before_close(spans, end)
    if root is not None and root not in _tonics(music, spans, root):
        message = f"the piece ends on {pitch_names(end)}, not on the tonic of {main_key(key_regions(spans))}"
    elif root is None and not sounding & _THIRDS:
        message = f"the last chord, {pitch_names(end)}, has no third"
    elif root is None and last.chord.inversion:
        message = f"the piece ends on {last.chord}, in {_INVERSIONS[last.chord.inversion]}"
    elif root is None:
        message = f"the piece ends on {pitch_names(end)}, which is not a major or minor triad"
    elif root == last.chord.root and before is not None and before.chord.root - root not in _leading_home(last):
        message = f"the last chord, {last.chord}, follows {before.chord}, neither a dominant nor a subdominant"
    else:
        return
    yield from _findings(music, rules, "final-cadence", end, message)


def _leading_home(last: ChordSpan) -> Collection[int]:
    """The degrees, in fifths over the tonic, of the chords before a last chord; church modes have their own too."""
    return {*LEADING_HOME_DEGREES, *_MODAL_CADENCES.get(last.key.mode, ())}


def closing_root(moment: VoiceMoment) -> int | None:
    """The root, on the line of fifths, of a major or minor triad with its third and its root lowest; else None."""
    pitches = from_below(moment)
    if not pitches:
        return None
    above = {pitch.fifths - pitches[0].fifths for pitch in pitches}
    return pitches[0].fifths if above in _CLOSING else None


def _before_close(spans: Sequence[ChordSpan], end: VoiceMoment) -> ChordSpan | None:
    """The chord before the close, which is where the highest of the last notes begins on the last root.

    Chords under a held last note, as in I-IV-I, are an extension.
    """
    top = max((note for note in end.notes if note is not None), key=lambda note: pitch_of(note).chromatic)
    root = spans[-1].chord.root
    places = (place for place, span in enumerate(spans) if span.end > top.onset and span.chord.root == root)
    close = next(places, len(spans) - 1)  # the last chord, if the highest note begins after it
    return next((span for span in reversed(spans[:close]) if span.chord.root != root), None)


def _tonics(music: Counterpoint, spans: Sequence[ChordSpan], root: int) -> set[int]:
    """The tonic of the main key, and the root with which the piece also begins if it fits the key signature."""
    key = main_key(key_regions(spans))
    tonics = {spans[-1].key.tonic_fifths if key is None else key.tonic_fifths}
    written = music.score.measures[spans[-1].measure_index].key.fifths
    if root in (written, written + 3) and root in _first_roots(spans):
        tonics.add(root)
    return tonics


def _first_roots(spans: Sequence[ChordSpan]) -> set[int]:
    """The roots of the first two chords: the first may be an upbeat."""
    return {span.chord.root for span in spans[:2]}


def _findings(music: Counterpoint, rules: RuleSet, rule: str, moment: VoiceMoment, message: str) -> Iterator[Finding]:
    sounding = [(line, note) for line, note in zip(music.lines, moment.notes, strict=True) if note is not None]
    names = [line.name for line, _ in sounding if line.leads]
    notes = distinct(note for _, note in sounding)
    yield from rules.judge(rule, ANY, moment.onset, moment.measure_index, names, notes, message)
