"""An analysis as marks in the document of its score, so that every writer of scores also writes the analysis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from scoregen.analysis.form.cadences import ABBREVIATIONS
from scoregen.analysis.harmony.chords import ChordSpan
from scoregen.analysis.harmony.roman_numerals import OPEN_FIFTH, degree, span_numeral, typeset
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
from scoregen.score.elements import Part, Score
from scoregen.score.keys import Key
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import AUGMENTED_SIXTHS, CONSONANT_TRIADS, lead_sheet_suffix, note_name
from scoregen.score.timeline import sounding_notes
from scoregen.tasks.analyze import Analysis, ScorePositions

Numerals = Literal["text", "harmony", "page"]
"""The encoding of numerals: words, <harmony>, or whichever of them the engraver draws better.

verovio aligns <harmony> on one line, but always places it at the first staff of a part.
"""
POWER = "power"
"""The kind of a chord symbol without third."""
SYMBOLS_KEPT = "the score has chord symbols; they stay, and none were added"


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
