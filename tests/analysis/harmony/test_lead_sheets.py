"""Chord symbols as the chords of the analysis."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from scoregen.analysis.harmony.roman_numerals import span_numeral, span_symbol
from scoregen.score.chord_symbols import ChordSymbol, SpelledPitchClass
from scoregen.score.elements import Score
from scoregen.tasks.analyze import MELODY_ONLY, SYMBOLS_USED, analyze
from tests.analysis.chorale_text import chorale

MELODY = "C5 | C5 | C5 | Db5 | C5 | C5 | Bb4 | Bb4 | Ab4 | Ab4 | Db5 | Db5 | C5 | Bb4 | Ab4 | Ab4"


def lead_sheet(*symbols: tuple[str, int, str]) -> Score:
    """The melody with a symbol (step, alteration, kind) every half measure."""
    score = chorale(MELODY, fifths=-4)
    measures = [
        replace(
            measure,
            chord_symbols=tuple(
                ChordSymbol(Fraction(2 * place), "soprano", SpelledPitchClass(step, alter), kind)
                for place, (step, alter, kind) in enumerate(symbols[2 * index : 2 * index + 2])
            ),
        )
        for index, measure in enumerate(score.measures)
    ]
    return replace(score, measures=tuple(measures))


def test_the_symbols_are_the_chords() -> None:
    found = analyze(
        lead_sheet(
            ("F", 0, "minor"), ("D", -1, "major"), ("A", -1, "major"), ("E", -1, "dominant"), ("F", 0, "minor"),
            ("B", -1, "minor"), ("C", 0, "dominant"), ("F", 0, "minor"),
        )
    )  # fmt: skip
    assert [span_symbol(span) for span in found.chords] == ["Fm", "Db", "Ab", "Eb7", "Fm", "Bbm", "C7", "Fm"]
    assert str(found.key) == "F minor" and found.notices == (SYMBOLS_USED,)
    assert [span_numeral(span) for span in found.chords[-2:]] == ["V7", "i"]


def test_a_symbol_keeps_its_text_and_its_slash() -> None:
    score = lead_sheet(*[("A", -1, "suspended-fourth")] * 8)
    (first, *_) = analyze(score).chords
    assert span_symbol(first) == "Absus4" and first.lacks_third
    assert span_numeral(first).endswith("sus4")


def test_a_few_symbols_are_not_the_harmony() -> None:
    one = lead_sheet(("F", 0, "minor"))
    long = replace(one, measures=one.measures + chorale(MELODY, fifths=-4).measures * 2)
    assert analyze(long).notices == (MELODY_ONLY,)
