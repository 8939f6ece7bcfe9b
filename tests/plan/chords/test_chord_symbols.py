"""The timeline of given chords."""

from dataclasses import replace
from fractions import Fraction

from scoregen.notation.files import read_score
from scoregen.plan.chords.chord_symbols import chord_timeline, unread_symbols
from scoregen.score.chord_symbols import ChordSymbol, SpelledPitchClass
from scoregen.score.elements import Score
from scoregen.system.resources import folder


def lead_sheet(*rows: tuple[int, str, str, str]) -> Score:
    """The sample melody with chord symbols: measure index, onset, root, kind."""
    score = read_score(folder("corpora") / "samples" / "hymn-to-joy.musicxml")
    part = score.parts[0].id
    symbols = [
        (index, ChordSymbol(Fraction(onset), part, SpelledPitchClass(root), kind)) for index, onset, root, kind in rows
    ]
    measures = [
        replace(measure, chord_symbols=tuple(own for place, own in symbols if place == index))
        for index, measure in enumerate(score.measures)
    ]
    return replace(score, measures=tuple(measures))


def test_a_chord_lasts_until_the_next_symbol() -> None:
    timeline = chord_timeline(lead_sheet((0, "0", "F", "major"), (2, "2", "C", "major"), (3, "0", "C", "none")))
    assert {index: list(entries) for index, entries in timeline.items() if index < 5} == {
        0: [0],
        1: [0],
        2: [0, 2],
        3: [0],
    }
    assert [timeline[index][Fraction(0)].begins for index in range(4)] == [True, False, False, True]
    assert timeline[3][Fraction(0)].tones is None


def test_a_score_without_symbols_has_no_timeline() -> None:
    assert chord_timeline(lead_sheet()) == {}
    assert chord_timeline(lead_sheet((0, "0", "C", "none"))) == {}


def test_symbols_that_are_not_understood_are_listed() -> None:
    score = lead_sheet((0, "0", "C", "none"), (1, "1", "F", "Tristan"))
    assert [(number, symbol.kind) for number, symbol in unread_symbols(score)] == [
        (score.measures[1].number, "Tristan")
    ]
