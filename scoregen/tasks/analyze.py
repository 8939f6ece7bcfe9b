"""Analysis of a score: keys, chords, cadences, phrases, form and texture, as values and as marks.

`analyze` returns the analysis; `annotated` returns the score with the analysis in its document, so that every
writer of scores also writes the analysis.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from html import escape
from typing import Any, Literal

from scoregen.analysis.form.cadences import ABBREVIATIONS, Cadence, cadences
from scoregen.analysis.form.phrases import phrases
from scoregen.analysis.form.repetition import Repeat, Section, repeats, sections
from scoregen.analysis.form.texture import Texture, textures
from scoregen.analysis.harmony.chords import ChordSpan, chord_spans, harmonic_moments
from scoregen.analysis.harmony.keys import KeyRegion, key_regions, main_key
from scoregen.analysis.harmony.lead_sheets import given_chords
from scoregen.analysis.harmony.roman_numerals import OPEN_FIFTH, degree, span_numeral, span_symbol, typeset
from scoregen.analysis.harmony.tune_keys import tune_key
from scoregen.analysis.moments import Moment, highest_line, moments
from scoregen.analysis.spelling_faults import spelling_notice
from scoregen.notation.graft.document import musicxml_text
from scoregen.notation.graft.harmony import (
    AnalysisMark,
    Anchor,
    ChordMark,
    NumeralMark,
    WordMark,
    graft_marks,
    has_chord_symbols,
)
from scoregen.score.display import html_table
from scoregen.score.elements import Part, Score
from scoregen.score.keys import Key
from scoregen.score.navigation import closing_measure
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import AUGMENTED_SIXTHS, CONSONANT_TRIADS, lead_sheet_suffix, note_name
from scoregen.score.timeline import measure_onsets, metrical_starts, sounding_notes
from scoregen.system.errors import InputError

Numerals = Literal["text", "harmony", "page"]
"""The encoding of numerals: words, <harmony>, or whichever of them the engraver draws better.

verovio aligns <harmony> on one line, but always places it at the first staff of a part.
"""
POWER = "power"
"""The kind of a chord symbol without third."""
HARMONIC = Fraction(1, 2)
"""The minimum share of the time with two different pitch names, for chords to be named."""
MELODY_ONLY = "only one note sounds at a time; the analysis names no chords"
SYMBOLS_USED = "the chords are the chord symbols of the score; only their keys are analysed"
SYMBOLS_KEPT = "the score has chord symbols; they stay, and none were added"


@dataclass(frozen=True, slots=True, repr=False)
class Analysis:
    """The analysis of a score. `notices` name what was not analysed, and why."""

    key: Key | None
    keys: tuple[KeyRegion, ...]
    chords: tuple[ChordSpan, ...]
    cadences: tuple[Cadence, ...]
    sections: tuple[Section, ...]
    repeats: tuple[Repeat, ...]
    textures: tuple[Texture, ...]
    notices: tuple[str, ...] = ()
    score: Score | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        found = {"chord": self.chords, "cadence": self.cadences, "section": self.sections, "repeat": self.repeats}
        counts = ", ".join(f"{len(items)} {name}{'' if len(items) == 1 else 's'}" for name, items in found.items())
        return f"<Analysis of {self.score!r}: {self.key}, {counts}>"

    def _repr_html_(self) -> str:
        if self.score is None:
            return f"<pre>{escape(repr(self))}</pre>"
        table = plain(self.score, self)
        chords = [(c["measure"], f"{c['beat']:g}", c["key"], c["numeral"], c["symbol"]) for c in table["chords"]]
        cadences = [(c["measure"], c["kind"], c["key"], " ".join(c["numerals"])) for c in table["cadences"]]
        return f"<p>{escape(f'Key: {self.key}')}</p>" + "".join(
            html_table(head, rows)
            for head, rows in (
                (("Measure", "Cadence", "Key", "Chords"), cadences),
                (("Measure", "Beat", "Key", "Numeral", "Chord"), chords),
            )
            if rows
        )


def analyze(score: Score) -> Analysis:
    """Find keys, chords, cadences, sections, repeats and textures of a score.

    Onsets are in quarters from its start. Raises InputError if the score has no pitched note.
    """
    cuts = moments(score)
    if not cuts:
        raise InputError("found no pitched notes; expected a score with notes to analyse")
    spans = chord_spans(score)
    keys = key_regions(spans)
    notices: tuple[str, ...] = ()
    if given_chords(score):
        notices = (SYMBOLS_USED,)
    elif not _is_harmonic(harmonic_moments(score)):
        spans, notices, keys = (), (MELODY_ONLY,), _one_region(keys, score)
    parts = phrases(score, cuts, spans)
    return Analysis(
        key=main_key(keys, closing_measure(score.measures)),
        keys=keys,
        chords=spans,
        cadences=cadences(parts, spans, cuts),
        sections=sections(score, parts, highest_line(cuts)),
        repeats=repeats(score),
        textures=textures(score, cuts),
        notices=(*spelling_notice(score), *notices),
        score=score,
    )


def _is_harmonic(cuts: Sequence[Moment]) -> bool:
    full = sum((cut.duration for cut in cuts if len({n.pitch.fifths for n in cut.notes}) > 1), Fraction(0))
    return full >= HARMONIC * sum((cut.duration for cut in cuts), Fraction(0))


def _one_region(keys: Sequence[KeyRegion], score: Score) -> tuple[KeyRegion, ...]:
    """One key for the whole score: a melody alone does not define its modulations. It is that of `compose`."""
    return (KeyRegion(keys[0].onset, keys[-1].end, tune_key(score), keys[0].measure_index),) if keys else ()


class ScorePositions:
    """Converts onsets of a score to measure numbers and beats."""

    def __init__(self, score: Score) -> None:
        self._measures = score.measures
        self._onsets = measure_onsets(score)
        self._starts = metrical_starts(score)

    def position(self, index: int, onset: Fraction) -> Fraction:
        """Quarters from the start of a measure."""
        return onset - self._onsets[index]

    def number(self, index: int) -> str:
        return self._measures[index].number

    def beat(self, index: int, onset: Fraction) -> str:
        """The beat from 1, with a decimal part inside the beat: the upbeat of 4/4 is 4."""
        place = self._starts[index] + self.position(index, onset)
        groups = self._measures[index].time.groups
        beat = 1
        for group in groups[:-1]:
            if place < group:
                break
            place, beat = place - group, beat + 1
        return f"{float(beat + place / groups[beat - 1]):.2f}".rstrip("0").rstrip(".")


def annotated(score: Score, analysis: Analysis, *, numerals: Numerals = "text") -> tuple[Score, tuple[str, ...]]:
    """The score with the analysis in its document, and notices for the user.

    A score that was not read from MusicXML gets a new document.
    """
    text = musicxml_text(score)
    own_symbols = has_chord_symbols(text)
    marks = list(_marks(score, analysis, numerals))
    if own_symbols:
        marks = [mark for mark in marks if not isinstance(mark, ChordMark)]
    notices = (SYMBOLS_KEPT,) if own_symbols and analysis.chords else ()
    return replace(score, document=graft_marks(text, marks)), notices


def _marks(score: Score, analysis: Analysis, numerals: Numerals) -> Iterator[AnalysisMark]:
    places = ScorePositions(score)
    top, bottom = _outer_parts(score)
    as_words = numerals == "text" or (numerals == "page" and bottom.staves > 1)
    for section in analysis.sections:
        anchor = Anchor(
            top.id, section.phrase.first_measure, places.position(section.phrase.first_measure, section.phrase.onset)
        )
        yield WordMark(anchor, section.letter, above=True, boxed=True, bold=True)
    if not analysis.chords and analysis.key is not None:
        first = analysis.keys[0]
        position = places.position(first.measure_index, first.onset)
        yield WordMark(
            Anchor(bottom.id, first.measure_index, position, bottom.staves), f"{_key_name(analysis.key)}:", bold=True
        )
    key: Key | None = None
    for span in analysis.chords:
        position = places.position(span.measure_index, span.onset)
        yield _chord_mark(span, Anchor(top.id, span.measure_index, position), top)
        anchor = Anchor(bottom.id, span.measure_index, position, bottom.staves)
        yield _numeral_mark(span, anchor, as_words=as_words, new_key=span.key != key)
        key = span.key
    for cadence in analysis.cadences:
        if ABBREVIATIONS[cadence.kind]:
            position = places.position(cadence.measure_index, cadence.onset)
            anchor = Anchor(bottom.id, cadence.measure_index, position, bottom.staves)
            yield WordMark(anchor, ABBREVIATIONS[cadence.kind], boxed=True)


def _outer_parts(score: Score) -> tuple[Part, Part]:
    """The first and the last part that have pitched notes."""
    sounding = {note.slot.part for note in sounding_notes(score) if isinstance(note.pitch, Pitch)}
    parts = [part for part in score.parts if part.id in sounding]
    return parts[0], parts[-1]


def _chord_mark(span: ChordSpan, anchor: Anchor, part: Part) -> ChordMark:
    """The chord symbol at written pitch; the part may transpose."""
    chord, shift = span.chord, part.transposition.fifths
    bass = _note(chord.bass - shift) if chord.inversion else None
    kind = "dominant" if chord.quality in AUGMENTED_SIXTHS else chord.quality
    if span.lacks_third and chord.quality in CONSONANT_TRIADS:
        return ChordMark(anchor, _note(chord.root - shift), POWER, OPEN_FIFTH, bass)
    return ChordMark(anchor, _note(chord.root - shift), kind, lead_sheet_suffix(chord.quality), bass)


def _note(fifths: int) -> tuple[str, int]:
    name = note_name(fifths)
    return name[0], name.count("#") - name.count("b")


def _numeral_mark(span: ChordSpan, anchor: Anchor, *, as_words: bool, new_key: bool) -> AnalysisMark:
    text = typeset(span_numeral(span))
    label = f"{_key_name(span.key)}: " if new_key else ""
    if as_words:
        return WordMark(anchor, f"{label}{text}", bold=new_key)
    scale_degree = degree(span.function.offset, span.key.mode)
    return NumeralMark(
        anchor,
        scale_degree.number,
        scale_degree.alter,
        span.chord.quality,
        span.chord.inversion,
        f"{label}{text}",
        span.key.signature.fifths,
        "major" if span.key.has_major_third else "minor",
    )


def _key_name(key: Key) -> str:
    """Upper case for major, lower case for minor, accidentals as signs; a church mode is named."""
    name = note_name(key.tonic_fifths).replace("#", "♯").replace("b", "♭")
    name = name if key.has_major_third else name.lower()
    return name if key.mode in ("major", "minor") else f"{name} {key.mode}"


def plain(score: Score, analysis: Analysis) -> dict[str, Any]:
    """The analysis as JSON values; onsets and durations are in quarters, onsets from the start of the score."""
    places = ScorePositions(score)
    by_onset = {cadence.onset: cadence for cadence in analysis.cadences}
    return {
        "key": str(analysis.key) if analysis.key is not None else None,
        "keys": [
            {**_position(places, region.measure_index, region.onset), "end": float(region.end), "key": str(region.key)}
            for region in analysis.keys
        ],
        "chords": [_plain_chord(places, span) for span in analysis.chords],
        "phrases": [_plain_section(places, section) for section in analysis.sections],
        "cadences": [
            {
                **_position(places, cadence.measure_index, cadence.onset),
                "kind": cadence.kind,
                "key": str(cadence.key),
                "numerals": list(cadence.chords),
            }
            for cadence in by_onset.values()
        ],
        "repeats": [_plain_repeat(places, repeat) for repeat in analysis.repeats],
        "texture": [
            {
                "first_measure": places.number(texture.first),
                "last_measure": places.number(texture.last),
                "kind": texture.kind,
                "voices": texture.voices,
                "together": texture.together,
            }
            for texture in analysis.textures
        ],
        "notices": list(analysis.notices),
    }


def _position(places: ScorePositions, index: int, onset: Fraction) -> dict[str, Any]:
    return {
        "measure_index": index,
        "measure": places.number(index),
        "beat": float(places.beat(index, onset)),
        "onset": float(onset),
    }


def _plain_chord(places: ScorePositions, span: ChordSpan) -> dict[str, Any]:
    applied = span.function.target
    scale_degree = degree(span.function.offset - (applied or 0), span.key.mode)
    return {
        **_position(places, span.measure_index, span.onset),
        "duration": float(span.duration),
        "key": str(span.key),
        "numeral": span_numeral(span),
        "symbol": span_symbol(span),
        "root": note_name(span.chord.root),
        "bass": note_name(span.chord.bass),
        "quality": span.chord.quality,
        "inversion": span.chord.inversion,
        "third": not span.lacks_third,
        "degree": scale_degree.number,
        "applied_to": note_name(span.key.tonic_fifths + applied) if applied is not None else None,
        "foreign_notes": [
            {
                "part": foreign.note.slot.part,
                "onset": float(foreign.note.onset),
                "pitch": str(foreign.note.pitch),
                "kind": foreign.kind,
            }
            for foreign in span.foreign
        ],
    }


def _plain_section(places: ScorePositions, section: Section) -> dict[str, Any]:
    phrase = section.phrase
    return {
        "letter": section.letter,
        "first_measure": places.number(phrase.first_measure),
        "last_measure": places.number(phrase.last_measure),
        "onset": float(phrase.onset),
        "end": float(phrase.end),
        "fermata": phrase.has_fermata,
        "played_twice": section.repeats,
    }


def _plain_repeat(places: ScorePositions, repeat: Repeat) -> dict[str, Any]:
    return {
        "first_measure": places.number(repeat.first),
        "last_measure": places.number(repeat.last),
        "again_first_measure": places.number(repeat.again),
        "again_last_measure": places.number(repeat.again_last),
        "kind": repeat.kind,
        "steps": repeat.steps,
    }
