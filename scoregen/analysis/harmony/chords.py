"""The chords of a score: root, quality, inversion, key and non-chord tones.

`chord_spans` is the entry point. The search (`search`) finds keys and chords together, so that every span has a
key; `keys.key_regions` only merges them.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.analysis.harmony.arpeggios import with_chords_for_arpeggios
from scoregen.analysis.harmony.chord_names import ChordName as ChordName
from scoregen.analysis.harmony.features import Function, Sound, foreign_kind, windows
from scoregen.analysis.harmony.lead_sheets import GivenChord, given_chords
from scoregen.analysis.harmony.readings import Reading, is_augmented, read_again
from scoregen.analysis.harmony.search import HarmonyState, Scorer, best_path
from scoregen.analysis.harmony.weights import HarmonyWeights, harmony_weights
from scoregen.analysis.moments import OFF_BEAT, LineNote, Moment, audible_notes, in_lines, moments
from scoregen.score.elements import Score, Slot
from scoregen.score.keys import Key
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import note_name, open_fifth_root
from scoregen.score.timeline import measure_onsets, metrical_starts


@dataclass(frozen=True, slots=True)
class ForeignNote:
    """A non-chord tone: a note that is not a member of its chord.

    `kind` is passing, neighbour, suspension, appoggiatura, escape, held, pedal or free.
    """

    note: LineNote
    kind: str


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """One chord with its onset and duration, in quarters from the start of the score.

    `function` is relative to `key`: fifths from the tonic to the root, the quality, and the target of an applied chord.
    `lacks_third` means that no third sounds in it, so that its quality is a guess. `symbol` is the text of a chord
    symbol that gives the chord.
    """

    onset: Fraction
    duration: Fraction
    measure_index: int
    key: Key
    chord: ChordName
    function: Function
    foreign: tuple[ForeignNote, ...] = ()
    begins_phrase: bool = False
    ends_phrase: bool = False
    lacks_third: bool = False
    symbol: str | None = None

    @property
    def end(self) -> Fraction:
        return self.onset + self.duration


def chord_spans(score: Score, weights: HarmonyWeights | None = None) -> tuple[ChordSpan, ...]:
    """The chords of a score in order: its chord symbols, if it has enough of them, else those of its notes.

    Silence has no chord, and a score without pitches gives (). A span ends at the next one or at a silence; a chord
    that continues over a phrase end is cut there. `weights` are the shipped ones by default.
    """
    table = weights or harmony_weights()
    given = given_chords(score)
    return _given_spans(score, given, table) if given else _found_spans(score, table)


def harmonic_moments(score: Score) -> tuple[Moment, ...]:
    """The moments of a score with broken chords as chords."""
    return moments(score, in_lines(with_chords_for_arpeggios(score, audible_notes(score))))


def _found_spans(score: Score, weights: HarmonyWeights) -> tuple[ChordSpan, ...]:
    cuts = harmonic_moments(score)
    signatures = [score.measures[moment.measure_index].key.fifths for moment in cuts]
    path = best_path(Scorer(weights, signatures, windows(cuts)))
    groups = _grouped(cuts, path)
    places = [_places(group) for group in groups]
    spans = _read_again([_span(group) for group in groups], cuts, places, _stated(score))
    return tuple(
        replace(span, lacks_third=open_fifth_root(own) == span.chord.root)
        for span, own in zip(spans, places, strict=True)
    )


def _given_spans(score: Score, given: Sequence[GivenChord], weights: HarmonyWeights) -> tuple[ChordSpan, ...]:
    """The chords of a lead sheet; only their keys are searched."""
    heard = moments(score)
    cuts = [_moment(score, chord, heard) for chord in given]
    signatures = [score.measures[chord.measure_index].key.fifths for chord in given]
    sounds = [Sound(chord.name.root, chord.name.quality, chord.name.inversion) for chord in given]
    path = best_path(Scorer(weights, signatures, windows(cuts)), given=sounds)
    spans = [
        replace(_span([(moment, state)]), lacks_third=chord.lacks_third, symbol=chord.symbol)
        for moment, state, chord in zip(cuts, path, given, strict=True)
    ]
    sounding = [frozenset(span.chord.members) for span in spans]
    return _read_again(spans, heard or cuts, sounding, _stated(score))


def _stated(score: Score) -> Key | None:
    """The key that the signature of a piece names, if it has one signature with a mode."""
    signatures = {measure.key for measure in score.measures}
    return Key.of(next(iter(signatures))) if len(signatures) == 1 and all(each.mode for each in signatures) else None


def _moment(score: Score, chord: GivenChord, heard: Sequence[Moment]) -> Moment:
    """A chord of a lead sheet as sounding notes, the bass lowest."""
    members = chord.name.members
    ordered = (*members[chord.name.inversion :], *members[: chord.name.inversion])
    notes = [_note(chord, place, octave) for place, octave in zip(ordered, (3, 4, 4, 4), strict=False)]
    ends = any(moment.ends_phrase for moment in heard if chord.onset <= moment.onset < chord.end)
    measure = score.measures[chord.measure_index]
    place = chord.onset - measure_onsets(score)[chord.measure_index] + metrical_starts(score)[chord.measure_index]
    strength = min(OFF_BEAT, measure.time.strength(place))
    beat = (chord.measure_index, int(place))
    return Moment(chord.onset, chord.end - chord.onset, chord.measure_index, strength, beat, tuple(notes), ends)


def _note(chord: GivenChord, place: int, octave: int) -> LineNote:
    name = note_name(place)
    pitch = Pitch(name[0], name.count("#") - name.count("b"), octave)
    return LineNote(Slot(""), chord.onset, chord.end - chord.onset, pitch, chord.measure_index, None, None)


def _read_again(
    spans: Sequence[ChordSpan], cuts: Sequence[Moment], sounding: Sequence[frozenset[int]], stated: Key | None
) -> tuple[ChordSpan, ...]:
    """The spans after `readings`; `sounding` are the notes of each on the line of fifths, `cuts` those of the score."""
    weights: dict[int, float] = defaultdict(float)
    for moment in cuts:
        for place in {note.pitch.fifths for note in moment.notes}:
            weights[place] += float(moment.duration)
    lowest = _basses(spans, cuts)
    readings = [
        Reading(span.key, span.function, span.chord, span.duration, places, bass, span.ends_phrase)
        for span, places, bass in zip(spans, sounding, lowest, strict=True)
    ]
    rows = zip(spans, read_again(readings, weights, stated), strict=True)
    return tuple(
        replace(
            span,
            key=row.key,
            function=row.function,
            chord=row.chord,
            foreign=tuple(tone for tone in span.foreign if tone.note.pitch.fifths not in row.chord.members),
        )
        for span, row in rows
    )


def _basses(spans: Sequence[ChordSpan], cuts: Sequence[Moment]) -> list[int]:
    """The lowest note at the start of each span; that of its chord in silence."""
    at = {moment.onset: moment.bass.pitch.fifths for moment in cuts}
    return [at.get(span.onset, span.chord.bass) for span in spans]


def _places(group: Sequence[tuple[Moment, HarmonyState]]) -> frozenset[int]:
    return frozenset(note.pitch.fifths for moment, _ in group for note in moment.notes)


def _grouped(cuts: Sequence[Moment], path: Sequence[HarmonyState]) -> list[list[tuple[Moment, HarmonyState]]]:
    groups: list[list[tuple[Moment, HarmonyState]]] = []
    for moment, state in zip(cuts, path, strict=True):
        goes_on = groups and groups[-1][-1][1] == state and groups[-1][-1][0].end == moment.onset
        if goes_on and not moment.begins_phrase and _is_augmented(moment) == _is_augmented(groups[-1][-1][0]):
            groups[-1].append((moment, state))
        else:
            groups.append([(moment, state)])
    return groups


def _is_augmented(moment: Moment) -> bool:
    """Whether an augmented triad sounds for a beat; a shorter one is in passing."""
    return moment.duration >= 1 and is_augmented({note.pitch.fifths for note in moment.notes})


def _span(group: Sequence[tuple[Moment, HarmonyState]]) -> ChordSpan:
    (first, state), last = group[0], group[-1][0]
    chord = ChordName(*state.sound)
    notes = {note: moment for moment, _ in reversed(group) for note in moment.notes}
    foreign = [
        ForeignNote(note, foreign_kind(note, moment))
        for note, moment in notes.items()
        if note.pitch.fifths not in chord.members
    ]
    return ChordSpan(
        first.onset,
        last.end - first.onset,
        first.measure_index,
        Key(state.key.tonic, state.key.mode),
        chord,
        state.function,
        tuple(sorted(foreign, key=lambda tone: (tone.note.onset, tone.note.slot))),
        first.begins_phrase,
        any(moment.ends_phrase for moment, _ in group),
    )


def chord_at(spans: Sequence[ChordSpan], onset: Fraction) -> ChordSpan | None:
    """The chord at an onset; None in silence."""
    return next((span for span in spans if span.onset <= onset < span.end), None)


def by_key(spans: Sequence[ChordSpan]) -> list[tuple[Key, tuple[ChordSpan, ...]]]:
    """Runs of spans in one key, in order."""
    return [(key, tuple(run)) for key, run in itertools.groupby(spans, key=lambda span: span.key)]
